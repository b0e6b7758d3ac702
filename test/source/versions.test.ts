import {describe, expect, onTestFinished, test} from 'vitest';
import {lossOf, type SlotHealthRow} from '../../src/postgres/slot-loss.ts';
import {expectImage} from '../support/expect-image.ts';
import {testDatabase} from '../support/postgres.ts';
import {startServer} from '../support/postgres-server.ts';
import {proxiedSource} from '../support/proxied-source.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {olderThan, serverMajor} from '../support/server-version.ts';
import {until} from '../support/until.ts';

/** What a version of Postgres has and the one before it has not; all else is in the other files. */

const major = await serverMajor();
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

test('a publication without lists sends every row, and every column that is stored by an INSERT', async () => {
  const database = await freshDatabase(`
    CREATE TABLE t (id int PRIMARY KEY, v int, twice int GENERATED ALWAYS AS (v * 2) STORED);
    INSERT INTO t VALUES (1, 1), (2, 2); CREATE PUBLICATION tailrace FOR TABLE t`);
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query('UPDATE t SET v = v + 1; INSERT INTO t VALUES (3, 3)');
  await expectImage(running, database);
  expect(running.tables()[0]?.columns.map(({name}) => name)).toEqual(['id', 'v']);
  // 14 says nothing of columns, 15 to 17 name the generated one, which none of them sends.
  expect(running.source.status().warnings.map(({message}) => message)).toEqual([
    'table "public.t" is followed without "twice"',
  ]);
  expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream']);
});

const FILTERED = 'CREATE PUBLICATION tailrace FOR TABLE t (id, v) WHERE (id > 1)';

test(`a publication of some rows and columns is ${major < 15 ? 'none' : 'followed'}`, async () => {
  const database = await freshDatabase('CREATE TABLE t (id int PRIMARY KEY, v int, w int)');
  await database.query('INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)');
  const said = await database.query(FILTERED).catch((error: Error) => error.message);
  if (major < 15) expect(said).toContain('syntax error');
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query('UPDATE t SET v = 9');
  await running.caughtUp();
  const rows =
    major < 15
      ? [
          [1, 9, 1],
          [2, 9, 2],
        ]
      : [[2, 9]];
  expect([...running.fold('public.t').values()]).toEqual(rows);
});

describe.skipIf(await olderThan(18, 'generated columns in publications'))('from 18 on', () => {
  test('a generated column that is stored and published is followed, a virtual one is not', async () => {
    const database = await freshDatabase(`
      CREATE TABLE t (id int PRIMARY KEY, v int, twice int GENERATED ALWAYS AS (v * 2) STORED,
        thrice int GENERATED ALWAYS AS (v * 3));
      INSERT INTO t VALUES (1, 1), (2, 2);
      CREATE PUBLICATION tailrace FOR TABLE t WITH (publish_generated_columns = stored)`);
    const running = runSource(database, {tables: ['t']});
    await running.streaming();
    await database.query('UPDATE t SET v = 20 WHERE id = 2; INSERT INTO t VALUES (3, 3)');
    await expectImage(running, database);
    expect([...running.fold('public.t').values()]).toContainEqual([2, 20, 40]);
    const [warning] = running.source.status().warnings;
    expect(warning?.message).toBe('table "public.t" is followed without "thrice"');
    expect(warning?.detail).toContain('virtual');
  });

  test('a generated column that the publication lists is followed, and may be the key', async () => {
    const database = await freshDatabase(`
      CREATE TABLE t (v int, half int, code text GENERATED ALWAYS AS ('k' || v) STORED PRIMARY KEY);
      INSERT INTO t VALUES (1, 0), (2, 0);
      CREATE PUBLICATION tailrace FOR TABLE t (v, code)`);
    const running = runSource(database, {tables: ['t']});
    await running.streaming();
    await database.query('UPDATE t SET v = 7 WHERE v = 1; DELETE FROM t WHERE v = 2');
    await expectImage(running, database);
    expect([...running.fold('public.t')]).toEqual([['k7', [7, 'k7']]]);
  });

  test('generated columns that are published later come with a comparison', async () => {
    const database = await freshDatabase(`
      CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
      INSERT INTO t VALUES (1); CREATE PUBLICATION tailrace FOR TABLE t`);
    const running = runSource(database, {tables: ['t'], tableCheckMs: 50});
    await running.streaming();
    await database.query('ALTER PUBLICATION tailrace SET (publish_generated_columns = stored)');
    await until(() => running.tables()[0]?.columns.length === 2);
    await database.query('INSERT INTO t VALUES (2)');
    await expectImage(running, database);
  });

  test('a foreign key over a period joins no rows', async () => {
    const database = await freshDatabase(`
      CREATE TABLE room (id int4range, at int4range, PRIMARY KEY (id, at WITHOUT OVERLAPS));
      CREATE TABLE stay (id int PRIMARY KEY, room int4range, at int4range, other int4range,
        FOREIGN KEY (room, PERIOD at) REFERENCES room (id, PERIOD at));
      INSERT INTO room VALUES ('[1,2)', '[1,5)'), ('[1,2)', '[5,9)');
      INSERT INTO stay VALUES (1, '[1,2)', '[3,7)')`);
    const running = runSource(database, {tables: ['room', 'stay']});
    await running.streaming();
    expect(running.tables().map(({foreignKeys}) => foreignKeys)).toEqual([[], []]);
    await database.query(`UPDATE room SET at = '[5,10)' WHERE at = '[5,9)'`);
    await database.query(`UPDATE stay SET at = '[2,6)'; DELETE FROM stay`);
    await expectImage(running, database);
  });

  test.runIf(embedded)('a slot that nobody read from for too long is told as such', async () => {
    const server = await startServer({idle_replication_slot_timeout: '1s'});
    onTestFinished(() => server.dispose());
    const database = await testDatabase({server});
    onTestFinished(() => database.drop());
    await database.query('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    const {running, proxy} = await proxiedSource(database, {tables: ['t']});
    proxy.refuse();
    proxy.cut();
    await database.query('INSERT INTO t VALUES (2)');
    await until(
      async () => {
        await database.query('CHECKPOINT');
        const [slot] = await database.query<SlotHealthRow>('SELECT * FROM pg_replication_slots');
        return slot !== undefined && lossOf(slot)?.reason === 'idle_timeout';
      },
      {limitMs: 20_000, everyMs: 100, what: 'the slot to be given up'},
    );
    proxy.admit();
    await until(() => running.told.length === 2, {limitMs: 20_000, what: 'the comparison'});
    await expectImage(running, database);
    expect(running.warned.join()).toMatch(
      /\[slot-lost\][\s\S]*idle_replication_slot_timeout[\s\S]*hint: raise idle_replication_slot_timeout/,
    );
    await running.stop();
  });
});
