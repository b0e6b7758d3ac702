import type {Delta} from '../../../src/data/delta.ts';
import type {Key} from '../../../src/data/key.ts';
import {rowJson} from '../../../src/data/row-json.ts';
import type {Table} from '../../../src/data/schema.ts';
import {textReader} from '../../../src/data/text.ts';
import {
  BOOL,
  DATE,
  FLOAT8,
  INT4,
  INT8,
  INTERVAL,
  JSONB,
  NUMERIC,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../../src/data/type.ts';
import type {Row} from '../../../src/data/value.ts';
import type {Catalog, JoinDeclaration} from '../../../src/query/catalog.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import type {RunningQuery} from '../../../src/query/query.ts';

const TYPES: Readonly<Record<string, Type>> = {
  bool: BOOL,
  date: DATE,
  float8: FLOAT8,
  int4: INT4,
  int8: INT8,
  interval: INTERVAL,
  jsonb: JSONB,
  numeric: NUMERIC,
  text: TEXT,
  timestamp: TIMESTAMP,
  timestamptz: TIMESTAMPTZ,
};

/** `orders: 'id int4, customer int4'`, the first column the key; a dot tells the schema. */
export function catalogOf(
  tables: Readonly<Record<string, string>>,
  joins: readonly JoinDeclaration[] = [],
): Catalog {
  return {tables: Object.entries(tables).map(([name, columns]) => tableOf(name, columns)), joins};
}

function tableOf(written: string, columns: string): Table {
  const [schema, name] = written.includes('.') ? written.split('.') : ['public', written];
  return {
    id: `${schema}.${name}`,
    schema: schema ?? '',
    name: name ?? '',
    columns: columns.split(/, */).map((column) => {
      const [columnName = '', type = ''] = column.split(' ');
      return {name: columnName, type: TYPES[type] ?? TEXT};
    }),
    keyColumns: [0],
    foreignKeys: [],
  };
}

/** Rows as Postgres prints them, a line each, columns between bars; `\N` is null. */
export type Data = Readonly<Record<string, string>>;

function deltaOf(table: Table, before: string, after: string): Delta {
  const [old, now] = [keyed(table, before), keyed(table, after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys
    .map((key) => ({key, before: old.get(key), after: now.get(key)}))
    .filter((edit) => JSON.stringify(edit.before) !== JSON.stringify(edit.after));
}

function keyed({columns}: Table, text: string): ReadonlyMap<Key, Row> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows = lines.map((line) =>
    line.split('|').map((part, i) => {
      const trimmed = part.trim();
      return trimmed === '\\N' ? null : textReader(columns[i]?.type ?? TEXT)(trimmed);
    }),
  );
  return new Map(rows.map((row) => [row[0] as Key, row]));
}

export interface Running {
  /** Its rows as JSON, sorted. */
  readonly rows: readonly string[];
  /** Puts other rows into the tables named, and tells what that changed. */
  set(data: Data): {added: string[]; updated: string[]; deleted: string[]};
  readonly size: number;
}

/** Runs a query over tables in memory. */
export function run(query: string, catalog: Catalog, data: Data): Running {
  return running(dataflow(optimise(compileCypher(query, catalog))), catalog, data);
}

/** The same for a query that is compiled already. */
export function running(flow: RunningQuery, catalog: Catalog, data: Data): Running {
  const json = rowJson(flow.columns);
  const held = new Map<Key, Row>();
  let now: Data = {};

  function push(next: Data) {
    const changes = new Map(
      catalog.tables
        .filter(({name}) => name in next)
        .map((table) => [table.id, deltaOf(table, now[table.name] ?? '', next[table.name] ?? '')]),
    );
    now = {...now, ...next};
    const transaction = {kind: 'stream', sourceId: 's', lsn: 1n, xid: 1, commitTime: 0} as const;
    return fold(flow.push({...transaction, changes}));
  }

  function fold(delta: Delta) {
    const told = {added: [] as string[], updated: [] as string[], deleted: [] as string[]};
    for (const {key, before, after} of delta) {
      if (after) held.set(key, after);
      else held.delete(key);
      if (before && after) told.updated.push(`${json(before)} -> ${json(after)}`);
      else if (after) told.added.push(json(after));
      else if (before) told.deleted.push(json(before));
    }
    return {
      added: told.added.sort(),
      updated: told.updated.sort(),
      deleted: told.deleted.sort(),
    };
  }

  push({...Object.fromEntries(catalog.tables.map(({name}) => [name, ''])), ...data});
  return {
    get rows() {
      return [...held.values()].map(json).sort();
    },
    set: push,
    get size() {
      return flow.size;
    },
  };
}
