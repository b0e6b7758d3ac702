import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type pg from 'pg';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {random} from '../../src/lib/random.ts';
import {expectImage} from '../support/expect-image.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {proxiedSource} from '../support/proxied-source.ts';
import {openProxy} from '../support/proxy.ts';
import {runSource, type SourceChoices} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLES = `
  CREATE TABLE a (id int PRIMARY KEY, v int, note text);
  CREATE TABLE b (id int PRIMARY KEY, v int);
  CREATE TABLE bag (v int, note text); ALTER TABLE bag REPLICA IDENTITY FULL;
  INSERT INTO a SELECT i, 0, 'row ' || i FROM generate_series(1, 500) AS i;
  INSERT INTO bag SELECT i % 5, 'copy' FROM generate_series(1, 20) AS i`;
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('where the server streams whatever is larger than 64 kB', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      logical_decoding_work_mem: '64kB',
      wal_sender_timeout: '1s',
      synchronous_commit: 'off',
    });
  });
  afterAll(() => server?.dispose());

  async function own(choices: SourceChoices = {}) {
    const database = await testDatabase({server});
    onTestFinished(() => database.drop());
    await database.query(TABLES);
    const running = runSource(database, {tables: ['a', 'b', 'bag'], ...choices});
    await running.streaming();
    return {database, running};
  }

  test.each([1, 2, 3, 4])(
    'several writers with savepoints, rollbacks and cuts end in what Postgres holds (seed %i)',
    async (seed) => {
      const database = await testDatabase({server});
      onTestFinished(() => database.drop());
      await database.query(TABLES);
      const proxy = await openProxy(database);
      onTestFinished(() => proxy.close());
      const spillFolder = folder();
      const limits = {transactionMemoryBytes: seed % 2 === 0 ? 300_000 : 64_000_000, spillFolder};
      const choices = {tables: ['a', 'b', 'bag'], limits, connect: {port: proxy.port}};
      const running = runSource(database, choices);
      await running.streaming();
      const writers = await Promise.all([1, 2, 3].map(() => database.connect()));
      await Promise.all(
        writers.map(async (writer, i) => {
          const next = random(seed * 10 + i);
          for (let round = 0; round < 6; round++) {
            await writeTransaction(writer, next, i);
            if (next() < 0.2) proxy.cut();
          }
        }),
      );
      await expectImage(running, database);
      expect(running.warned.filter((text) => !text.includes('[connection-lost]'))).toEqual([]);
      expect(running.told.filter(({kind}) => kind === 'resync')).toHaveLength(1);
      // Postgres 14 answers what its collector knew half a second ago.
      const streamed = async () => (await streamedTransactions(database)) > 0;
      await until(streamed, {what: 'a streamed block to be counted'});
      expect(readdirSync(spillFolder)).toEqual([]);
    },
  );

  test('a transaction that is open and streamed holds nothing back, and is not lost by a cut', async () => {
    const database = await testDatabase({server});
    onTestFinished(() => database.drop());
    await database.query(TABLES);
    const {running, proxy} = await proxiedSource(database, {tables: ['a']});
    const writer = await database.connect();
    await writer.query('BEGIN; UPDATE a SET v = 7, note = repeat(note, 50)');
    await until(async () => (await streamedTransactions(database)) > 0, {what: 'a streamed block'});
    await database.query('INSERT INTO a VALUES (1000, 1)');
    await running.caughtUp();
    // The position of the slot passes the changes of the open transaction.
    const [end] = await database.query<{end: string}>('SELECT pg_current_wal_lsn()::text AS end');
    const past = `SELECT FROM pg_replication_slots WHERE database = current_database()
      AND confirmed_flush_lsn >= $1::pg_lsn`;
    await until(async () => (await database.query(past, [end?.end])).length === 1);
    proxy.cut();
    await until(() => proxy.accepted > 1);
    await running.streaming();
    await writer.query('UPDATE a SET v = 8 WHERE id < 10; COMMIT');
    await expectImage(running, database);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream', 'stream']);
  });

  test('a transaction that is rolled back is told to nobody, and its file goes', async () => {
    const {database, running} = await own({limits: {transactionMemoryBytes: 100_000}});
    const writer = await database.connect();
    await writer.query('BEGIN; INSERT INTO b SELECT i, i FROM generate_series(1, 20000) AS i');
    await until(async () => (await streamedTransactions(database)) > 0, {what: 'a streamed block'});
    await writer.query('ROLLBACK');
    await database.query('INSERT INTO b VALUES (1, 1)');
    await expectImage(running, database);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream']);
    expect(running.warned).toEqual([]);
  });

  test('a table altered within a streamed transaction that is rolled back changes nothing', async () => {
    const {database, running} = await own();
    const writer = await database.connect();
    await writer.query(`BEGIN; SAVEPOINT s; ALTER TABLE b ADD COLUMN extra int;
      INSERT INTO b SELECT i, i, i FROM generate_series(1, 5000) AS i`);
    await until(async () => (await streamedTransactions(database)) > 0, {what: 'a streamed block'});
    await writer.query(
      `ROLLBACK TO s; INSERT INTO b SELECT i, i FROM generate_series(1, 5000) AS i; COMMIT`,
    );
    await database.query('UPDATE b SET v = v + 1 WHERE id < 100');
    await expectImage(running, database);
    expect(running.warned).toEqual([]);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream', 'stream']);
  });

  test('past the limit of rows an open transaction is waited for, and compared when it commits', async () => {
    const {database, running} = await own({limits: {transactionRows: 5000}});
    const writer = await database.connect();
    await writer.query('BEGIN; INSERT INTO b SELECT i, i FROM generate_series(1, 9000) AS i');
    await database.query('INSERT INTO b VALUES (10000, 1)');
    await running.caughtUp();
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream']);
    await writer.query('COMMIT');
    await until(() => running.told.length > 2);
    await expectImage(running, database);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream', 'resync']);
    expect(running.warned).toEqual([expect.stringContaining('[transaction-too-large]')]);
  });

  test.each<[code: string, limits: NonNullable<SourceChoices['limits']>]>([
    ['transaction-not-kept', {transactionMemoryBytes: 100_000, spillFolder: '/nowhere'}],
    ['transaction-too-large', {transactionMemoryBytes: 100_000, transactionSpillBytes: 500_000}],
  ])('where it cannot be kept it is compared, and said: %s', async (code, limits) => {
    const {database, running} = await own({limits});
    await database.query('INSERT INTO b SELECT i, i FROM generate_series(1, 20000) AS i');
    await until(() => running.told.length > 1);
    await expectImage(running, database);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'resync']);
    expect(running.warned).toEqual([expect.stringContaining(`[${code}]`)]);
  });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tailrace-huge-'));
  onTestFinished(() => rmSync(path, {recursive: true}));
  return path;
}

/** One transaction of a writer, who has ids of its own; in the end it is kept or rolled back. */
async function writeTransaction(writer: pg.Client, next: () => number, own: number): Promise<void> {
  const from = (own + 1) * 10_000;
  await writer.query('BEGIN');
  for (let step = 0; step < 6; step++) {
    const rows = 1 + Math.floor(next() ** 3 * 1500);
    const savepoint = next() < 0.6;
    if (savepoint) await writer.query(`SAVEPOINT s${step}`);
    await writer.query(statement(next, {from, rows}));
    if (savepoint) {
      const dice = next();
      if (dice < 0.4) await writer.query(`ROLLBACK TO s${step}`);
      else if (dice < 0.7) await writer.query(`RELEASE s${step}`);
    }
  }
  await writer.query(next() < 0.25 ? 'ROLLBACK' : 'COMMIT');
}

function statement(next: () => number, {from, rows}: {from: number; rows: number}): string {
  const some = `id BETWEEN ${from} AND ${from + rows}`;
  const value = Math.floor(next() * 100);
  const series = `generate_series(${from}, ${from + rows}) AS i`;
  switch (Math.floor(next() * 6)) {
    case 0:
      return `DELETE FROM a WHERE ${some}`;
    case 1:
      return `UPDATE a SET v = ${value}, note = repeat('n', ${value}) WHERE ${some}`;
    case 2:
      return `INSERT INTO b SELECT i, ${value} FROM ${series} ON CONFLICT (id) DO UPDATE SET v = -b.v`;
    case 3:
      return `UPDATE b SET id = -id WHERE ${some} AND NOT EXISTS (SELECT FROM b AS o WHERE o.id = -b.id)`;
    case 4:
      return `INSERT INTO bag SELECT i % 7, 'w${from}' FROM ${series}`;
    default:
      return `INSERT INTO a SELECT i, ${value}, 'of ' || i FROM ${series} ON CONFLICT DO NOTHING`;
  }
}

/** How many transactions the server has sent before they were committed. */
async function streamedTransactions(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{streamed: number}>(
    `SELECT coalesce(sum(stream_txns), 0)::int AS streamed FROM pg_stat_replication_slots
     WHERE slot_name IN (SELECT slot_name FROM pg_replication_slots
       WHERE database = current_database())`,
  );
  return row?.streamed ?? 0;
}
