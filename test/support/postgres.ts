import {randomBytes} from 'node:crypto';
import {connect as connectSocket} from 'node:net';
import pg from 'pg';
import {inject} from 'vitest';
import type {ServerAddress} from './postgres-server.ts';
import {until} from './until.ts';

/** A fresh database of the shared Postgres server. */
export interface TestDatabase extends ServerAddress {
  readonly database: string;
  /** Runs a statement, or several without parameters, and answers the (last one's) rows. */
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
  /** A session of its own, connected; `drop` ends it. */
  connect(): Promise<pg.Client>;
  /**
   * Drops the database together with its slots. Fails when somebody else is still
   * connected after `graceMs`: a test that leaks a connection, and with it a slot in
   * use, is a failed test.
   */
  drop(options?: {graceMs?: number}): Promise<void>;
}

/** Where the shared server answers; the first call starts it (see `global-postgres.ts`). */
export async function sharedServer(): Promise<ServerAddress> {
  const socket = connectSocket(inject('postgresAsked'), '127.0.0.1');
  let text = '';
  for await (const chunk of socket) text += chunk;
  const answer = JSON.parse(text);
  if ('error' in answer) throw new Error(answer.error);
  return answer;
}

/**
 * Makes a database on `server`, by default the one that all tests share. `suffix` ends
 * its name, for tests of odd names; `options` stand behind its name in CREATE DATABASE.
 */
export async function testDatabase(
  options: {server?: ServerAddress; suffix?: string; options?: string} = {},
): Promise<TestDatabase> {
  const {host, port, user, password} = options.server ?? (await sharedServer());
  const address = {host, port, user, password};
  const database = `tailrace_test_${randomBytes(6).toString('hex')}${options.suffix ?? ''}`;
  await administer(address, (admin) =>
    admin.query(`CREATE DATABASE ${pg.escapeIdentifier(database)} ${options.options ?? ''}`),
  );

  const sessions: pg.Client[] = [];
  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({...address, database, application_name: 'test'});
    // A server that is stopped under a test says so to the waiting query as well.
    client.on('error', () => {});
    await client.connect();
    sessions.push(client);
    return client;
  }

  let own: Promise<pg.Client> | undefined;
  async function connectAgain(): Promise<pg.Client> {
    const client = await connect();
    // Its server may be stopped and started again.
    client.once('end', () => {
      own = undefined;
    });
    return client;
  }
  return {
    ...address,
    database,
    connect,
    async query<Row extends pg.QueryResultRow>(sql: string, parameters?: readonly unknown[]) {
      own ??= connectAgain();
      const client = await own;
      const result = await (parameters
        ? client.query<Row>(sql, [...parameters])
        : client.query<Row>(sql));
      const last = Array.isArray(result) ? (result.at(-1) as pg.QueryResult<Row>) : result;
      return last.rows;
    },
    async drop({graceMs = 5000} = {}) {
      await Promise.all(sessions.map((client) => client.end()));
      await administer(address, (admin) => dropDatabase(admin, database, graceMs));
    },
  };
}

const OTHERS = `
  SELECT pid, application_name, backend_type, state, left(query, 60) AS query
  FROM pg_stat_activity WHERE datname = $1`;
const DROP_SLOTS = `
  SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1`;

async function dropDatabase(admin: pg.Client, database: string, graceMs: number): Promise<void> {
  let others: unknown[] = [];
  const alone = await until(
    async () => {
      ({rows: others} = await admin.query(OTHERS, [database]));
      return others.length === 0;
    },
    {limitMs: graceMs, orElse: 'false'},
  );
  if (!alone)
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      database,
    ]);
  await until(async () => (await admin.query(OTHERS, [database])).rows.length === 0);
  await admin.query(DROP_SLOTS, [database]);
  await admin.query(`DROP DATABASE ${pg.escapeIdentifier(database)}`);
  if (!alone) throw new Error(`left connected to the database: ${JSON.stringify(others)}`);
}

async function administer<T>(
  address: ServerAddress,
  act: (admin: pg.Client) => Promise<T>,
): Promise<T> {
  const admin = new pg.Client({...address, database: 'postgres', application_name: 'test admin'});
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.end();
  }
}
