import type {Delta} from '../../../src/data/delta.ts';
import type {Key} from '../../../src/data/key.ts';
import {rowJson} from '../../../src/data/row-json.ts';
import type {Table, TableId} from '../../../src/data/schema.ts';
import {textReader} from '../../../src/data/text.ts';
import type {Row} from '../../../src/data/value.ts';
import type {Catalog} from '../../../src/query/catalog.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** 2026-03-02 08:00 UTC, a Monday: the hour at which every story begins. */
export const START = Date.UTC(2026, 2, 2, 8) * 1000;

/** A query over tables in memory, told of changes and of time. */
export interface Story {
  /** At a minute: rows by table, as Postgres prints them, `id|…`; null takes one away. */
  at(minute: number, rows?: Readonly<Record<string, readonly string[]>>): readonly string[];
  /** Lets time pass, step by step as rows are due; what each step told, with its minute. */
  until(minute: number): readonly string[];
  /** The rows now, as JSON, in order. */
  readonly rows: readonly string[];
  /** Minutes to the next step that time alone makes. */
  readonly due: number | undefined;
  /** Rows remembered. */
  readonly size: number;
}

/** `rows` of a table replace those with the same id; `-id` takes the row away. */
export function story(query: string, catalog: Catalog): Story {
  const flow = dataflow(optimise(compileCypher(query, catalog)));
  const json = rowJson(flow.columns);
  const tables = new Map(catalog.tables.map((table) => [table.name, new Map<Key, Row>()]));
  const result = new Map<Key, Row>();
  const minuteOf = (micros: number): number => (micros - START) / MINUTE;

  function push(changes: ReadonlyMap<TableId, Delta>, commitTime: number): string[] {
    const kind = changes.size > 0 ? 'stream' : 'timer';
    const delta = flow.push({kind, sourceId: 's', lsn: 1n, xid: undefined, commitTime, changes});
    return delta.map(({key, before, after}) => {
      if (after) result.set(key, after);
      else result.delete(key);
      return [...(before ? [`-${json(before)}`] : []), ...(after ? [`+${json(after)}`] : [])].join(
        '',
      );
    });
  }

  function deltaOf(table: Table, lines: readonly string[]): Delta {
    const held = tables.get(table.name)!;
    return lines.map((line) => {
      const gone = line.startsWith('-');
      const texts = (gone ? line.slice(1) : line).split('|');
      const row = texts.map((text, i) =>
        text === '\\N' ? null : textReader(table.columns[i]!.type)(text),
      );
      const key = row[0] as Key;
      const before = held.get(key);
      if (gone) held.delete(key);
      else held.set(key, row);
      return {key, before, after: gone ? undefined : row};
    });
  }

  push(new Map(catalog.tables.map(({id}) => [id, []])), START);
  return {
    at(minute, rows = {}) {
      const changes = catalog.tables
        .filter(({name}) => name in rows)
        .map((table): [TableId, Delta] => [table.id, deltaOf(table, rows[table.name]!)]);
      return push(new Map(changes), START + minute * MINUTE);
    },
    until(minute) {
      const told: string[] = [];
      const end = START + minute * MINUTE;
      for (let due = flow.nextDue(); due !== undefined && due <= end; due = flow.nextDue()) {
        const at = minuteOf(due);
        told.push(...push(new Map(), due).map((edit) => `${at}: ${edit}`));
      }
      return told;
    },
    get rows() {
      return [...result.values()].map(json).sort();
    },
    get due() {
      const due = flow.nextDue();
      return due === undefined ? undefined : minuteOf(due);
    },
    get size() {
      return flow.size;
    },
  };
}
