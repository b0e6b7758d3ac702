import type {Source} from '../source/source.ts';
import type {LiveRows} from '../store/store.ts';
import type {Engine} from './engine.ts';
import type {LiveQuery} from './live-query.ts';
import type {SourceQueries} from './source-queries.ts';

/** Where the rows of a running service are, for its store to read. */
export function liveRows({
  sources,
  groups,
  queries,
  engine,
}: {
  sources: ReadonlyMap<string, Source>;
  groups: ReadonlyMap<string, SourceQueries>;
  queries: ReadonlyMap<string, LiveQuery>;
  engine: Engine;
}): LiveRows {
  return {
    sourceIds: () => sources.keys(),
    *tables() {
      for (const [sourceId, {tables}] of groups) {
        for (const {id: table} of tables ?? []) yield {sourceId, table};
      }
    },
    rows: (sourceId, table) => sources.get(sourceId)?.rows(table) ?? [],
    queryIds: () => new Set([...queries.keys(), ...engine.unsettled()]),
    result: engine.toldResult,
    memory: (queryId) => queries.get(queryId)?.operators?.memory?.all() ?? [],
  };
}
