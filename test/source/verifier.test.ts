import {expect, onTestFinished, test} from 'vitest';
import type {Key} from '../../src/data/key.ts';
import {lsnText} from '../../src/data/lsn.ts';
import type {Row} from '../../src/data/value.ts';
import type {VerificationStatus} from '../../src/source/verified.ts';
import {beingRead} from '../support/being-read.ts';
import {expectImage} from '../support/expect-image.ts';
import {
  freshDatabase,
  type RunningSource,
  runSource,
  type SourceChoices,
} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, i FROM generate_series(1, 900) AS i;';

const statusOf = ({source}: RunningSource): VerificationStatus => source.status().verification!;

const eager: SourceChoices = {tables: ['t'], verifyMs: 30, tableCheckMs: 600_000};

/** Waits until a comparison that begins from now on has been carried through. */
async function compared(running: RunningSource, table = 'public.t'): Promise<void> {
  const atMs = Date.now();
  await until(() => (statusOf(running).tables.get(table)?.atMs ?? 0) > atMs, {
    what: () => `a comparison: ${JSON.stringify(statusOf(running).givenUp)}`,
  });
}

const codeOf = (problem: {readonly code: string} | undefined) => problem?.code;

test('a table that is as it should be is verified, at a position, again and again', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, eager);
  await running.streaming();
  await compared(running);
  const first = statusOf(running).tables.get('public.t')!;
  expect(first.rows).toBe(900);
  await database.query('DELETE FROM t WHERE id <= 100');
  await running.caughtUp();
  await compared(running);
  await compared(running);
  const second = statusOf(running).tables.get('public.t')!;
  expect(second.rows).toBe(800);
  expect(second.lsn).toBeGreaterThan(first.lsn);
  expect(statusOf(running)).toMatchObject({differences: 0, found: undefined});
  expect(running.told.filter(({kind}) => kind === 'resync')).toHaveLength(1);
});

test('it is right under load: no row that is on its way is taken for a difference', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {...eager, verifyMs: 5});
  await running.streaming();
  const before = statusOf(running).comparisons;
  let going = true;
  const write = async (from: number): Promise<void> => {
    const client = await database.connect();
    for (let i = from; going; i++) {
      await client.query('BEGIN');
      await client.query('UPDATE t SET v = v + 1 WHERE id % 50 = $1', [i % 50]);
      await client.query('DELETE FROM t WHERE id = $1', [1000 * from + i]);
      await client.query('INSERT INTO t VALUES ($1, 0)', [1000 * from + i + 2]);
      await client.query(i % 3 === 0 ? 'ROLLBACK' : 'COMMIT');
    }
  };
  const writing = Promise.all([write(1_000), write(2_000)]);
  await until(() => statusOf(running).comparisons >= before + 10, {limitMs: 20_000}).finally(() => {
    going = false;
  });
  await writing;
  expect(statusOf(running)).toMatchObject({differences: 0, found: undefined});
  await expectImage(running, database);
});

const MISSED: [string, string, RegExp][] = [
  ['another value', 'UPDATE t SET v = 0 WHERE id IN (3, 4)', /2 are held with other values/],
  ['a row that is not held', 'INSERT INTO t VALUES (1001, 1)', /1 of them are not held/],
  ['a row that is gone', 'DELETE FROM t WHERE id IN (7, 8, 9)', /3 are held that it does not have/],
];

test.each(MISSED)(
  '%s behind our back is found, told, and mended by what differs alone',
  async (_, sql, said) => {
    const database = await freshDatabase(TABLE);
    const running = runSource(database, eager);
    await running.streaming();
    await database.query("ALTER PUBLICATION tailrace SET (publish = 'truncate')");
    await database.query(sql);
    await database.query(
      "ALTER PUBLICATION tailrace SET (publish = 'insert, update, delete, truncate')",
    );
    await until(() => running.told.some(({kind}, i) => i > 0 && kind === 'resync'));
    await running.streaming();
    const {found, differences} = statusOf(running);
    expect([codeOf(found?.problem), found?.problem.detail]).toEqual([
      'rows-differ',
      expect.stringMatching(said),
    ]);
    const {changes} = running.told.findLast(({kind}) => kind === 'resync')!;
    expect(changes.get('public.t')).toHaveLength(differences);
    const keys = changes.get('public.t')!.map(({key}) => String(key));
    const named = /keys (.*?)\./.exec(found?.problem.detail ?? '')?.[1]?.split(', ') ?? [];
    expect(named.toSorted()).toEqual(keys.toSorted());
    expect(running.warned.join()).toContain('[rows-differ]');
    await compared(running);
    await expectImage(running, database);
  },
);

test('an image that was tampered with is found out', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {...eager, verifyMs: 100});
  await running.streaming();
  const rows = running.source.rows('public.t') as Map<Key, Row>;
  const fold = running.fold('public.t') as Map<Key, Row>;
  for (const held of [rows, fold]) held.set(5, [5, 55]);
  await until(() => statusOf(running).found !== undefined);
  expect(statusOf(running).found?.problem.detail).toContain('keys 5.');
  await until(() => running.told.filter(({kind}) => kind === 'resync').length === 2);
  await expectImage(running, database);
});

test('rows without a key are compared as often as they are there', async () => {
  const database = await freshDatabase(`CREATE TABLE t (a text, n int);
    ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES ('x', 1), ('x', 1), ('|y\\', NULL)`);
  const running = runSource(database, eager);
  await running.streaming();
  await compared(running);
  await database.query("DELETE FROM t WHERE ctid = '(0,1)'");
  await running.caughtUp();
  await compared(running);
  expect(statusOf(running).tables.get('public.t')?.rows).toBe(2);
  await database.query("ALTER PUBLICATION tailrace SET (publish = 'truncate')");
  // In one transaction: else a comparison may find the one without the other.
  await database.query("INSERT INTO t VALUES ('|y\\', NULL); DELETE FROM t WHERE a = 'x'");
  await database.query(
    "ALTER PUBLICATION tailrace SET (publish = 'insert, update, delete, truncate')",
  );
  await until(() => statusOf(running).found !== undefined);
  expect(statusOf(running).found?.problem.detail).toMatch(
    /1 of them are not held.* and 1 are held/,
  );
  await compared(running);
  await expectImage(running, database);
});

test('a table that is truncated meanwhile is no difference', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {...eager, verifyMs: 5});
  await running.streaming();
  for (let i = 0; i < 20; i++) {
    await database.query('TRUNCATE t; INSERT INTO t SELECT i, i FROM generate_series(1, 500) AS i');
  }
  await running.caughtUp();
  await compared(running);
  expect(statusOf(running).found).toBeUndefined();
});

test('it reads no faster than it may', async () => {
  const database = await freshDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v text);
     INSERT INTO t SELECT i, repeat('x', 300) FROM generate_series(1, 4000) AS i`,
  );
  const running = runSource(database, {...eager, verifyRowsPerSecond: 4_000});
  await running.streaming();
  let beganMs = performance.now();
  await until(() => {
    // It had not begun when it was looked at before: nobody is late for its beginning.
    const lookedMs = performance.now();
    if (!statusOf(running).running) beganMs = lookedMs;
    return statusOf(running).running;
  });
  await until(() => statusOf(running).comparisons > 0);
  // What stands in the socket's buffers has come already when the last rest begins.
  expect(performance.now() - beganMs).toBeGreaterThan(600);
});

test('it gives way to who waits for a lock', async () => {
  const database = await freshDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v text);
     INSERT INTO t SELECT i, repeat('x', 300) FROM generate_series(1, 20000) AS i`,
  );
  const running = runSource(database, {...eager, verifyRowsPerSecond: 500});
  await running.streaming();
  await beingRead(database);
  const other = await database.connect();
  await other.query(`BEGIN; SET LOCAL lock_timeout = '5s'; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;
    COMMIT`);
  await until(() => statusOf(running).givenUp !== undefined);
  const {problem} = statusOf(running).givenUp!;
  expect([problem.code, problem.message]).toEqual([
    'verification-given-up',
    expect.stringContaining('somebody waited for a lock'),
  ]);
  expect(statusOf(running).found).toBeUndefined();
});

test('a table that has taken the name of one that is gone is no difference of rows', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, eager);
  await running.streaming();
  await compared(running);
  await database.query('DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v text)');
  await until(() => statusOf(running).givenUp !== undefined);
  expect(statusOf(running).givenUp!.problem.message).toContain('table "public.t" was dropped');
  expect(statusOf(running).found).toBeUndefined();
});

/** Of none of these a word comes through the stream, and the look at the tables is far off. */
test.each<[name: string, sql: string]>([
  ['a partition that was detached', 'ALTER TABLE t DETACH PARTITION t_old'],
  ['a partition that was dropped', 'DROP TABLE t_old'],
  ['a partition that was truncated', 'TRUNCATE t_old'],
  [
    'a partition that was attached with its rows',
    'ALTER TABLE t ATTACH PARTITION t_next FOR VALUES FROM (20) TO (30)',
  ],
  ['a column that got other values', 'ALTER TABLE t ALTER v TYPE int USING v * 100'],
])('%s is a table that was altered, and no difference of rows', async (_name, sql) => {
  const database = await freshDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
     CREATE TABLE t_old PARTITION OF t FOR VALUES FROM (0) TO (10);
     CREATE TABLE t_new PARTITION OF t FOR VALUES FROM (10) TO (20);
     CREATE TABLE t_next (id int PRIMARY KEY, v int); INSERT INTO t_next VALUES (22, 2);
     INSERT INTO t SELECT i, i FROM generate_series(1, 19) AS i`,
  );
  const running = runSource(database, eager);
  await running.streaming();
  await compared(running);
  await database.query(sql);
  await until(() => running.told.filter(({kind}) => kind === 'resync').length === 2);
  expect(statusOf(running)).toMatchObject({differences: 0, found: undefined});
  expect(running.warned).toEqual([expect.stringContaining('[schema-changed]')]);
  await running.streaming();
  await expectImage(running, database);
});

test('with tables that it has read it does not wait for one that somebody alters', async () => {
  const database = await freshDatabase(
    `CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY);
     INSERT INTO a SELECT i, repeat('x', 300) FROM generate_series(1, 30000) AS i`,
  );
  const running = runSource(database, {
    ...eager,
    tables: ['a', 'b'],
    verifyRowsPerSecond: 10_000,
  });
  await running.streaming();
  await beingRead(database);
  const other = await database.connect();
  await other.query('BEGIN; LOCK TABLE b IN ACCESS EXCLUSIVE MODE');
  await until(() => statusOf(running).givenUp !== undefined);
  expect(statusOf(running).givenUp!.problem.message).toContain('"public.b" was locked');
  await other.query('LOCK TABLE a IN ACCESS EXCLUSIVE MODE; COMMIT');
  expect(statusOf(running).found).toBeUndefined();
});

test('a connection of its that is cut while it reads is no end of the process', async () => {
  const database = await freshDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v text);
     INSERT INTO t SELECT i, repeat('x', 300) FROM generate_series(1, 20000) AS i`,
  );
  const running = runSource(database, {...eager, verifyRowsPerSecond: 2_000});
  await running.streaming();
  await beingRead(database);
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tailrace'
      AND datname = current_database() AND backend_type = 'client backend' AND state = 'idle'`,
  );
  await until(() => statusOf(running).givenUp !== undefined, {limitMs: 5_000});
  expect(statusOf(running).found).toBeUndefined();
  await running.streaming();
});

test('more changes than it may hold are no verdict', async () => {
  const database = await freshDatabase(
    `${TABLE} INSERT INTO t SELECT i, 0 FROM generate_series(1001, 60000) AS i`,
  );
  const running = runSource(database, {...eager, verifyRowsPerSecond: 20_000, verifyChanges: 500});
  await running.streaming();
  await until(() => statusOf(running).running);
  let going = true;
  onTestFinished(() => {
    going = false;
  });
  const writing = (async () => {
    while (going) await database.query('UPDATE t SET v = v + 1 WHERE id <= 400');
  })();
  await until(() => statusOf(running).givenUp !== undefined);
  going = false;
  await writing;
  expect(statusOf(running).givenUp?.problem.message).toContain('too much changed');
  expect(statusOf(running).found).toBeUndefined();
});

test('it leaves no slot behind, and the position is one of the log', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, eager);
  await running.streaming();
  await compared(running);
  const {lsn} = statusOf(running).tables.get('public.t')!;
  const [row] = await database.query<{before: boolean}>(
    'SELECT $1::pg_lsn <= pg_current_wal_insert_lsn() AS before',
    [lsnText(lsn)],
  );
  expect(row?.before).toBe(true);
  await running.stop();
  const slots = 'SELECT FROM pg_replication_slots WHERE database = current_database()';
  await until(async () => (await database.query(slots)).length === 1);
});
