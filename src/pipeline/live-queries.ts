import type {QueryNote} from '../store/store.ts';
import type {Engine} from './engine.ts';
import {type Change, type Definition, type LiveQuery, liveQuery, now} from './live-query.ts';
import type {SourceQueries} from './source-queries.ts';

/**
 * All queries, and what may be done to them while the service runs. Each is one turn
 * between two transactions: the query's first rows are the source's as of the last one,
 * no other query is touched, and what it does is one event, of a resync at that position.
 *
 * What cannot be done throws the Problems of the definition, and nothing has changed then.
 * When it is done the store has it.
 */
export interface LiveQueries {
  readonly all: ReadonlyMap<string, LiveQuery>;
  /** Takes in the queries of the configuration, before any source runs. */
  begin(definitions: readonly Definition[]): void;
  /** Adds a query; `run` says whether it is started. Its id is free. */
  add(definition: Definition, options: {readonly run: boolean}): void;
  /** Gives a query another definition; what that changes in its result is told. */
  define(query: LiveQuery, definition: Definition, options: {readonly run: boolean}): void;
  stop(query: LiveQuery): void;
  /** Deletes its rows, says so, and forgets it. */
  drop(query: LiveQuery): void;
  /** Hydrates a failed query again. */
  retry(query: LiveQuery): void;
}

export interface LiveQueriesOptions {
  readonly engine: Engine;
  readonly sources: ReadonlyMap<string, SourceQueries>;
}

export function liveQueries({engine, sources}: LiveQueriesOptions): LiveQueries {
  const all = new Map<string, LiveQuery>();
  let shapes = 0;
  const nextShape = (): number => ++shapes;

  /** The queries of a definition's source, which keeps them for it. */
  const groupOf = ({source}: Definition): SourceQueries => sources.get(source.id)!;

  /** Tells what a query did outside of any transaction, and what it is now. */
  function tell(
    query: LiveQuery,
    change: Change | undefined,
    own: readonly QueryNote[] = [],
  ): void {
    const notes = [...own, ...groupOf(query.definition).notes()];
    const {source} = query.definition;
    // What was kept over a restart may go before the source has been heard of.
    const position = source.position ?? query.asOf;
    if (change) engine.commit(now({id: source.id, position}), [{query, change}], notes);
    else if (notes.length > 0) engine.note(notes);
  }

  return {
    all,
    begin(definitions) {
      for (const definition of definitions) {
        const query = liveQuery(definition, {shape: 0, nextShape});
        all.set(query.id, query);
        groupOf(definition).file(query);
      }
    },
    add(definition, {run}) {
      const query = liveQuery(definition, {shape: nextShape(), nextShape});
      const change = query.define(definition, {run});
      all.set(query.id, query);
      groupOf(definition).file(query);
      tell(query, change);
    },
    define(query, definition, options) {
      const earlier = query.definition;
      const change = query.define(definition, options);
      if (earlier.source.id !== definition.source.id) groupOf(earlier).remove(query);
      groupOf(definition).file(query);
      tell(query, change);
    },
    stop(query) {
      query.stop();
      groupOf(query.definition).file(query);
      tell(query, undefined);
    },
    drop(query) {
      const change = query.clear();
      groupOf(query.definition).remove(query);
      all.delete(query.id);
      tell(query, change, [{queryId: query.id, memo: null}]);
      engine.forget(query.id);
    },
    retry(query) {
      if (query.state.kind !== 'failed') return;
      tell(query, groupOf(query.definition).retry(query));
    },
  };
}
