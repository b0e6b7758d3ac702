import type pg from 'pg';
import type {Clock} from '../lib/clock.ts';
import {connectionOf} from './connection.ts';

/** Rows that are taken between two looks at the clock. */
const LOOK_ROWS = 500;
/** So far ahead of its rate a reading may be before it rests. */
const AHEAD_MS = 20;

/**
 * Holds what a session sends to a rate: to be called for each row as it comes. The socket
 * rests while rows are ahead of their time, and the server waits with what it has.
 */
export function throttle(
  client: pg.Client,
  {perSecond, clock, signal}: {perSecond: number; clock: Clock; signal: AbortSignal},
): () => void {
  const {stream} = connectionOf(client);
  const begunMs = clock.nowMs();
  let rows = 0;
  let resting = false;

  return () => {
    rows += 1;
    if (resting || rows % LOOK_ROWS !== 0) return;
    const aheadMs = begunMs + (rows / perSecond) * 1000 - clock.nowMs();
    if (aheadMs < AHEAD_MS) return;
    resting = true;
    stream.pause();
    const resume = (): void => {
      resting = false;
      stream.resume();
    };
    // When all is to end the session is broken, and nothing more comes.
    clock.wait(aheadMs, signal).then(resume, resume);
  };
}
