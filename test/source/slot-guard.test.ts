import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {readSlotCost} from '../../src/postgres/slot-reading.ts';
import {expectImage} from '../support/expect-image.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {openProxy} from '../support/proxy.ts';
import {runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE = 'CREATE TABLE t (id serial PRIMARY KEY, v int); INSERT INTO t (v) VALUES (1), (2)';
const MIB = 1024 * 1024;

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('on a server of its own', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.dispose());

  async function own(): Promise<TestDatabase> {
    const database = await testDatabase({server});
    onTestFinished(() => database.drop());
    await database.query(TABLE);
    return database;
  }

  test('what the slot costs is read again and again, with who holds it back', async () => {
    const database = await own();
    const running = runSource(database, {
      tables: ['t'],
      acknowledges: false,
      slotCheckMs: 50,
      maxRetainedWalBytes: 1024 * MIB,
    });
    await running.streaming();
    const slot = () => running.source.status().slot;
    await until(() => slot()?.activePid !== undefined);
    expect(slot()).toMatchObject({walStatus: 'reserved', loss: undefined, blocker: {kind: 'none'}});
    await database.query('INSERT INTO t (v) VALUES (3)');
    await segments(database, 5);
    await until(() => (slot()?.unconfirmedBytes ?? 0) > 60 * MIB, {what: 'the log to be counted'});
    const then = slot();
    expect(then?.retainedBytes).toBeGreaterThanOrEqual(then?.unconfirmedBytes ?? 0);
    expect(then).toMatchObject({blocker: {kind: 'service'}, endsBy: 'limit'});
    // It grows: how fast, and when that ends, is told from what was read before.
    await until(() => slot()?.endsInMs !== undefined, {what: 'an end to be foreseen'});
    expect(slot()?.growthBytesPerSecond).toBeGreaterThan(0);
    await database.query('CHECKPOINT');
  });

  test('a transaction that holds the slot back is named by its process, without its text', async () => {
    const database = await own();
    const running = runSource(database, {tables: ['t'], slotCheckMs: 50});
    await running.streaming();
    const writer = await database.connect();
    await writer.query(
      `SET application_name = 'the long one'; BEGIN; INSERT INTO t (v) VALUES (9)`,
    );
    const {rows} = await writer.query<{pid: number}>(`SELECT pg_backend_pid() AS pid, 'secret'`);
    await segments(database, 5);
    await running.caughtUp();
    const slot = () => running.source.status().slot;
    await until(() => slot()?.blocker.kind === 'transaction', {
      what: () => `the transaction to be named: ${JSON.stringify(slot()?.blocker)}`,
    });
    expect(slot()?.blocker).toMatchObject({pid: rows[0]?.pid, application: 'the long one'});
    expect(JSON.stringify(slot()?.blocker)).not.toContain('secret');
    await writer.query('ROLLBACK');
  });

  test('a transaction that has been open for long is named before it has cost much', async () => {
    const database = await own();
    const running = runSource(database, {tables: ['t']});
    await running.streaming();
    const writer = await database.connect();
    await writer.query(`SET application_name = 'the idle one'; BEGIN; SELECT pg_current_xact_id()`);
    await database.query('INSERT INTO t (v) VALUES (4)');
    await running.caughtUp();
    const client = await database.connect();
    const blocker = async (longMs: number) =>
      (await readSlotCost(client, database.database, {longMs}))?.blocker;
    await until(async () => (await blocker(1))?.kind === 'transaction', {what: 'it to be named'});
    expect(await blocker(1)).toMatchObject({
      application: 'the idle one',
      state: 'idle in transaction',
    });
    // So much log is kept by every slot for a while: a short transaction is none to look for.
    expect(await blocker(600_000)).toEqual({kind: 'none'});
    await writer.query('ROLLBACK');
    expect(await blocker(1)).toEqual({kind: 'none'});
  });

  test('another slot that holds back more is named', async () => {
    const database = await own();
    const name = `${database.database}_idle`;
    await database.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [name]);
    await segments(database, 2);
    const running = runSource(database, {tables: ['t'], slotCheckMs: 50});
    await running.streaming();
    const further = () => running.source.status().slot?.furtherSlots ?? [];
    expect(further()).toContainEqual(expect.objectContaining({name, active: false}));
    expect(further()[0]?.retainedBytes).toBeGreaterThan(16 * MIB);
  });

  test('past its limit a slot is given up, and what was missed is made good by its net difference', async () => {
    const database = await own();
    const running = runSource(database, {
      tables: ['t'],
      slotCheckMs: 50,
      maxRetainedWalBytes: 40 * MIB,
    });
    await running.streaming();
    running.hold();
    await database.query('INSERT INTO t (v) VALUES (3)');
    await until(() => running.told.length === 2);
    await segments(database, 4);
    // The consumer still stands; the disk is not made to wait for it.
    await until(async () => (await slots(database)).length === 0, {what: 'the slot to be dropped'});
    const {state, stale} = running.source.status();
    expect(state).toMatchObject({kind: 'waiting', problem: {code: 'slot-given-up'}});
    expect(stale?.why?.code).toBe('slot-given-up');
    expect(running.told).toHaveLength(2);
    await database.query('UPDATE t SET v = 100 WHERE id = 1; INSERT INTO t (v) VALUES (4), (5)');
    await database.query('DELETE FROM t WHERE id = 5');

    running.release();
    await until(() => running.told.length > 2, {what: 'the comparison'});
    await expectImage(running, database);
    const resync = running.told.find(({kind}, i) => i > 0 && kind === 'resync');
    expect(resync?.changes.get('public.t')).toHaveLength(2);
    expect(running.warned).toEqual([
      expect.stringMatching(/^\[slot-given-up\][\s\S]*41943040 are allowed/),
      expect.stringContaining('[slot-given-up]'),
    ]);
    await until(() => running.source.status().stale === undefined, {what: 'fresh results'});
  });

  test('a slot that grew past its limit while the service was away is given up at the start', async () => {
    const database = await own();
    const proxy = await openProxy(database);
    onTestFinished(() => proxy.close());
    const running = runSource(database, {
      tables: ['t'],
      connect: {port: proxy.port},
      maxRetainedWalBytes: 40 * MIB,
    });
    await running.streaming();
    proxy.refuse();
    proxy.cut();
    await database.query('UPDATE t SET v = 7 WHERE id = 2');
    await segments(database, 4);
    expect(await slots(database)).toHaveLength(1);
    proxy.admit();
    await expectImage(running, database);
    expect(running.warned.at(-1)).toContain('[slot-given-up]');
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'resync']);
  });

  test('a slot that another instance took is not dropped by the one that lost it', async () => {
    const database = await own();
    const proxy = await openProxy(database);
    onTestFinished(() => proxy.close());
    const one = runSource(database, {
      tables: ['t'],
      connect: {port: proxy.port},
      maxRetainedWalBytes: 1,
      slotCheckMs: 600_000,
    });
    await until(() => one.told.length > 0);
    proxy.refuse();
    proxy.cut();
    const other = runSource(database, {tables: ['t']});
    await other.streaming();
    proxy.admit();
    await until(() => one.warned.some((text) => text.includes('[slot-in-use]')));
    expect(await slots(database)).toHaveLength(1);
    await expectImage(other, database);
  });
});

/** Lets so many segments of log go by, of 16 MiB, with next to nothing in them. */
async function segments(database: TestDatabase, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await database.query(`SELECT pg_logical_emit_message(true, 'test', 'x')`);
    await database.query('SELECT pg_switch_wal()');
  }
}

const slots = (database: TestDatabase) =>
  database.query('SELECT slot_name FROM pg_replication_slots WHERE database = current_database()');
