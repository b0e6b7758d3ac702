import type {Config} from '../config/config.ts';
import type {Clock} from '../lib/clock.ts';
import type {Log} from '../lib/log.ts';
import type {Problem} from '../lib/problem.ts';
import {endsWithin} from './ends.ts';
import type {LogLevel} from './log.ts';

/** A service that runs, as far as the commands need it. */
export interface RunningService {
  readonly addresses: {
    readonly api: string;
    readonly dashboard: string;
    readonly streams: readonly string[];
  };
  /** Resolves when each query has its first result. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** What the commands get from `main.ts` of the world outside. */
export interface CliWorld {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** The user who runs us; 0 is root. */
  readonly uid: number;
  /** The project: where `sql`, `config` and `public` are. */
  readonly root: string;
  /** A line for stdout. */
  readonly write: (line: string) => void;
  readonly openLog: (options: {level: LogLevel; pretty: boolean}) => Log;
  readonly loadConfig: (options: {
    path: string;
    env: Readonly<Record<string, string | undefined>>;
  }) => Promise<{config: Config; warnings: readonly Problem[]}>;
  /** `fail` is told of what the service can't survive. It still has to be stopped then. */
  readonly startService: (
    config: Config,
    world: {readonly log: Log; readonly fail: (error: unknown) => void},
  ) => Promise<RunningService>;
}

/** Beyond the service's own limit for its shutdown, which it should keep by itself. */
const GRACE_MS = 2000;

/**
 * Runs a service, and `meanwhile` beside it, until `signal` is aborted or the service
 * fails; then stops it, and throws what it failed with. `meanwhile` ends when the signal
 * that it is handed is aborted.
 */
export async function runService(
  config: Config,
  {
    world,
    log,
    signal,
    meanwhile,
  }: {
    world: CliWorld;
    log: Log;
    signal: AbortSignal;
    meanwhile: (service: RunningService, ending: AbortSignal) => Promise<void>;
  },
): Promise<void> {
  const failed = new AbortController();
  const fail = (error: unknown): void => failed.abort(error);
  const service = await world.startService(config, {log, fail});
  try {
    await meanwhile(service, AbortSignal.any([signal, failed.signal]));
  } finally {
    await stopService(service, {config, clock: world.clock, log});
  }
  if (failed.signal.aborted) throw failed.signal.reason;
}

/** Within its limit; says so where it takes longer, and waits no more. */
async function stopService(
  service: RunningService,
  {config, clock, log}: {config: Config; clock: Clock; log: Log},
): Promise<void> {
  const limitMs = config.limits.drainMs + GRACE_MS;
  if (await endsWithin(service.stop(), {clock, limitMs})) return;
  log.warn('the service did not stop in time', {limitMs});
}
