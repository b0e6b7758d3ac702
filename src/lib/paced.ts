import type {Clock} from './clock.ts';

export interface PaceOptions {
  /** The least time between two times. */
  readonly everyMs: number;
  readonly clock: Clock;
  /** Aborted when it is to be done no more. */
  readonly signal: AbortSignal;
}

/**
 * Does something each time it is asked for, but never twice within `everyMs`: what is asked
 * for meanwhile is done once, when that time has passed. What is asked for in one turn is
 * done once, after it.
 */
export function paced(act: () => void, {everyMs, clock, signal}: PaceOptions): () => void {
  let asked = false;
  let doneMs = Number.NEGATIVE_INFINITY;

  async function inTime(): Promise<void> {
    const waitMs = doneMs + everyMs - clock.steadyMs();
    if (waitMs > 0) await clock.wait(waitMs, signal).catch(() => {});
    else await new Promise((resolve) => setImmediate(resolve));
    asked = false;
    if (signal.aborted) return;
    doneMs = clock.steadyMs();
    act();
  }

  return () => {
    if (asked || signal.aborted) return;
    asked = true;
    void inTime();
  };
}
