import type {Transaction} from '../data/transaction.ts';
import type {SourceSink} from './source.ts';

/** Wraps what the sink threw, so that it is not taken for a failure of the database. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** The sink, whose failures are bugs, and which is not waited for once all is to end. */
export function guardedSink(
  sink: SourceSink,
  signal: AbortSignal,
  onReceived: (transaction: Transaction) => void,
): SourceSink {
  let release = (more: boolean): void => void more;
  // One listener for all calls: a race with one promise would keep every call for ever.
  signal.addEventListener('abort', () => release(false), {once: true});

  function guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      throw new Bug('the sink refused what it was told', {cause});
    }
  }
  return {
    describe: (tables, memo) => guarded(() => sink.describe(tables, memo)),
    reach: (lsn, memo) => guarded(() => sink.reach(lsn, memo)),
    async receive(next, breathe) {
      if (signal.aborted) return false;
      let own: unknown;
      try {
        return await new Promise<boolean>((resolve, reject) => {
          release = resolve;
          const pulled = (): Transaction | undefined => {
            try {
              const transaction = next();
              if (transaction?.kind === 'stream') onReceived(transaction);
              return transaction;
            } catch (error) {
              own = error;
              throw error;
            }
          };
          sink.receive(pulled, breathe).then(resolve, reject);
        });
      } catch (cause) {
        // What the source itself could not make is no failure of the sink's.
        throw own !== undefined && cause === own
          ? own
          : new Bug('the sink refused a transaction', {cause});
      }
    },
  };
}
