import type {QueryConfig} from '../../src/config/config.ts';
import type {Delta} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Table, TableId} from '../../src/data/schema.ts';
import type {Row} from '../../src/data/value.ts';
import {definitionOf} from '../../src/pipeline/definition.ts';
import {
  type Change,
  type Definition,
  type LiveQuery,
  liveQuery,
} from '../../src/pipeline/live-query.ts';
import {type SourceQueries, sourceQueries} from '../../src/pipeline/source-queries.ts';

export type Changes = ReadonlyMap<TableId, Delta>;

/** The rows of a source's tables, which several groups of queries may read. */
export interface HeldRows {
  rows(table: TableId): Iterable<readonly [Key, Row]>;
  apply(changes: Changes): void;
}

export function heldRows(): HeldRows {
  const tables = new Map<TableId, Map<Key, Row>>();
  return {
    rows: (table) => tables.get(table) ?? [],
    apply(changes) {
      for (const [table, delta] of changes) {
        const rows = tables.get(table) ?? new Map<Key, Row>();
        tables.set(table, rows);
        for (const {key, after} of delta) {
          if (after) rows.set(key, after);
          else rows.delete(key);
        }
      }
    },
  };
}

/** The queries of one source, as the service has them, and what may be done to them. */
export interface QueryGroup {
  readonly source: SourceQueries;
  readonly queries: ReadonlyMap<string, LiveQuery>;
  /** Adds a query that waits for the next transaction, as those of the configuration do. */
  begin(id: string, text: string): void;
  /** Adds a query, or gives it another text, between two transactions. Throws its Problems. */
  define(id: string, text: string): Change | undefined;
  stop(id: string): void;
  drop(id: string): void;
  /** What each query did, by its id. */
  step(changes: Changes): ReadonlyMap<string, Change>;
}

/** `describe` the tables on `source` first. */
export function queryGroup(rows: HeldRows['rows']): QueryGroup {
  const source = sourceQueries({
    id: 's',
    rows,
    retries: {due: () => true, failed() {}, forget() {}},
  });
  const queries = new Map<string, LiveQuery>();
  let shapes = 0;
  let lsn = 0n;
  const made = (definition: Definition): LiveQuery =>
    liveQuery(definition, {shape: 0, nextShape: () => ++shapes});

  function definition(id: string, query: string): Definition {
    const config: QueryConfig = {
      id,
      query,
      sources: [{sourceId: 's', nodes: [], relations: []}],
      joins: [],
      place: {file: 'test.yaml', line: 1, column: 1},
      queryLanguage: undefined,
      autoStart: true,
    };
    return definitionOf(config, {source, origin: 'api'});
  }

  return {
    source,
    queries,
    begin(id, text) {
      const query = made(definition(id, text));
      queries.set(id, query);
      source.file(query);
    },
    define(id, text) {
      const wanted = definition(id, text);
      const query = queries.get(id) ?? made(wanted);
      const change = query.define(wanted, {run: true});
      queries.set(id, query);
      source.file(query);
      return change;
    },
    stop(id) {
      const query = queries.get(id)!;
      query.stop();
      source.file(query);
    },
    drop(id) {
      source.remove(queries.get(id)!);
      queries.delete(id);
    },
    step(changes) {
      lsn += 1n;
      const about = {kind: 'stream', sourceId: 's', lsn, xid: 1, commitTime: Number(lsn)} as const;
      const moves = source.step({...about, changes});
      return new Map(moves.map(({query, change}) => [query.id, change]));
    },
  };
}

export const tableOf = (name: string, columns: Table['columns']): Table => ({
  id: `public.${name}`,
  schema: 'public',
  name,
  columns,
  keyColumns: [0],
  foreignKeys: [],
});
