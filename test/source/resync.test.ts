import {expect, onTestFinished, test} from 'vitest';
import {expectImage} from '../support/expect-image.ts';
import {testDatabase} from '../support/postgres.ts';
import {startServer} from '../support/postgres-server.ts';
import {proxiedSource} from '../support/proxied-source.ts';
import {freshDatabase, runSource, type SourceChoices} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE = `CREATE TABLE t (id int PRIMARY KEY, v int);
  INSERT INTO t SELECT i, i FROM generate_series(1, 100) AS i`;

/** A statement that changes what a table is, and what it is told as. */
test.each<[name: string, before: string, change: string, columns: string[]]>([
  ['a column is added', TABLE, 'ALTER TABLE t ADD w text DEFAULT $$new$$', ['id', 'v', 'w']],
  ['a column is dropped', TABLE, 'ALTER TABLE t DROP v', ['id']],
  ['a column is renamed', TABLE, 'ALTER TABLE t RENAME v TO w', ['id', 'w']],
  ['a column gets another type', TABLE, 'ALTER TABLE t ALTER v TYPE text', ['id', 'v']],
  [
    'a table is dropped and made again',
    TABLE,
    'DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (500, 5); ALTER PUBLICATION tailrace ADD TABLE t',
    ['id', 'v'],
  ],
  [
    'the key moves to another column',
    TABLE,
    'ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (v)',
    ['id', 'v'],
  ],
  ['the replica identity changes', TABLE, 'ALTER TABLE t REPLICA IDENTITY FULL', ['id', 'v']],
  [
    'an enum gets a label',
    `CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, v mood)`,
    `ALTER TYPE mood ADD VALUE 'b'; ALTER TABLE t ADD w int`,
    ['id', 'v', 'w'],
  ],
])('%s while it is followed', async (_name, before, change, columns) => {
  const database = await freshDatabase(before);
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  for (const sql of change.split(';')) await database.query(sql);
  await database
    .query('INSERT INTO t (id) VALUES (1000)')
    .catch(() => database.query('INSERT INTO t (id, v) VALUES (1000, 1000)'));
  await until(() => running.told.length > 1);
  await expectImage(running, database);
  expect(running.tables()[0]?.columns.map(({name}) => name)).toEqual(columns);
});

test('a table altered in the middle of a transaction is followed on', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query(`BEGIN; INSERT INTO t VALUES (200, 1); ALTER TABLE t ADD w int;
    INSERT INTO t VALUES (201, 2, 3); UPDATE t SET w = 9 WHERE id = 1; COMMIT`);
  await database.query('INSERT INTO t VALUES (202, 2, 2)');
  await until(() => running.tables()[0]?.columns.length === 3);
  await expectImage(running, database);
});

test('a publication that is dropped is made again, and nothing is missing', async () => {
  const database = await freshDatabase(TABLE);
  // The stream alone tells, by an error or, since Postgres 18, by a warning.
  const running = runSource(database, {tables: ['t'], tableCheckMs: 600_000});
  await running.streaming();
  await database.query('DROP PUBLICATION tailrace');
  await database.query('UPDATE t SET v = -v');
  await until(() => running.told.length > 1);
  await database.query('INSERT INTO t VALUES (1000, 1)');
  await expectImage(running, database);
});

test('a partition truncated under its own name is compared away', async () => {
  const database = await freshDatabase(`
    CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
    INSERT INTO p VALUES (1), (2), (11); CREATE PUBLICATION tailrace FOR TABLE p`);
  const running = runSource(database, {tables: ['p']});
  await running.streaming();
  await database.query('TRUNCATE p1');
  await until(() => running.told.length > 1);
  expect(running.warned).toEqual([expect.stringContaining('[image-out-of-step]')]);
  expect([...running.fold('public.p').keys()]).toEqual([11]);
  await database.query('CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)');
  await database.query('INSERT INTO p VALUES (21)');
  await until(() => running.told.length > 2);
  await expectImage(running, database);
});

test('a transaction past the limit is compared instead of read, and told as one', async () => {
  const database = await freshDatabase(TABLE);
  const limits = {transactions: 100, changes: 1000, transactionRows: 500};
  const running = runSource(database, {tables: ['t'], limits});
  await running.streaming();
  await database.query('INSERT INTO t SELECT i, i FROM generate_series(1001, 3000) AS i');
  await until(() => running.told.length > 1);
  await expectImage(running, database);
  expect(running.warned).toEqual([expect.stringContaining('[transaction-too-large]')]);
  expect(running.told.map(({kind, changes}) => [kind, changes.get('public.t')?.length])).toEqual([
    ['resync', 100],
    ['resync', 2000],
  ]);
});

/** Runs a source through a wire that is cut while `meanwhile` happens. */
async function apart(meanwhile: string[], choices: SourceChoices = {}) {
  const database = await freshDatabase(TABLE);
  const {running, proxy} = await proxiedSource(database, {tables: ['t'], ...choices});
  proxy.refuse();
  proxy.cut();
  await until(() => running.source.status().state.kind === 'waiting');
  // The server learns of the cut in its own time, and lets nobody at a slot in use.
  await until(async () => (await database.query(SLOT_IN_USE)).length === 0);
  for (const sql of meanwhile) await database.query(sql);
  proxy.admit();
  await running.streaming();
  await expectImage(running, database);
  return running;
}

const SLOT_IN_USE = `SELECT FROM pg_replication_slots
  WHERE database = current_database() AND active`;
const SLOT = '(SELECT slot_name FROM pg_replication_slots WHERE database = current_database())';

test('a slot that was dropped meanwhile costs a comparison, of which the net is told', async () => {
  const running = await apart([
    `SELECT pg_drop_replication_slot(${SLOT})`,
    'UPDATE t SET v = 0 WHERE id <= 3',
    'DELETE FROM t WHERE id = 50',
    'INSERT INTO t VALUES (1000, 1)',
  ]);
  expect(running.warned.at(-1)).toContain('[slot-lost]');
  expect(running.told.map(({kind, changes}) => [kind, changes.get('public.t')?.length])).toEqual([
    ['resync', 100],
    ['resync', 5],
  ]);
});

test('a slot that somebody else moved on costs a comparison', async () => {
  const running = await apart([
    'UPDATE t SET v = 0 WHERE id <= 3',
    `SELECT pg_replication_slot_advance(${SLOT}, pg_current_wal_flush_lsn())`,
  ]);
  expect(running.warned.at(-1)).toContain('[position-lost]');
  expect(running.told.map(({kind, changes}) => [kind, changes.get('public.t')?.length])).toEqual([
    ['resync', 100],
    ['resync', 3],
  ]);
});

test('a table altered while nobody was connected is described anew', async () => {
  const running = await apart(['ALTER TABLE t ADD w int DEFAULT 5']);
  expect(running.tables()[0]?.columns).toHaveLength(3);
});

test('a table taken out of the publication meanwhile is put in again, and compared', async () => {
  const running = await apart([
    'CREATE TABLE other (id int PRIMARY KEY); ALTER PUBLICATION tailrace SET TABLE other',
    'UPDATE t SET v = 0 WHERE id <= 3',
  ]);
  expect(running.told.map(({changes}) => changes.get('public.t')?.length)).toEqual([100, 3]);
});

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

test.runIf(embedded)(
  'a slot that the server gave up is made anew, with the net difference',
  async () => {
    const server = await startServer({
      max_slot_wal_keep_size: '1MB',
      min_wal_size: '32MB',
      max_wal_size: '32MB',
    });
    onTestFinished(() => server.dispose());
    const database = await testDatabase({server});
    await database.query(`${TABLE}; CREATE TABLE noise (v text)`);
    const {running, proxy} = await proxiedSource(database, {tables: ['t']});
    proxy.refuse();
    proxy.cut();
    await until(() => running.source.status().state.kind === 'waiting');
    await database.query('UPDATE t SET v = 0 WHERE id <= 7');
    await until(async () => {
      await database.query(
        `INSERT INTO noise SELECT repeat('x', 1000) FROM generate_series(1, 5000)`,
      );
      await database.query('SELECT pg_switch_wal()');
      await database.query('CHECKPOINT');
      const [slot] = await database.query('SELECT wal_status FROM pg_replication_slots');
      return slot?.wal_status === 'lost';
    });
    proxy.admit();
    await running.streaming();
    await expectImage(running, database);
    expect(running.warned.at(-1)).toContain('[slot-lost]');
    expect(running.told.map(({changes}) => changes.get('public.t')?.length)).toEqual([100, 7]);
    await running.stop();
    await database.drop();
  },
);
