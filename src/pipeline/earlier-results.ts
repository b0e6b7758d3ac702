import type {QueryNote, Store} from '../store/store.ts';
import {difference, resultTexts, saysNothing, type Told} from './events.ts';
import {keptResult} from './kept-result.ts';
import type {LiveQuery, Position} from './live-query.ts';
import {memoOf, readMemo, stoodAt} from './query-memo.ts';

/**
 * The results that clients were told of before the service was started again. Each is kept
 * until its query has a result again, and then what differs is told: nothing, where the
 * query is as it was. So a changed query, a repaired one and one that is gone reach the
 * clients that stayed the same way as any change does. A query that gets no result, because
 * it fails, is stopped or waits for its source, is given the earlier one to show.
 *
 * A query that ran, and runs again as the same program made it from the same rows, has the
 * same result: that is told without a look at the earlier one, which is read only where
 * something is another.
 */
export interface EarlierResults {
  /** What a step at this source settles: of queries that run now, or are gone; each once. */
  settle(sourceId: string): Settled;
  /** Gives what is not settled to its queries, which tell what comes of it then. Answers those. */
  handOver(): readonly LiveQuery[];
  /** The rows of one that is not settled yet. */
  rows(queryId: string): ReadonlyMap<string, string> | undefined;
  ids(): Iterable<string>;
}

export interface Settled {
  readonly settled: ReadonlySet<string>;
  readonly told: readonly Told[];
  /** That queries are gone: to be stored with what is told of it, or they would be thought told. */
  readonly notes: readonly QueryNote[];
}

export function earlierResults(
  {queries: stored, sources}: Pick<Store, 'queries' | 'sources'>,
  queryOf: (id: string) => LiveQuery | undefined,
  version: string | undefined,
): EarlierResults {
  const unsettled = new Map(Array.from(stored, ([id, one]) => [id, readOnce(() => one.rows)]));
  const nothing: Settled = {settled: new Set(), told: [], notes: []};

  /** One that is gone is settled by any step; the others when their source has moved them. */
  function due(id: string, sourceId: string): boolean {
    const query = queryOf(id);
    if (!query) return true;
    return query.definition.source.id === sourceId && query.state.kind === 'running';
  }

  /** Where a result stood: while its query ran, that was where its source is. */
  function positionOf(id: string): Position | undefined {
    const {sequence, memo: text} = stored.get(id)!;
    const memo = readMemo(text);
    const source = sources.get(memo.config.sources[0]?.sourceId ?? '');
    const stood = stoodAt(memo) ?? source;
    // Rows that clients were told stand, though its source may be another one by now.
    if (sequence > 0) return stood;
    // An empty result would be a lie where it never had one, or where a crash took it back.
    return memo.columns && source && stood;
  }

  return {
    settle(sourceId) {
      if (unsettled.size === 0) return nothing;
      const ids = [...unsettled.keys()].filter((id) => due(id, sourceId));
      // Of one without an event clients were told nothing: it is told as if there were no earlier.
      const settled = ids.filter((id) => stored.get(id)!.sequence > 0);
      const told = settled.flatMap((id) => {
        const query = queryOf(id);
        if (query && memoOf(query, version) === stored.get(id)!.memo) return [];
        return difference(id, unsettled.get(id)!(), query ? resultTexts(query) : []);
      });
      for (const id of ids) unsettled.delete(id);
      const gone = ids.filter((id) => !queryOf(id));
      return {
        settled: new Set(settled),
        told: told.filter((one) => !saysNothing(one)),
        notes: gone.map((queryId) => ({queryId, memo: null})),
      };
    },
    handOver() {
      const kept: LiveQuery[] = [];
      for (const [id, rows] of unsettled) {
        const query = queryOf(id);
        const asOf = positionOf(id);
        if (!query || !asOf) continue;
        const {columns = [], config} = readMemo(stored.get(id)!.memo);
        const moved = config.sources[0]?.sourceId !== query.definition.source.id;
        // Without a row that was told it is no answer of another source either.
        if (moved && rows().size === 0) continue;
        const {lsn, commitTime} = asOf;
        query.keep(keptResult(rows(), {columns, asOf: {lsn, commitTime}}));
        unsettled.delete(id);
        kept.push(query);
      }
      return kept;
    },
    rows: (id) => unsettled.get(id)?.(),
    ids: () => unsettled.keys(),
  };
}

/** What `read` answers, which is asked once: the store has moved on later. */
function readOnce<T>(read: () => T): () => T {
  let held: {readonly answer: T} | undefined;
  return () => {
    held ??= {answer: read()};
    return held.answer;
  };
}
