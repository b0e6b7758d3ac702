import type {TableId} from '../data/schema.ts';

/** Who reads which tables. */
export interface TableReaders<Reader> {
  add(reader: Reader, tables: Iterable<TableId>): void;
  remove(reader: Reader): void;
  /** Those that read one of the tables, each once. */
  of(tables: Iterable<TableId>): ReadonlySet<Reader>;
}

export function tableReaders<Reader>(): TableReaders<Reader> {
  const byTable = new Map<TableId, Set<Reader>>();
  const tablesOf = new Map<Reader, readonly TableId[]>();

  return {
    add(reader, tables) {
      tablesOf.set(reader, [...tables]);
      for (const table of tablesOf.get(reader)!) {
        const readers = byTable.get(table) ?? new Set();
        byTable.set(table, readers.add(reader));
      }
    },
    remove(reader) {
      for (const table of tablesOf.get(reader) ?? []) {
        const readers = byTable.get(table);
        readers?.delete(reader);
        if (readers?.size === 0) byTable.delete(table);
      }
      tablesOf.delete(reader);
    },
    of(tables) {
      const found = new Set<Reader>();
      for (const table of tables) for (const reader of byTable.get(table) ?? []) found.add(reader);
      return found;
    },
  };
}
