import type pg from 'pg';
import {type Problem, problemsOf} from '../lib/problem.ts';
import {openSession} from '../postgres/connection.ts';
import {isOfTheWorld} from '../postgres/failure.ts';
import type {TlsOptions} from '../postgres/tls.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';

export interface Around {
  readonly options: PostgresSourceOptions;
  readonly world: SourceWorld;
  readonly tls: TlsOptions;
}

/** A look at the database that is taken again and again while the stream runs. */
export interface Duty {
  readonly everyMs: number;
  /** A look that takes as long as it takes; others are given up after `LOOK_MS`. */
  readonly long?: boolean;
  /**
   * Takes one look. `stop` ends the stream at once, and with `why`; the look may go on for
   * a while, to put things in order.
   */
  look(client: pg.Client, during: Looking): Promise<void>;
}

export interface Looking {
  readonly stop: (why: Problem) => void;
  /** The look is to end: nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** A look that takes longer hangs, and holds up the others. */
const LOOK_MS = 30_000;

/** So long a look that has stopped the stream may go on. */
const ORDER_MS = 10_000;

/**
 * Runs `act` to its end, beside the duties. When one of them stops it, the signal that
 * `act` is handed is aborted, and the reason is thrown.
 */
export async function beside(
  duties: readonly Duty[],
  around: Around,
  signal: AbortSignal,
  act: (either: AbortSignal) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const found = new AbortController();
  const stop = (why: unknown): void => found.abort(why);
  const either = AbortSignal.any([signal, over.signal]);
  const looking = looks(duties, around, {stop, signal: either}).catch(stop);
  try {
    await act(AbortSignal.any([signal, found.signal]));
  } finally {
    if (found.signal.aborted) await inTime(looking, around.world, over);
    over.abort();
    await looking;
  }
  if (found.signal.aborted && !signal.aborted) throw found.signal.reason;
}

/** The database may have stopped to answer, too. */
async function inTime(
  looking: Promise<void>,
  {clock}: SourceWorld,
  over: AbortController,
): Promise<void> {
  const late = clock.wait(ORDER_MS, over.signal).catch(() => {});
  await Promise.race([looking, late]);
}

async function looks(duties: readonly Duty[], around: Around, during: Looking): Promise<void> {
  const {signal} = during;
  const {clock} = around.world;
  const due = new Map(duties.map((duty) => [duty, clock.steadyMs() + duty.everyMs]));
  while (due.size > 0) {
    await clock
      .wait(Math.max(0, Math.min(...due.values()) - clock.steadyMs()), signal)
      .catch(() => {});
    if (signal.aborted) return;
    const nowMs = clock.steadyMs();
    const now = duties.filter((duty) => (due.get(duty) ?? 0) <= nowMs);
    // A timer may come a moment early.
    if (now.length === 0) continue;
    let stopped = false;
    const stop = (why: Problem): void => {
      stopped = true;
      during.stop(why);
    };
    await limited(now, around, {stop, signal});
    if (stopped) return;
    for (const duty of now) due.set(duty, clock.steadyMs() + duty.everyMs);
  }
}

/** The looks of `together`, given up where they hang: the next ones are soon. */
async function limited(duties: readonly Duty[], around: Around, during: Looking): Promise<void> {
  if (duties.some(({long}) => long)) return together(duties, around, during);
  const done = new AbortController();
  const late = new AbortController();
  const {clock} = around.world;
  clock.wait(LOOK_MS, done.signal).then(
    () => late.abort(),
    () => {},
  );
  const signal = AbortSignal.any([during.signal, late.signal]);
  await together(duties, around, {...during, signal}).finally(() => done.abort());
}

/**
 * All that are due share a connection, a short one: a source takes one of the server's
 * connections, not two. Where there is none, the next look will do.
 */
async function together(
  duties: readonly Duty[],
  {options, tls}: Around,
  during: Looking,
): Promise<void> {
  const {signal} = during;
  try {
    const session = await openSession(options.connect, {tls, signal});
    try {
      for (const duty of duties) await duty.look(session.client, during);
    } finally {
      await session.end();
    }
  } catch (error) {
    // The stream tells by itself, and better, when the server is gone.
    if (!signal.aborted && problemsOf(error).length === 0 && !isOfTheWorld(error)) throw error;
  }
}
