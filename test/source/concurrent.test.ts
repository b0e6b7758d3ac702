import {expect, onTestFinished, test} from 'vitest';
import {random} from '../../src/lib/random.ts';
import {expectImage} from '../support/expect-image.ts';
import type {TestDatabase} from '../support/postgres.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';

const TABLES = `
  CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, note text);
  CREATE TABLE log (account int, change int); ALTER TABLE log REPLICA IDENTITY FULL;
  INSERT INTO accounts SELECT i, 100, repeat('x', 3000) FROM generate_series(1, 200) AS i`;

/** Sessions that move money about until told to stop, each commit keeping the sum at zero. */
function hammer(database: TestDatabase, sessions: number): {stop(): Promise<number>} {
  let writing = true;
  let commits = 0;
  const writers = Array.from({length: sessions}, async (_, seed) => {
    const client = await database.connect();
    const next = random(seed + 1);
    const account = (): number => 1 + Math.floor(next() * 200);
    while (writing) {
      // In the order of the accounts, so that no two writers wait for each other.
      const [low, high] = [account(), account()].sort((a, b) => a - b);
      const amount = Math.floor(next() * 10);
      await client.query(`BEGIN;
        UPDATE accounts SET balance = balance - ${amount} WHERE id = ${low};
        UPDATE accounts SET balance = balance + ${amount} WHERE id = ${high};
        INSERT INTO log VALUES (${low}, ${-amount}), (${high}, ${amount});
        ${next() < 0.2 ? 'ROLLBACK' : 'COMMIT'}`);
      commits += 1;
    }
    await client.end();
  });
  const written = Promise.all(writers);
  // A test that fails drops the database under them; its own failure is the one to tell.
  written.catch(() => {});
  const stop = async (): Promise<number> => {
    writing = false;
    await written;
    return commits;
  };
  onTestFinished(async () => {
    await stop().catch(() => {});
  });
  return {stop};
}

test('a source that starts among writers misses nothing and doubles nothing', async () => {
  const database = await freshDatabase(TABLES);
  const writers = hammer(database, 4);
  const running = runSource(database, {tables: ['accounts', 'log']});
  await running.streaming();
  await running.caughtUp();
  expect(await writers.stop()).toBeGreaterThan(20);
  // The fold itself throws when a row is told to change from what it is not.
  await expectImage(running, database);
});

test('every transaction is told whole, whenever one looks', async () => {
  const database = await freshDatabase(TABLES);
  const writers = hammer(database, 3);
  const running = runSource(database, {tables: ['accounts', 'log']});
  await running.streaming();
  await running.caughtUp();
  await writers.stop();
  await running.caughtUp();
  let sum = 0;
  for (const {changes} of running.told) {
    for (const {before, after} of changes.get('public.accounts') ?? []) {
      sum += Number(after?.[1] ?? 0) - Number(before?.[1] ?? 0);
    }
    expect(sum).toBe(200 * 100);
  }
});

test('a second source on the same tables, with a slot of its own, sees the same', async () => {
  const database = await freshDatabase(TABLES);
  const writers = hammer(database, 2);
  const slot = `${database.database}_second`;
  const first = runSource(database, {tables: ['accounts']});
  await first.streaming();
  const second = runSource(database, {tables: ['accounts', 'log'], slotName: slot});
  await second.streaming();
  await writers.stop();
  await expectImage(first, database);
  await expectImage(second, database);
});

test('a slot that exists already is taken up at a later snapshot, among writers', async () => {
  const database = await freshDatabase(TABLES);
  const writers = hammer(database, 3);
  const first = runSource(database, {tables: ['accounts', 'log'], acknowledges: false});
  await first.streaming();
  await first.caughtUp();
  await first.stop();
  const second = runSource(database, {tables: ['accounts', 'log']});
  await second.streaming();
  await second.caughtUp();
  await writers.stop();
  await expectImage(second, database);
  const [slots] = await database.query(
    'SELECT count(*)::int AS slots FROM pg_replication_slots WHERE database = current_database()',
  );
  expect(slots).toEqual({slots: 1});
});
