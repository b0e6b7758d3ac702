import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {expectImage} from '../support/expect-image.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {openProxy, type Wire} from '../support/proxy.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE = 'CREATE TABLE t (id serial PRIMARY KEY, v int); INSERT INTO t (v) VALUES (1), (2)';

async function proxied(database: TestDatabase): Promise<Wire> {
  const proxy = await openProxy(database);
  onTestFinished(() => proxy.close());
  return proxy;
}

test('a network that is cut again and again costs nothing but time', async () => {
  const database = await freshDatabase(TABLE);
  const proxy = await proxied(database);
  const running = runSource(database, {tables: ['t'], connect: {port: proxy.port}});
  await running.streaming();
  for (let cut = 0; cut < 5; cut++) {
    await database.query('INSERT INTO t (v) SELECT generate_series(1, 50)');
    proxy.cut();
    await database.query('UPDATE t SET v = v + 1; DELETE FROM t WHERE id % 7 = 0');
  }
  await expectImage(running, database);
  // The first snapshot is the only one: every new connection went on where the last ended.
  expect(running.told.filter(({kind}) => kind === 'resync')).toHaveLength(1);
  const lsns = running.told.map(({lsn}) => lsn);
  expect(lsns).toEqual([...new Set(lsns)].sort((a, b) => (a < b ? -1 : 1)));
});

test('while the network is gone the cause is in the status, and then it goes on', async () => {
  const database = await freshDatabase(TABLE);
  const proxy = await proxied(database);
  const running = runSource(database, {tables: ['t'], connect: {port: proxy.port}});
  await running.streaming();
  proxy.refuse();
  proxy.cut();
  await until(() => running.source.status().state.kind === 'waiting');
  const {state} = running.source.status();
  expect(state.kind === 'waiting' && state.problem.code).toBe('connection-lost');
  // How much the database has written meanwhile, nobody can know: it is not nothing.
  expect(running.source.status()).toMatchObject({lagBytes: undefined, lagMs: undefined});
  await database.query('INSERT INTO t (v) VALUES (3)');
  proxy.admit();
  await expectImage(running, database);
  expect(running.source.status().state.kind).toBe('streaming');
});

test('a connection that breaks in the middle of a transaction tells none of it twice', async () => {
  const database = await freshDatabase(TABLE);
  const proxy = await proxied(database);
  const running = runSource(database, {tables: ['t'], connect: {port: proxy.port}});
  await running.streaming();
  proxy.fragment(1000);
  const passed = proxy.passed();
  const writing = database.query(`INSERT INTO t (v) SELECT i FROM generate_series(1, 50000) AS i`);
  await until(() => proxy.passed() > passed + 200_000, {what: 'half the transaction'});
  proxy.cut();
  proxy.fragment(0);
  await writing;
  await expectImage(running, database);
  expect(running.told).toHaveLength(2);
});

test('bytes that come one at a time are the same bytes', async () => {
  const database = await freshDatabase(TABLE);
  const proxy = await proxied(database);
  proxy.fragment(1);
  const running = runSource(database, {tables: ['t'], connect: {port: proxy.port}});
  await running.streaming();
  await database.query('INSERT INTO t (v) SELECT generate_series(1, 100); UPDATE t SET v = -v');
  await expectImage(running, database);
});

test('a transaction committed right after an acknowledged one is not lost with the connection', async () => {
  const database = await freshDatabase(TABLE);
  const proxy = await proxied(database);
  const running = runSource(database, {tables: ['t'], connect: {port: proxy.port}});
  await running.streaming();
  const [one, two] = await Promise.all([database.connect(), database.connect()]);
  for (let round = 0; round < 10; round++) {
    await Promise.all([
      one.query('INSERT INTO t (v) VALUES (10)'),
      two.query('INSERT INTO t (v) VALUES (20)'),
    ]);
    proxy.cut();
    await running.caughtUp();
  }
  expect(running.told.filter(({kind}) => kind === 'stream')).toHaveLength(20);
  await expectImage(running, database);
});

test('what was not acknowledged is sent again to a slot that starts anew', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t'], acknowledges: false});
  await running.streaming();
  await database.query('INSERT INTO t (v) VALUES (5)');
  await running.caughtUp();
  await running.stop();
  const confirmed = await confirmedLsn(database);
  expect(confirmed).toBeLessThan(running.told[1]!.lsn);
});

test('after acknowledgements the slot holds nothing back, also while only others write', async () => {
  const database = await freshDatabase(`${TABLE}; CREATE TABLE busy (v int)`);
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query('INSERT INTO t (v) VALUES (5)');
  await database.query('INSERT INTO busy SELECT generate_series(1, 10000)');
  const [end] = await database.query<{end: string}>('SELECT pg_current_wal_lsn()::text AS end');
  await until(
    async () =>
      (
        await database.query(
          `SELECT 1 FROM pg_replication_slots WHERE database = current_database()
           AND confirmed_flush_lsn >= $1::pg_lsn`,
          [end?.end],
        )
      ).length === 1,
    {what: 'the slot to be confirmed up to the end of the log'},
  );
  expect(running.source.status().lagBytes).toBeGreaterThanOrEqual(0);
});

test('an idle line confirms nothing past what the owner of the sink has yet to store', async () => {
  const database = await freshDatabase(`${TABLE}; CREATE TABLE busy (v int)`);
  const running = runSource(database, {
    tables: ['t'],
    acknowledges: false,
    // The server says how far it is when it is asked: within a second.
    connect: {silentMs: 3000},
  });
  await running.streaming();
  running.source.acknowledge(running.told[0]!.lsn);
  await database.query('INSERT INTO t (v) VALUES (5)');
  await running.caughtUp();
  await database.query('INSERT INTO busy SELECT generate_series(1, 10000)');
  const end = await flushedLsn(database);
  // Which may have been heard already, and is not said again before there is more.
  await until(() => (running.source.status().serverLsn ?? 0n) >= end, {
    what: 'the server to say how far it is',
  });
  expect(running.source.status().acknowledgedLsn).toBeLessThan(running.told[1]!.lsn);
  expect(await confirmedLsn(database)).toBeLessThan(running.told[1]!.lsn);
  running.source.acknowledge(running.told[1]!.lsn);
  await until(async () => (await confirmedLsn(database)) >= running.told[1]!.lsn);
});

async function confirmedLsn(database: TestDatabase): Promise<bigint> {
  const [row] = await database.query<{confirmed: string}>(
    `SELECT (confirmed_flush_lsn - '0/0')::text AS confirmed FROM pg_replication_slots
     WHERE database = current_database()`,
  );
  return BigInt(row?.confirmed ?? 0);
}

async function flushedLsn(database: TestDatabase): Promise<bigint> {
  const [row] = await database.query<{flushed: string}>(
    "SELECT (pg_current_wal_flush_lsn() - '0/0')::text AS flushed",
  );
  return BigInt(row!.flushed);
}

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('with a server of its own', () => {
  let server: TestServer;
  beforeAll(async () => {
    // Longer than a busy machine leaves this process without a turn, in which it could say nothing.
    server = await startServer({wal_sender_timeout: '2s'});
  });
  afterAll(() => server?.dispose());

  test.each(['fast', 'immediate'] as const)(
    'a %s stop and a start of the server lose and double nothing',
    async (mode) => {
      const database = await testDatabase({server});
      const running = runSource(database, {tables: ['t']});
      await database.query(TABLE);
      await running.streaming();
      for (let round = 0; round < 2; round++) {
        await database.query('INSERT INTO t (v) VALUES (3)');
        await server.stop(mode);
        await server.start();
        const client = await database.connect();
        await client.query('UPDATE t SET v = v + 1');
        await client.end();
      }
      await expectImage(running, database);
      await running.stop();
      await database.drop();
    },
  );

  test('a consumer that stands still for longer than wal_sender_timeout keeps the connection', async () => {
    const database = await testDatabase({server});
    await database.query(TABLE);
    const running = runSource(database, {
      tables: ['t'],
      connect: {silentMs: 1000},
      limits: {transactions: 2, changes: 10, transactionRows: 100_000},
    });
    await running.streaming();
    running.hold();
    const pid = await senderPid(database);
    for (let i = 0; i < 30; i++)
      await database.query(`INSERT INTO t (v) SELECT generate_series(1, 1000)`);
    await until(async () => (await secondsOfSending(database)) > 5, {limitMs: 20_000});
    expect(await senderPid(database)).toBe(pid);
    running.release();
    await expectImage(running, database);
    expect(await senderPid(database)).toBe(pid);
    await running.stop();
    await database.drop();
  });

  test('a line that goes dead without a word is given up, and another one taken', async () => {
    const database = await testDatabase({server});
    await database.query(TABLE);
    const proxy = await proxied(database);
    const connect = {port: proxy.port, silentMs: 2000};
    const running = runSource(database, {tables: ['t'], connect});
    await running.streaming();
    const before = proxy.accepted;
    proxy.stall();
    await until(() => running.source.status().state.kind !== 'streaming', {limitMs: 15_000});
    expect(running.warned).toEqual([expect.stringContaining('[connection-silent]')]);
    await database.query('INSERT INTO t (v) VALUES (9)');
    proxy.resume();
    await expectImage(running, database);
    expect(proxy.accepted).toBeGreaterThan(before);
    await running.stop();
    await database.drop();
  });
});

async function senderPid(database: TestDatabase): Promise<number | undefined> {
  const [row] = await database.query<{pid: number}>(
    `SELECT active_pid AS pid FROM pg_replication_slots WHERE database = current_database()`,
  );
  return row?.pid;
}

async function secondsOfSending(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{seconds: number}>(
    `SELECT extract(epoch FROM clock_timestamp() - max(xact_start))::float8 AS seconds
     FROM (SELECT min(backend_start) AS xact_start FROM pg_stat_activity
       WHERE backend_type = 'walsender' AND datname = current_database()) AS s`,
  );
  return row?.seconds ?? 0;
}
