import type pg from 'pg';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import type {Session} from '../postgres/connection.ts';
import {isWaitedFor} from '../postgres/table-files.ts';

export interface GivingWay {
  /** A session beside the reader's, which rests meanwhile. */
  readonly control: pg.Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What the reading fails with when it has given way. */
  readonly why: () => Problem;
}

/**
 * Reads as long as nobody waits for a lock that `reader` holds: ALTER TABLE, and all who wait
 * behind that. Then the reader is ended, and the reading fails. The signal that `read` is
 * handed is aborted with `signal`, and when the reading is over.
 */
export async function givingWay<T>(
  reader: Session,
  {control, clock, signal, why}: GivingWay,
  read: (either: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const waited = waitsSomebody(control, reader.pid, {clock, signal: either}).finally(() =>
    either.aborted ? undefined : reader.end(),
  );
  // It is asked for once the reading is over.
  waited.catch(() => {});
  try {
    return await read(either);
  } catch (error) {
    done.abort();
    throw (await waited) ? why() : error;
  } finally {
    done.abort();
    await waited;
  }
}

const LOOK_MS = 500;

/** Resolves once somebody waits, or with false once `signal` is aborted. */
async function waitsSomebody(
  control: pg.Client,
  pid: number,
  {clock, signal}: {readonly clock: Clock; readonly signal: AbortSignal},
): Promise<boolean> {
  for (;;) {
    const over = await clock.wait(LOOK_MS, signal).then(
      () => false,
      () => true,
    );
    if (over) return false;
    if (await isWaitedFor(control, pid)) return true;
  }
}
