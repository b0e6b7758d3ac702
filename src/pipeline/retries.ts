import type {Clock} from '../lib/clock.ts';
import type {LiveQuery} from './live-query.ts';

/**
 * When failed queries are hydrated again.
 *
 * A query that failed on a row can only recover when a table that it reads changes, and
 * finding out costs a look at all their rows. The first change is tried at once; while it
 * goes on failing, tries are apart by waits that double up to `maxMs`. What came during a
 * wait is tried at its end, so that a table that then falls quiet leaves no query failed.
 */
export interface Retries {
  /** Whether it may be tried now. If not, `again` is called when it may. */
  due(query: LiveQuery): boolean;
  /** A try was in vain, or it failed just now. */
  failed(query: LiveQuery): void;
  forget(query: LiveQuery): void;
}

export interface RetriesOptions {
  readonly clock: Clock;
  /** The longest wait; a query that ran for as long is as good as new. */
  readonly maxMs: number;
  readonly signal: AbortSignal;
  readonly again: (query: LiveQuery) => void;
}

const FIRST_WAIT_MS = 50;

interface Failing {
  failures: number;
  failedAtMs: number;
  notBeforeMs: number;
  waiting: boolean;
}

export function retries({clock, maxMs, signal, again}: RetriesOptions): Retries {
  const failing = new Map<LiveQuery, Failing>();

  function tryLater(query: LiveQuery, one: Failing): void {
    if (one.waiting) return;
    one.waiting = true;
    const finished = (): void => {
      one.waiting = false;
      if (failing.get(query) === one) again(query);
    };
    // Rejects when the service stops, and then nothing is to be tried.
    clock
      .wait(Math.min(maxMs, one.notBeforeMs - clock.steadyMs()), signal)
      .then(finished, () => {});
  }

  return {
    due(query) {
      const one = failing.get(query);
      if (!one || clock.steadyMs() >= one.notBeforeMs) return true;
      tryLater(query, one);
      return false;
    },
    failed(query) {
      const nowMs = clock.steadyMs();
      const held = failing.get(query);
      const one = held ?? {failures: 0, failedAtMs: nowMs, notBeforeMs: 0, waiting: false};
      failing.set(query, one);
      one.failures = nowMs - one.failedAtMs > 2 * maxMs ? 1 : one.failures + 1;
      one.failedAtMs = nowMs;
      one.notBeforeMs = nowMs + waitMs(one.failures, maxMs);
    },
    forget: (query) => void failing.delete(query),
  };
}

/** Before the first try there is no wait. */
function waitMs(failures: number, maxMs: number): number {
  if (failures <= 1) return 0;
  return Math.min(maxMs, FIRST_WAIT_MS * 2 ** Math.min(failures - 2, 30));
}
