import pg from 'pg';
import {describe, expect, onTestFinished, test} from 'vitest';
import {failoverOf} from '../../src/source/failover.ts';
import {type ServerAddress, startServer, type TestServer} from '../support/postgres-server.ts';
import {openProxy, type Wire} from '../support/proxy.ts';
import {freshDatabase, type RunningSource, runSource} from '../support/running-source.ts';
import {olderThan} from '../support/server-version.ts';
import {until} from '../support/until.ts';

const DATABASE = 'shop';
const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, i FROM generate_series(1, 50) AS i';

test.each<[wanted: boolean, version: number, failover: boolean, codes: string[]]>([
  [false, 140_000, false, []],
  [true, 160_004, false, ['failover-not-supported']],
  [true, 170_000, true, []],
])('a slot for failovers, wanted: %s, on %i is one: %s', (wanted, version, failover, codes) => {
  const found = failoverOf(wanted, version);
  expect(found.failover).toBe(failover);
  expect(found.warnings.map(({code}) => code)).toEqual(codes);
});

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

const noFailoverSlots = await olderThan(17, 'slots for failovers');

test.runIf(embedded)('a slot for failovers is made as one, and said to be one', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t'], slotFailover: true});
  await running.streaming();
  expect(running.source.status().slot?.failover).toBe(!noFailoverSlots);
  const warnings = running.source.status().warnings.map(({code}) => code);
  expect(warnings).toEqual(noFailoverSlots ? ['failover-not-supported'] : []);
  running.source.resync();
  await until(() => running.told.length === 2);
  await running.streaming();
  expect(running.source.status().slot?.failover).toBe(!noFailoverSlots);
});

describe.runIf(embedded)('with servers of its own', {timeout: 90_000}, () => {
  test('a backup that was put in place of the database costs the net difference', async () => {
    const {first, wire, running} = await started();
    await first.stop('fast');
    const backup = await copied(first);
    await first.start();
    await run(first, 'UPDATE t SET v = 0 WHERE id <= 10; DELETE FROM t WHERE id = 50');
    await until(() => fold(running).get(10) === 0);
    await first.stop('fast');
    await backup.start();
    wire.to(backup);
    await until(() => running.told.at(-1)?.kind === 'resync' && running.told.length > 1, {
      limitMs: 20_000,
      what: 'the comparison',
    });
    await agrees(running, backup);
    expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*Its log ends at/);
    expect(running.told.at(-1)?.changes.get('public.t')).toHaveLength(11);
  });

  test('another server behind the same address is noticed, with its slot of the same name', async () => {
    const {wire, running} = await started();
    const other = await server();
    await run(other, `CREATE DATABASE ${DATABASE}`, 'postgres');
    await run(
      other,
      `${TABLE}; UPDATE t SET v = -1 WHERE id = 7; CREATE PUBLICATION tailrace FOR TABLE t`,
    );
    await run(other, `SELECT pg_create_logical_replication_slot('shop_slot', 'pgoutput')`);
    // Its log is longer, so that the position alone would tell nothing.
    for (let i = 0; i < 5; i++)
      await run(other, `SELECT pg_logical_emit_message(true, 'x', ''), pg_switch_wal()`);
    wire.to(other);
    await until(() => running.told.length > 1, {limitMs: 20_000});
    await agrees(running, other);
    expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*holds other data/);
    expect(running.told.at(-1)?.changes.get('public.t')).toHaveLength(1);
  });

  test('a standby that had everything goes on where the first server stopped', async () => {
    const {first, wire, running} = await started();
    await run(first, 'UPDATE t SET v = 0 WHERE id = 1');
    await until(() => fold(running).get(1) === 0);
    await first.stop('fast');
    const standby = await copied(first, {'standby.signal': ''});
    await promoted(standby);
    await run(standby, 'UPDATE t SET v = 0 WHERE id = 2');
    wire.to(standby);
    await agrees(running, standby);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream', 'stream']);
    // What follows after a restart is the standby's own log, of which the first one had none.
    expect(JSON.parse(running.stored().memo)).toMatchObject({timeline: 2});
  });

  test('a standby that had less has another history, and costs the net difference', async () => {
    const {first, wire, running} = await started();
    await first.stop('fast');
    const standby = await copied(first, {'standby.signal': ''});
    await first.start();
    await run(first, 'UPDATE t SET v = 0 WHERE id <= 10');
    await until(() => fold(running).get(10) === 0);
    await first.stop('fast');
    await promoted(standby);
    await run(standby, 'UPDATE t SET v = 7 WHERE id = 40');
    // Its log is longer by now: the position alone would tell nothing.
    for (let i = 0; i < 3; i++)
      await run(standby, `SELECT pg_logical_emit_message(true, 'x', ''), pg_switch_wal()`);
    wire.to(standby);
    await until(() => running.told.filter(({kind}) => kind === 'resync').length > 1, {
      limitMs: 20_000,
      what: 'the comparison',
    });
    await agrees(running, standby);
    expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*left timeline 1/);
    expect(running.told.at(-1)?.changes.get('public.t')).toHaveLength(11);
  });

  test.skipIf(noFailoverSlots)(
    'with a slot for failovers, a standby that followed the stream takes over without a comparison',
    async () => {
      const first = await server();
      await run(first, `SELECT pg_create_physical_replication_slot('follower')`, 'postgres');
      await first.stop('fast');
      const follows = `host=${first.host} port=${first.port} user=${first.user} password=${first.password} dbname=postgres`;
      const standby = await copied(
        first,
        {'standby.signal': ''},
        {primary_conninfo: follows, primary_slot_name: 'follower', hot_standby_feedback: 'on'},
      );
      await first.start();
      await standby.start();
      const {wire, running} = await startedOn(first, {slotFailover: true});
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
      await run(first, 'UPDATE t SET v = 0 WHERE id = 1');
      await until(() => fold(running).get(1) === 0);
      await until(async () => {
        const [row] = await run<{v: number}>(standby, 'SELECT v FROM t WHERE id = 1');
        return row?.v === 0;
      });
      await first.stop('fast');
      await run(standby, 'SELECT pg_promote()', 'postgres');
      await run(standby, 'UPDATE t SET v = 0 WHERE id = 2');
      wire.to(standby);
      await agrees(running, standby);
      expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream', 'stream']);
    },
  );
});

async function server(): Promise<TestServer> {
  const one = await startServer();
  onTestFinished(() => one.dispose());
  return one;
}

async function copied(
  of: TestServer,
  files: Readonly<Record<string, string>> = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const one = await of.copy(settings, files);
  onTestFinished(() => one.dispose());
  return one;
}

async function promoted(standby: TestServer): Promise<void> {
  await standby.start();
  await run(standby, 'SELECT pg_promote()', 'postgres');
}

/** A wire whose far end can be moved, as a name or an address that floats is. */
interface Floating extends Wire {
  to(server: ServerAddress): void;
}

async function floating(first: ServerAddress): Promise<Floating> {
  const target = {host: first.host, port: first.port};
  const wire = await openProxy(target);
  onTestFinished(() => wire.close());
  const to = ({host, port}: ServerAddress): void => {
    Object.assign(target, {host, port});
    wire.cut();
  };
  return Object.assign(Object.create(wire) as Wire, {to});
}

async function started() {
  const first = await server();
  return {first, ...(await startedOn(first, {}))};
}

async function startedOn(first: TestServer, choices: {readonly slotFailover?: boolean}) {
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
async function run<Row extends pg.QueryResultRow>(
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

const fold = (running: RunningSource): ReadonlyMap<unknown, unknown> =>
  new Map([...running.fold('public.t').values()].map(([id, v]) => [id, v]));

/** Waits until what was told adds up to what the server holds. */
async function agrees(running: RunningSource, at: ServerAddress): Promise<void> {
  const rows = await run<{id: number; v: number}>(at, 'SELECT id, v FROM t ORDER BY id');
  const expected = rows.map(({id, v}) => [id, v]);
  const told = () => [...fold(running)].sort(([a], [b]) => Number(a) - Number(b));
  await until(() => JSON.stringify(told()) === JSON.stringify(expected), {
    limitMs: 20_000,
    what: () =>
      `what was told to be what the server holds: ${JSON.stringify(running.source.status().state)}`,
  });
}
