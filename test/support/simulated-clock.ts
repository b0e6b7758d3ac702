import type {Clock} from '../../src/lib/clock.ts';

/** A clock that a test moves: waits end when their time has come, in order. */
export interface SimulatedClock extends Clock {
  /** Lets time pass; each wait that ends on the way is lived out before the next. */
  pass(ms: number): Promise<void>;
  /** Sets the clock anew, as an administrator does: no wait ends by it. */
  set(nowMs: number): void;
  /** How many waits are under way. */
  readonly waiting: number;
}

interface Wait {
  readonly endMs: number;
  readonly end: () => void;
}

export function simulatedClock(startMs: number): SimulatedClock {
  let nowMs = startMs;
  /** Time that has passed, which setting the clock does not change. */
  let passedMs = 0;
  const waits = new Set<Wait>();

  return {
    nowMs: () => nowMs,
    steadyMs: () => passedMs,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const one: Wait = {endMs: passedMs + Math.max(0, ms), end: finish};
        waits.add(one);
        signal.addEventListener('abort', abort, {once: true});
        function finish(): void {
          waits.delete(one);
          signal.removeEventListener('abort', abort);
          resolve();
        }
        function abort(): void {
          waits.delete(one);
          reject(signal.reason);
        }
      }),
    async pass(ms) {
      const endMs = passedMs + ms;
      await settled();
      for (let next = first(waits); next && next.endMs <= endMs; next = first(waits)) {
        nowMs += next.endMs - passedMs;
        passedMs = next.endMs;
        next.end();
        await settled();
      }
      nowMs += endMs - passedMs;
      passedMs = endMs;
    },
    set(ms) {
      nowMs = ms;
    },
    get waiting() {
      return waits.size;
    },
  };
}

const first = (waits: ReadonlySet<Wait>): Wait | undefined =>
  [...waits].sort((a, b) => a.endMs - b.endMs)[0];

/** All that follows from what has happened, as far as no time must pass for it. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
