import type pg from 'pg';
import type {Clock} from '../lib/clock.ts';
import {connectionOf} from './connection.ts';

/** Rows that are taken before the socket rests. What it has read already still comes. */
const LOOK_ROWS = 500;
/** So far ahead of its rate a reading may be before it rests. */
const AHEAD_MS = 20;

/**
 * Holds what a session sends to a rate: to be called for each row as it comes. The socket
 * rests while rows are ahead of their time, and the server waits with what it has. It rests
 * for a turn in any case: everybody else has one after some hundred rows.
 */
export function throttle(
  client: pg.Client,
  {perSecond, clock, signal}: {perSecond: number; clock: Clock; signal: AbortSignal},
): () => void {
  const {stream} = connectionOf(client);
  const begunMs = clock.steadyMs();
  let rows = 0;
  let resting = false;

  return () => {
    rows += 1;
    if (resting || rows % LOOK_ROWS !== 0) return;
    const aheadMs = begunMs + (rows / perSecond) * 1000 - clock.steadyMs();
    resting = true;
    stream.pause();
    const resume = (): void => {
      resting = false;
      stream.resume();
    };
    // A socket is read as long as it has something, two megabytes in one turn.
    if (aheadMs < AHEAD_MS) return void setImmediate(resume);
    // When all is to end the session is broken, and nothing more comes.
    clock.wait(aheadMs, signal).then(resume, resume);
  };
}
