import {connect, createServer, type Socket} from 'node:net';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {lossOf, type SlotHealthRow} from '../../src/postgres/slot-loss.ts';
import {pauseMs} from '../../src/source/recovery.ts';
import {expectImage} from '../support/expect-image.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {proxiedSource} from '../support/proxied-source.ts';
import {type RunningSource, runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, i FROM generate_series(1, 100) AS i';
const whole: SlotHealthRow = {restart_lsn: '0/1', wal_status: 'reserved'};

test.each<[what: string, row: Partial<SlotHealthRow>, reason: string | undefined, hint: string]>([
  ['a whole slot', {}, undefined, ''],
  ['a slot that keeps more than it should', {wal_status: 'unreserved'}, undefined, ''],
  ['before 16, a slot without log', {restart_lsn: null}, 'wal_removed', 'max_slot_wal_keep_size'],
  ['before 16, a lost one', {wal_status: 'lost'}, 'wal_removed', 'max_slot_wal_keep_size'],
  [
    'in 16, a slot without log',
    {restart_lsn: null, conflicting: true, wal_status: 'lost'},
    'wal_removed',
    'max_slot_wal_keep_size',
  ],
  [
    'in 16, a conflict',
    {conflicting: true, wal_status: 'lost'},
    'rows_removed',
    'hot_standby_feedback',
  ],
  ['removed log', {invalidation_reason: 'wal_removed'}, 'wal_removed', 'max_slot_wal_keep_size'],
  ['removed rows', {invalidation_reason: 'rows_removed'}, 'rows_removed', 'hot_standby_feedback'],
  [
    'a low wal_level',
    {invalidation_reason: 'wal_level_insufficient'},
    'wal_level_insufficient',
    'wal_level = logical',
  ],
  [
    'in 18, idleness',
    {invalidation_reason: 'idle_timeout'},
    'idle_timeout',
    'idle_replication_slot_timeout',
  ],
  ['a reason of the future', {invalidation_reason: 'boredom'}, 'boredom', 'invalidation_reason'],
])('%s is told with its own reason and remedy', (_what, row, reason, hint) => {
  const loss = lossOf({...whole, ...row});
  expect(loss?.reason).toBe(reason);
  expect(loss?.hint ?? '').toContain(hint);
});

test.each<[what: string, failure: Parameters<typeof pauseMs>[0], ms: number]>([
  ['an invalidated slot is looked at again at once', {code: 'x', sqlState: '55000', count: 1}, 0],
  ['removed log, too', {code: 'x', sqlState: '58P01', count: 1}, 0],
  ['a table that went, too', {code: 'table-went', sqlState: '', count: 1}, 0],
  ['but not for ever', {code: 'x', sqlState: '55000', count: 2}, 40],
  ['a slot in use is asked for steadily', {code: 'slot-in-use', sqlState: '', count: 99}, 100],
  [
    'a slot that was given up is made again late',
    {code: 'slot-given-up', sqlState: '', count: 1},
    200,
  ],
  ['anything else waits longer each time', {code: 'x', sqlState: '', count: 3}, 80],
])('%s', (_what, failure, ms) => {
  const options = {slotRetryMs: 100, retryFirstMs: 20, retryMaxMs: 200};
  expect(pauseMs(failure, options, 1)).toBe(ms);
});

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('on a server that keeps little log', () => {
  let server: TestServer;
  beforeAll(async () => {
    const sizes = {min_wal_size: '32MB', max_wal_size: '32MB'};
    server = await startServer({max_slot_wal_keep_size: '1MB', ...sizes});
  });
  afterAll(() => server?.dispose());

  async function own(): Promise<TestDatabase> {
    const database = await testDatabase({server});
    onTestFinished(() => database.drop());
    await database.query(TABLE);
    return database;
  }

  test('a slot that is lost while it is read from costs its reader a net difference', async () => {
    const database = await own();
    const running = runSource(database, {
      tables: ['t'],
      limits: {transactions: 1, changes: 10, transactionRows: 1000},
      slotCheckMs: 50,
    });
    await running.streaming();
    running.hold();
    await database.query('UPDATE t SET v = 0 WHERE id = 1');
    await until(() => running.told.length === 2);
    await database.query('UPDATE t SET v = 0 WHERE id <= 7');
    await lose(database);
    running.release();
    await recovered(running, database);
    expect(running.warned.join()).toContain('[slot-lost]');
    const resync = running.told.filter(({kind}) => kind === 'resync').at(-1);
    // What the socket had taken before may have been told already: never more than the rest.
    expect(resync?.changes.get('public.t')?.length ?? 0).toBeLessThanOrEqual(7);
  });

  test('a slot that is lost while nobody is there is told with its reason and hint', async () => {
    const database = await own();
    const {running, proxy} = await proxiedSource(database, {tables: ['t']});
    proxy.refuse();
    proxy.cut();
    await database.query('UPDATE t SET v = 0 WHERE id <= 7');
    await lose(database);
    proxy.admit();
    await recovered(running, database);
    expect(running.warned.at(-1)).toMatch(
      /\[slot-lost\][\s\S]*more log than max_slot_wal_keep_size allows[\s\S]*hint: ALTER SYSTEM SET max_slot/,
    );
    expect(running.told.map(({changes}) => changes.get('public.t')?.length)).toEqual([100, 7]);
  });

  test('a slot that is lost between the look at it and the start is noticed at the start', async () => {
    const database = await own();
    let due = false;
    const before = await interceptStart(server, async () => {
      if (!due) return;
      due = false;
      await lose(database);
    });
    const running = runSource(database, {tables: ['t'], connect: {port: before.port}});
    await running.streaming();
    before.cut();
    await until(() => running.source.status().state.kind !== 'streaming');
    due = true;
    await database.query('UPDATE t SET v = 0 WHERE id <= 7');
    await until(() => !due, {what: 'the slot to be lost', limitMs: 20_000});
    await recovered(running, database);
    expect(running.warned.at(-1)).toContain('[slot-lost]');
    expect(running.told.map(({changes}) => changes.get('public.t')?.length)).toEqual([100, 7]);
  });
});

async function recovered(running: RunningSource, database: TestDatabase): Promise<void> {
  await until(() => running.told.filter(({kind}) => kind === 'resync').length === 2, {
    what: 'the comparison',
    limitMs: 20_000,
  });
  await running.streaming();
  await expectImage(running, database);
}

/** Makes the server remove the log that the slot of the database still needs. */
async function lose(database: TestDatabase): Promise<void> {
  await until(
    async () => {
      await database.query(`SELECT pg_logical_emit_message(true, 'test', 'x')`);
      await database.query('SELECT pg_switch_wal()');
      await database.query('CHECKPOINT');
      const [slot] = await database.query<{wal_status: string}>(
        'SELECT wal_status FROM pg_replication_slots WHERE database = current_database()',
      );
      return slot === undefined || slot.wal_status === 'lost';
    },
    {what: 'the slot to be lost', limitMs: 20_000},
  );
}

/** Hands everything on to the server, and START_REPLICATION only after `act`. */
async function interceptStart(
  target: {host: string; port: number},
  act: () => Promise<void>,
): Promise<{port: number; cut(): void}> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
    far.on('data', (chunk) => near.write(chunk));
    let ready = Promise.resolve();
    near.on('data', (chunk) => {
      if (chunk.includes('START_REPLICATION')) ready = ready.then(act);
      ready = ready.then(() => void far.write(chunk));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {port: address.port, cut};
}
