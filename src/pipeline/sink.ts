import type {Source, SourceSink} from '../source/source.ts';
import type {Engine} from './engine.ts';
import type {LiveQuery} from './live-query.ts';

/** Where a source's transactions go: through its queries, and back as acknowledgements. */
export interface Sink extends SourceSink {
  /** Resolves once none of the queries waits for its first result. */
  readonly settled: Promise<void>;
}

export function sinkOf(source: Source, queries: readonly LiveQuery[], engine: Engine): Sink {
  let settle = (): void => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const look = (): void => {
    if (queries.every(({state}) => state.kind !== 'waiting')) settle();
  };
  look();

  return {
    settled,
    describe(tables) {
      for (const query of queries) query.describe(tables);
    },
    receive(transaction) {
      const room = engine.receive(
        transaction,
        (table) => source.rows(table),
        () => source.acknowledge(transaction.lsn),
      );
      look();
      return room;
    },
  };
}
