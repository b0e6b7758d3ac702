import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {expectImage} from '../support/expect-image.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {runSource} from '../support/running-source.ts';

const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, 0 FROM generate_series(1, 1000) AS i';
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('with a wal_sender_timeout of one second', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({wal_sender_timeout: '1s', synchronous_commit: 'off'});
  });
  afterAll(() => server?.dispose());

  async function own(): Promise<TestDatabase> {
    const database = await testDatabase({server});
    onTestFinished(() => database.drop());
    await database.query(TABLE);
    return database;
  }

  test('a consumer that has more to do than time keeps its connection and misses nothing', async () => {
    const database = await own();
    const running = runSource(database, {
      tables: ['t'],
      connect: {silentMs: 1000},
      limits: {transactions: 20, changes: 1000, transactionRows: 100_000},
      work: () => busy(10),
    });
    await running.streaming();
    const before = await sender(database);
    const writers = await Promise.all([1, 2, 3, 4].map(() => database.connect()));
    running.hold();
    await Promise.all(writers.map((writer) => writer.query(WRITES)));
    const told = running.told.length;
    running.release();
    await expectImage(running, database);
    // Of 10 ms each: it was behind for longer than the server would wait.
    expect(running.told.length - told).toBeGreaterThan(150);
    expect(running.warned).toEqual([]);
    expect(await sender(database)).toBe(before);
  });

  test('a consumer that blocks for longer than that loses the connection, and nothing else', async () => {
    const database = await own();
    let blocks = 1;
    const running = runSource(database, {
      tables: ['t'],
      connect: {silentMs: 1000},
      work: () => {
        if (running.told.length > 1 && blocks-- > 0) busy(3000);
      },
    });
    await running.streaming();
    const before = await sender(database);
    await database.query(WRITES);
    await database.query(WRITES);
    await expectImage(running, database);
    expect(await sender(database)).not.toBe(before);
    expect(running.told.filter(({kind}) => kind === 'resync')).toHaveLength(1);
    const lsns = running.told.map(({lsn}) => lsn);
    expect(lsns).toEqual([...new Set(lsns)]);
  });
});

/** Fifty commits in one statement. */
const WRITES = `DO $$ BEGIN
  FOR i IN 1..50 LOOP UPDATE t SET v = v + 1 WHERE id = 1 + i * 17 % 1000; COMMIT; END LOOP;
END $$`;

/** Nobody else has a turn meanwhile. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

async function sender(database: TestDatabase): Promise<number | undefined> {
  const [row] = await database.query<{pid: number}>(
    'SELECT active_pid AS pid FROM pg_replication_slots WHERE database = current_database()',
  );
  return row?.pid;
}
