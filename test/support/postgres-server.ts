import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmod, chown, mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {makeData} from '../../src/cli/cluster-data.ts';
import {type ClusterPlace, dataFolder, findPlace} from '../../src/cli/cluster-place.ts';
import {POSTGRES_ENV} from '../../src/cli/postgres-binaries.ts';
import {runningPostmaster} from '../../src/cli/postmaster.ts';
import {postgresFolder} from './postgres-folder.ts';
import {until} from './until.ts';

/** Where a Postgres server answers, and as whom. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

type StopMode = keyof typeof STOP_SIGNALS;

/** A Postgres server of the tests' own, which they may stop and start again. */
export interface TestServer extends ServerAddress {
  start(): Promise<void>;
  /**
   * `smart` refuses new sessions and waits for those that are open; `immediate` is a
   * crash: no checkpoint, nothing said to anyone.
   */
  stop(mode: StopMode): Promise<void>;
  /** Another server on a copy of its data, not started; it must be stopped. */
  copy(
    settings?: Readonly<Record<string, string>>,
    files?: Readonly<Record<string, string>>,
  ): Promise<TestServer>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

const STOP_SIGNALS = {smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT'} as const;

const SETTINGS: Readonly<Record<string, string>> = {
  wal_level: 'logical',
  max_wal_senders: '20',
  max_replication_slots: '20',
  max_connections: '100',
  // Tests crash the server, never the machine.
  fsync: 'off',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  timezone: 'America/St_Johns',
};

/**
 * Starts a Postgres on a free port, in a directory of its own: the embedded 17, or the one
 * that TAILRACE_TEST_POSTGRES names (`postgres-folder.ts`). `settings` are added to those that
 * logical replication needs, or stand in for them; `files` are put into its directory. Its
 * time zone is an odd one on purpose: nothing may depend on it.
 *
 * Only the binaries of the package are used: its class installs a hook at import that ends
 * the process with 0, and failed tests with it.
 */
export async function startServer(
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const place = await newPlace();
  const {signal} = new AbortController();
  await makeData(place, {password: 'secret', limitMs: 60_000, signal});
  await writeFiles(dataFolder(place), files);
  const server = await serverAt(place, settings);
  await server.start();
  return server;
}

async function newPlace(): Promise<ClusterPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-pg-'));
  // Started by root, Postgres runs as another user, who has to get through here.
  await chmod(folder, 0o755);
  const native = await postgresFolder();
  return findPlace({native, folder, uid: process.getuid?.() ?? -1, fixed: true});
}

async function serverAt(
  place: ClusterPlace,
  settings: Readonly<Record<string, string>>,
): Promise<TestServer> {
  const port = await freePort();
  const flags = Object.entries({...SETTINGS, ...settings, port}).map(
    ([name, value]) => `--${name}=${value}`,
  );
  let running: ChildProcess | undefined;
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'secret',
    async start() {
      running = await launched(place, flags);
    },
    async stop(mode) {
      if (running) await ended(running, mode);
    },
    async copy(more = {}, files = {}) {
      const other = await newPlace();
      // With owners and modes, as a backup does.
      await promisify(execFile)('cp', ['-a', dataFolder(place), dataFolder(other)]);
      await writeFiles(dataFolder(other), files);
      return serverAt(other, {...settings, ...more});
    },
    async dispose() {
      if (running) await ended(running, 'immediate');
      await rm(place.folder, {recursive: true, force: true});
    },
  };
}

/** Puts files into the server's directory, as its own. */
async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const {uid, gid} = await stat(directory);
  for (const [name, text] of Object.entries(files)) {
    const file = join(directory, name);
    await writeFile(file, text, {mode: 0o600});
    await chown(file, uid, gid);
  }
}

/** The server's process, once it takes connections. */
async function launched(place: ClusterPlace, flags: readonly string[]): Promise<ChildProcess> {
  const directory = dataFolder(place);
  const child = spawn(join(place.native, 'bin', 'postgres'), ['-D', directory, ...flags], {
    ...place.runAs,
    cwd: place.folder,
    env: POSTGRES_ENV,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`Postgres did not start: ${said}`);
      const found = await runningPostmaster(directory);
      return found?.pid === child.pid && found?.ready === true;
    },
    {limitMs: 30_000, what: 'Postgres to start'},
  );
  return child;
}

async function ended(child: ChildProcess, mode: StopMode): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(STOP_SIGNALS[mode]);
  await exit;
}

/** Below those that systems give to whoever asks for any. */
const PORTS = {from: 20_000, to: 32_000};

/**
 * A port of the loopback address that nobody listens on. None that the system hands out: it
 * would be given to the next one who asks for any, and what is to listen here may take seconds
 * to begin.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${PORTS.from} to ${PORTS.to} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
