import type {Source, SourceSink} from '../source/source.ts';
import type {Engine} from './engine.ts';
import type {SourceQueries} from './source-queries.ts';
import type {Timers} from './timers.ts';

/** Where a source's transactions go: through its queries, and back as acknowledgements. */
export interface Sink extends SourceSink {
  /** Resolves once none of the queries waits for its first result. */
  readonly settled: Promise<void>;
}

/** Of each transaction the timers are told first: what was due before it happens before it. */
export function sinkOf(
  source: Source,
  {queries, timers, engine}: {queries: SourceQueries; timers: Timers; engine: Engine},
): Sink {
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
    async receive(transaction) {
      const passed = timers.before(transaction);
      const room = engine.receive(transaction, queries, () => source.acknowledge(transaction.lsn));
      look();
      await Promise.all([passed, room]);
    },
  };
}
