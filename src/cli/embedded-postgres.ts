import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {open, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {Clock} from '../lib/clock.ts';
import {hasData, makeData} from './cluster-data.ts';
import {type ClusterPlace, dataFolder, logFile} from './cluster-place.ts';
import {endsWithin} from './ends.ts';
import {freePort} from './ports.ts';
import {POSTGRES_ENV} from './postgres-binaries.ts';
import {runningPostmaster} from './postmaster.ts';
import {cliProblems} from './problems.ts';

/** A Postgres that runs as our child, on 127.0.0.1 only, ready for logical replication. */
export interface EmbeddedPostgres {
  readonly port: number;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Ends it: fast, then at once where that takes longer than its limit. */
  stop(): Promise<void>;
}

/** Waits of the embedded Postgres. Recovery after a hard end is part of a start. */
export interface PostgresLimits {
  readonly setUpMs: number;
  readonly startMs: number;
  readonly pollMs: number;
  readonly stopFastMs: number;
  readonly stopHardMs: number;
}

export const POSTGRES_LIMITS: PostgresLimits = {
  setUpMs: 120_000,
  startMs: 60_000,
  pollMs: 25,
  stopFastMs: 10_000,
  stopHardMs: 8000,
};

/** No socket file: /tmp is shared, and TCP with a password serves everyone. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'wal_level=logical',
  'max_wal_senders=10',
  'max_replication_slots=10',
  'max_slot_wal_keep_size=1GB',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_checkpoints=off',
];

interface Options {
  readonly place: ClusterPlace;
  /** Of the superuser `postgres`, once data are made; ignored for data that are there. */
  readonly password: string;
  readonly clock: Clock;
  /** Ends a start that has not come to its end yet, with its reason. */
  readonly signal: AbortSignal;
  readonly limits?: PostgresLimits;
}

/**
 * Starts the Postgres of a place; makes its data first where there are none. One that a
 * killed process left behind is stopped, so that this one is always our child and has
 * today's settings. The caller holds the claim on the place.
 */
export async function startPostgres(options: Options): Promise<EmbeddedPostgres> {
  const {place, password, clock, limits = POSTGRES_LIMITS} = options;
  const {signal} = options;
  if (!(await hasData(place))) await makeData(place, {password, limitMs: limits.setUpMs, signal});
  await stopOrphan(place, limits);
  signal.throwIfAborted();

  const port = await freePort();
  const child = await launch(place, port);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // The program could not be run at all; `exit` does not follow then.
    child.once('error', () => resolve());
  });
  const stop = () => end(child, {place, ended, clock, limits});
  try {
    await untilReady({...options, limits}, {child, ended});
  } catch (error) {
    await stop();
    throw error;
  }
  return {port, ended, stop};
}

/**
 * Stops the Postgres of a place that runs without us. Nobody else's: the caller holds the
 * claim on the place, and the command line of the process names its folder.
 */
async function stopOrphan(place: ClusterPlace, limits: PostgresLimits): Promise<void> {
  const dataDir = dataFolder(place);
  if (!(await runningPostmaster(dataDir))) {
    // Postgres believes a left-over file whose pid is by now some other program of the user.
    return await rm(join(dataDir, 'postmaster.pid'), {force: true});
  }
  const seconds = Math.ceil(limits.stopFastMs / 1000);
  const pgCtl = (mode: 'fast' | 'immediate') =>
    promisify(execFile)(
      join(place.native, 'bin', 'pg_ctl'),
      ['stop', `--pgdata=${dataDir}`, `--mode=${mode}`, `--timeout=${seconds}`],
      {...place.runAs, cwd: '/', env: POSTGRES_ENV},
    );
  try {
    // Fast waits for replication clients, and one of them may hang: then not so fast but sure.
    await pgCtl('fast').catch(() => pgCtl('immediate'));
  } catch (cause) {
    throw failed(place, {step: 'stop the left-over of', output: (cause as Error).message}, cause);
  }
}

/**
 * A process group of its own, because Ctrl-C in a terminal goes to the whole group: the
 * service has to end before Postgres does. Its diary goes to a file, not to a pipe, for it
 * may outlive us.
 */
async function launch(place: ClusterPlace, port: number): Promise<ChildProcess> {
  const log = await open(logFile(place), 'w');
  try {
    const settings = [`port=${port}`, ...SETTINGS].flatMap((setting) => ['-c', setting]);
    return spawn(join(place.native, 'bin', 'postgres'), ['-D', dataFolder(place), ...settings], {
      ...place.runAs,
      cwd: place.folder,
      detached: true,
      env: POSTGRES_ENV,
      stdio: ['ignore', log.fd, log.fd],
    });
  } finally {
    await log.close();
  }
}

async function untilReady(
  {place, clock, limits, signal}: Options & {limits: PostgresLimits},
  {child, ended}: {child: ChildProcess; ended: Promise<void>},
): Promise<void> {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  const untilMs = clock.steadyMs() + limits.startMs;
  while (true) {
    const found = await runningPostmaster(dataFolder(place));
    if (found?.pid === child.pid && found?.ready) return;
    if (gone) throw failed(place, {step: 'start', output: await lastLines(place)});
    if (clock.steadyMs() > untilMs) {
      const output = `It was not ready after ${limits.startMs} ms.\n${await lastLines(place)}`;
      throw failed(place, {step: 'start', output});
    }
    await clock.wait(limits.pollMs, signal);
  }
}

async function end(
  child: ChildProcess,
  {
    place,
    ended,
    clock,
    limits,
  }: {place: ClusterPlace; ended: Promise<void>; clock: Clock; limits: PostgresLimits},
): Promise<void> {
  const steps = [
    ['SIGINT', limits.stopFastMs],
    ['SIGQUIT', limits.stopHardMs],
    ['SIGKILL', limits.stopHardMs],
  ] as const;
  for (const [signal, limitMs] of steps) {
    child.kill(signal);
    if (await endsWithin(ended, {clock, limitMs})) return;
  }
  throw failed(place, {step: 'stop', output: `Process ${child.pid} does not end.`});
}

async function lastLines(place: ClusterPlace): Promise<string> {
  const text = await readFile(logFile(place), 'utf8');
  return text.trim().split('\n').slice(-8).join('\n');
}

function failed(
  place: ClusterPlace,
  {step, output}: {step: string; output: string},
  cause?: unknown,
) {
  return cliProblems['postgres-failed']({step, output, logFile: logFile(place)}, {cause});
}
