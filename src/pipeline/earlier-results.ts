import type {StoredQuery} from '../store/store.ts';
import {difference, resultTexts, saysNothing, type Told} from './events.ts';
import type {LiveQuery} from './live-query.ts';

/**
 * The results that clients were told of before the service was started again. Each is kept
 * until its query has a result again, and then what differs is told: nothing, where the
 * query is as it was. So a changed query, a repaired one and one that is gone reach the
 * clients that stayed the same way as any change does.
 */
export interface EarlierResults {
  /** What a step at this source settles. Each result is settled once. */
  settle(sourceId: string): {readonly settled: ReadonlySet<string>; readonly told: readonly Told[]};
  /** The rows of one that is not settled yet. */
  rows(queryId: string): ReadonlyMap<string, string> | undefined;
  ids(): Iterable<string>;
}

export function earlierResults(
  stored: ReadonlyMap<string, StoredQuery>,
  queryOf: (id: string) => LiveQuery | undefined,
): EarlierResults {
  const unsettled = new Map([...stored].map(([id, {rows}]) => [id, rows]));
  const none: ReadonlySet<string> = new Set();

  /** One that is gone is settled by any step; the others when their source has moved them. */
  function due(id: string, sourceId: string): boolean {
    const query = queryOf(id);
    if (!query) return true;
    return query.definition.source.id === sourceId && query.state.kind !== 'waiting';
  }

  return {
    settle(sourceId) {
      if (unsettled.size === 0) return {settled: none, told: []};
      const ids = [...unsettled.keys()].filter((id) => due(id, sourceId));
      const told = ids.map((id) => {
        const query = queryOf(id);
        return difference(id, unsettled.get(id)!, query ? resultTexts(query) : []);
      });
      for (const id of ids) unsettled.delete(id);
      return {settled: new Set(ids), told: told.filter((one) => !saysNothing(one))};
    },
    rows: (id) => unsettled.get(id),
    ids: () => unsettled.keys(),
  };
}
