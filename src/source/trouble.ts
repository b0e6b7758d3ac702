import type {Log} from '../lib/log.ts';
import {type Problem, problemText} from '../lib/problem.ts';
import type {SourceWorld} from './options.ts';

/**
 * What stands between a source and its stream, as its log tells it: once, again when it is
 * something else, and as loud when it is over. A database that is away for a night is tried
 * some thousand times, and its log is read for what happened besides. Each try is there at debug,
 * and the source's state always has the problems of the last one.
 */
export interface Trouble {
  /** An attempt failed, of all these problems; the next one is due in `retryMs`. */
  failed(problems: readonly Problem[], retryMs: number): void;
  /** The tables are about to be compared, because of a loss. */
  compares(why: Problem): void;
  /** The stream is open; `facts` are told of it. */
  over(facts: Readonly<Record<string, unknown>>): void;
}

/** Where it began, and what was told last. */
interface Told {
  readonly sinceMs: number;
  readonly tries: number;
  readonly texts: string;
}

export function trouble(
  source: string,
  {clock, log}: {clock: Pick<SourceWorld['clock'], 'steadyMs'>; log: Log},
): Trouble {
  let told: Told | undefined;
  let compared: string | undefined;
  let streamed = false;

  return {
    failed(problems, retryMs) {
      const texts = sameness(problems);
      const again = told?.texts === texts;
      const {sinceMs, tries} = told ?? {sinceMs: clock.steadyMs(), tries: 0};
      told = {sinceMs, tries: tries + 1, texts};
      if (again) {
        const facts = {source, tries: told.tries, retryMs};
        return log.debug('failed again, for the same reason', facts);
      }
      for (const each of problems) log.warn(problemText(each), {source, code: each.code, retryMs});
    },
    compares(why) {
      const text = problemText(why);
      if (text !== compared) log.warn(text, {source, code: why.code});
      compared = text;
    },
    over(facts) {
      const afterMs = told && Math.round(clock.steadyMs() - told.sinceMs);
      const waited = told && {afterMs, tries: told.tries};
      // Whoever reads of troubles alone reads of their ends.
      const level = told || compared !== undefined ? 'warn' : 'info';
      log[level](streamed ? 'streaming again' : 'streaming', {source, ...facts, ...waited});
      streamed = true;
      told = undefined;
      compared = undefined;
    },
  };
}

/** What is equal as long as nothing has changed that is worth a line. */
function sameness(problems: readonly Problem[]): string {
  // Whoever waits for another instance to end does not care which of its sessions has the slot.
  return problems
    .map((one) => (one.code === 'slot-in-use' ? one.code : problemText(one)))
    .join('\n');
}
