import type {Source, SourceSink} from '../source/source.ts';
import type {Engine} from './engine.ts';
import type {SourceQueries} from './source-queries.ts';

/** Where a source's transactions go: through its queries, and back as acknowledgements. */
export interface Sink extends SourceSink {
  /** Resolves once none of the queries waits for its first result. */
  readonly settled: Promise<void>;
}

export function sinkOf(source: Source, queries: SourceQueries, engine: Engine): Sink {
  let settle = (): void => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const look = (): void => {
    if (queries.waiting === 0) settle();
  };
  look();

  return {
    settled,
    describe: queries.describe,
    receive(transaction) {
      const room = engine.receive(transaction, queries, () => source.acknowledge(transaction.lsn));
      look();
      return room;
    },
  };
}
