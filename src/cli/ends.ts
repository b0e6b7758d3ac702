import type {Clock} from '../lib/clock.ts';

/** Whether something ended before its limit. Rejects when it ends with an error in time. */
export async function endsWithin(
  ended: Promise<unknown>,
  {clock, limitMs}: {clock: Clock; limitMs: number},
): Promise<boolean> {
  const waiting = new AbortController();
  const late = clock.wait(limitMs, waiting.signal).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    waiting.abort();
  }
}

/** Resolves when a signal is aborted; at once when it was already. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), {once: true});
  });
}
