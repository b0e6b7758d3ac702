import {expect, test} from 'vitest';
import {beingRead} from '../support/being-read.ts';
import {expectImage} from '../support/expect-image.ts';
import {proxiedSource} from '../support/proxied-source.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, i FROM generate_series(1, 9) AS i';
/** Some megabytes, which come through a slow wire. */
const WIDE = `CREATE TABLE t (id int PRIMARY KEY, v text);
  INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 8000) AS i`;

test('a resync that is asked for compares, and tells nothing where nothing differs', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  running.source.resync();
  await until(() => running.told.length === 2, {what: 'the comparison'});
  await running.streaming();
  expect(running.told[1]).toMatchObject({kind: 'resync'});
  expect(running.told[1]?.changes.size).toBe(0);
  expect(running.warned).toEqual([expect.stringContaining('[resync-asked]')]);
  await database.query('UPDATE t SET v = 0 WHERE id = 3');
  await expectImage(running, database);
});

test('changes that the stream never told are found by it', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t'], tableCheckMs: 600_000});
  await running.streaming();
  // A session that replicates for somebody else: its changes are not in the publication.
  await database.query(`ALTER PUBLICATION tailrace SET (publish = 'insert, delete')`);
  await database.query('UPDATE t SET v = 0 WHERE id <= 4');
  await database.query(
    `ALTER PUBLICATION tailrace SET (publish = 'insert, update, delete, truncate')`,
  );
  running.source.resync();
  await until(() => running.told.some(({kind}, i) => i > 0 && kind === 'resync'));
  await expectImage(running, database);
});

test('asked for while it waits, it does not wait for its turn', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {
    tables: ['t', 'missing'],
    retryFirstMs: 600_000,
    retryMaxMs: 600_000,
    connect: {password: 'wrong'},
  });
  await until(() => running.source.status().state.kind === 'waiting');
  const {state} = running.source.status();
  running.source.resync();
  await until(() => {
    const {state: now} = running.source.status();
    return now.kind === 'waiting' && now !== state;
  });
});

test('asked for while one reads, which sees no change of since, it is another one', async () => {
  const database = await freshDatabase(WIDE);
  const {running, proxy} = await proxiedSource(database, {tables: ['t'], tableCheckMs: 600_000});
  proxy.slow(2_000_000);
  running.source.resync();
  await beingRead(database);
  await database.query(`ALTER PUBLICATION tailrace SET (publish = 'insert, delete')`);
  await database.query(`UPDATE t SET v = '' WHERE id <= 4`);
  await database.query(
    `ALTER PUBLICATION tailrace SET (publish = 'insert, update, delete, truncate')`,
  );
  running.source.resync();
  proxy.calm();
  await until(() => running.told.length > 2, {what: 'the second comparison'});
  await expectImage(running, database);
});
