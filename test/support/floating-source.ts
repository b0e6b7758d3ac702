import pg from 'pg';
import {onTestFinished} from 'vitest';
import {codeOf} from '../../src/postgres/failure.ts';
import {type ServerAddress, startServer, type TestServer} from './postgres-server.ts';
import {openProxy, type Wire} from './proxy.ts';
import {type RunningSource, runSource, type SourceChoices} from './running-source.ts';
import {until} from './until.ts';

/** Servers that take each other's place at one address, and a source that reads there. */

export const DATABASE = 'shop';
export const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, i FROM generate_series(1, 50) AS i';

export async function server(settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const one = await startServer(settings);
  onTestFinished(() => one.dispose());
  return one;
}

export async function copied(
  of: TestServer,
  files: Readonly<Record<string, string>> = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const one = await of.copy(settings, files);
  onTestFinished(() => one.dispose());
  return one;
}

export async function promoted(standby: TestServer): Promise<void> {
  await standby.start();
  await run(standby, 'SELECT pg_promote()', 'postgres');
}

/** A wire whose far end can be moved, as a name or an address that floats is. */
export interface Floating extends Wire {
  to(server: ServerAddress): void;
}

export async function floating(first: ServerAddress): Promise<Floating> {
  const target = {host: first.host, port: first.port};
  const wire = await openProxy(target);
  onTestFinished(() => wire.close());
  const to = ({host, port}: ServerAddress): void => {
    Object.assign(target, {host, port});
    wire.cut();
  };
  return Object.assign(Object.create(wire) as Wire, {to});
}

/** A source that streams from `first`, by a wire that can be moved to another server. */
export async function startedOn(
  first: TestServer,
  choices: Pick<SourceChoices, 'slotFailover' | 'retryMaxMs' | 'slotCheckMs'> = {},
) {
  await run(first, `CREATE DATABASE ${DATABASE}`, 'postgres');
  await run(first, TABLE);
  const wire = await floating(first);
  const connect = {...first, port: wire.port, database: DATABASE};
  const running = runSource({database: DATABASE} as never, {
    ...choices,
    tables: ['t'],
    slotName: 'shop_slot',
    connect,
  });
  await running.streaming();
  return {wire, running};
}

/** A session for one statement: a server is not to wait for us when it stops. */
export async function run<Row extends pg.QueryResultRow>(
  {host, port, user, password}: ServerAddress,
  sql: string,
  database = DATABASE,
): Promise<Row[]> {
  const client = new pg.Client({host, port, user, password, database});
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

export const fold = (running: RunningSource): ReadonlyMap<unknown, unknown> =>
  new Map([...running.fold('public.t').values()].map(([id, v]) => [id, v]));

/** Waits until what was told adds up to what the server holds. */
export async function agrees(running: RunningSource, at: ServerAddress): Promise<void> {
  const rows = await run<{id: number; v: number}>(at, 'SELECT id, v FROM t ORDER BY id');
  const expected = rows.map(({id, v}) => [id, v]);
  const told = () => [...fold(running)].sort(([a], [b]) => Number(a) - Number(b));
  await until(() => JSON.stringify(told()) === JSON.stringify(expected), {
    limitMs: 20_000,
    what: () =>
      `what was told to be what the server holds: ${JSON.stringify(running.source.status().state)}`,
  });
}

/** A standby that follows `first` by a physical slot, from a copy of it as it is now; running. */
export async function follower(first: TestServer): Promise<TestServer> {
  await run(first, `SELECT pg_create_physical_replication_slot('follower')`, 'postgres');
  await first.stop('fast');
  const {host, port, user, password} = first;
  const standby = await copied(
    first,
    {'standby.signal': ''},
    {
      primary_conninfo: `host=${host} port=${port} user=${user} password=${password} dbname=postgres`,
      primary_slot_name: 'follower',
      hot_standby_feedback: 'on',
    },
  );
  await first.start();
  await standby.start();
  return standby;
}

/** Has the standby copy the source's slot, as its worker does with sync_replication_slots. */
export async function slotCopied(first: TestServer, standby: TestServer): Promise<void> {
  // The copy is usable once the standby has caught up with the slot, as its worker waits for.
  await until(
    async () => {
      await run(first, `SELECT pg_log_standby_snapshot()`);
      await run(standby, 'SELECT pg_sync_replication_slots()', 'postgres').catch(() => {});
      const copy = `SELECT FROM pg_replication_slots WHERE slot_name = 'shop_slot' AND NOT temporary`;
      return (await run(standby, copy, 'postgres')).length === 1;
    },
    {limitMs: 30_000, what: 'the slot to be copied'},
  );
}

/** No such database, no such table. */
const NOT_THERE = new Set(['3D000', '42P01']);

/** Waits until a standby has what `sql` looks for; what that is in may have yet to come, too. */
export async function has(standby: ServerAddress, sql: string): Promise<void> {
  const found = async (): Promise<boolean> => {
    try {
      return (await run(standby, sql)).length > 0;
    } catch (error) {
      if (NOT_THERE.has(codeOf(error))) return false;
      throw error;
    }
  };
  await until(found, {what: sql, limitMs: 20_000});
}
