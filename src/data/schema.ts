import type {Collation, Type} from './type.ts';

/** A column of a table or of a result. */
export interface Column {
  readonly name: string;
  readonly type: Type;
}

/** A table's name in the service: its schema and its name, as `tableId` joins them. */
export type TableId = string;

/** A table as the database describes it. */
export interface Table {
  readonly id: TableId;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** Positions in `columns` of what identifies a row; empty when only the whole row does. */
  readonly keyColumns: readonly number[];
  readonly foreignKeys: readonly ForeignKey[];
  /**
   * The database's own collation, which texts have whose type tells none. Absent where they
   * are compared by their bytes and have upper and lower case letter by letter: C.UTF-8.
   */
  readonly collation?: Collation;
}

export interface ForeignKey {
  readonly name: string;
  /** Positions in the referring table's columns. */
  readonly columns: readonly number[];
  readonly referencedTable: TableId;
  /** Names in the referenced table, in the order of `columns`. */
  readonly referencedColumns: readonly string[];
}

/** `public.metrics`; a part that holds a dot or a quote is quoted as Postgres quotes it. */
export function tableId(schema: string, name: string): TableId {
  return `${idPart(schema)}.${idPart(name)}`;
}

function idPart(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
