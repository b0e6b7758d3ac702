import type {Lsn} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Source, SourceSink} from '../source/source.ts';
import type {Engine, Work} from './engine.ts';
import type {SourceQueries} from './source-queries.ts';
import type {Timers} from './timers.ts';

/** Where a source's transactions go: through its queries, and back as acknowledgements. */
export interface Sink extends SourceSink {
  /** Resolves once none of the queries waits for its first result. */
  readonly settled: Promise<void>;
}

/** Before each transaction happens what was due before it. */
export function sinkOf(
  source: Pick<Source, 'acknowledge'>,
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
  const acknowledge = (lsn: Lsn): void => source.acknowledge(lsn);
  let memo: string | undefined;

  /** The transactions, each with the step of time before it. */
  function timed(next: () => Transaction | undefined): Pick<Work, 'next' | 'made'> {
    let held: Transaction | undefined;
    return {
      next() {
        const transaction = held ?? next();
        const passed = transaction && !held ? timers.before(transaction) : undefined;
        held = passed && transaction;
        return passed ?? transaction;
      },
      made: () => held !== undefined,
    };
  }

  return {
    settled,
    describe(tables, text) {
      queries.describe(tables);
      memo = text;
    },
    async receive(next, breathe) {
      const said = memo;
      memo = undefined;
      const more = engine.take({
        queries,
        ...timed(next),
        memo: said,
        durable: acknowledge,
        breathe,
      });
      look();
      return more;
    },
    reach: (lsn, text) => engine.reach(lsn, {queries, memo: text, durable: acknowledge}),
  };
}
