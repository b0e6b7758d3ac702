import {expect, test} from 'vitest';
import {expectImage} from '../support/expect-image.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {olderThan} from '../support/server-version.ts';
import {until} from '../support/until.ts';

const PARTS = `CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
  CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
  CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
  INSERT INTO t VALUES (1, 'x'), (11, 'y')`;
const TABLE = `CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 5)`;

/** Of none of these a word comes through the stream. */
test.each<[name: string, before: string, change: string]>([
  [
    'a table is dropped and made again, and is in no publication then',
    TABLE,
    'DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (7, 7)',
  ],
  [
    'another table takes the name',
    `${TABLE}; CREATE TABLE other (id int PRIMARY KEY, v int); INSERT INTO other VALUES (7, 7)`,
    'BEGIN; ALTER TABLE t RENAME TO old; ALTER TABLE other RENAME TO t; COMMIT',
  ],
  ['a column is added', TABLE, 'ALTER TABLE t ADD w int DEFAULT 3'],
  ['a column gets a type and new values', TABLE, 'ALTER TABLE t ALTER v TYPE int8 USING v * 100'],
  ['a column gets new values only', TABLE, 'ALTER TABLE t ALTER v TYPE int USING v * 100'],
  [
    'a label of an enum is renamed',
    `CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, v mood);
      INSERT INTO t VALUES (1, 'a')`,
    `ALTER TYPE mood RENAME VALUE 'a' TO 'z'`,
  ],
  ['a partition is detached', PARTS, 'ALTER TABLE t DETACH PARTITION t2'],
  ['a partition is dropped', PARTS, 'DROP TABLE t2'],
  ['a partition is truncated', PARTS, 'TRUNCATE t2'],
  [
    'a partition with rows is attached',
    `${PARTS}; CREATE TABLE t3 (id int PRIMARY KEY, v text); INSERT INTO t3 VALUES (22, 'z')`,
    'ALTER TABLE t ATTACH PARTITION t3 FOR VALUES FROM (20) TO (30)',
  ],
  [
    'the table is taken out of the publication',
    TABLE,
    'ALTER PUBLICATION tailrace DROP TABLE t; INSERT INTO t VALUES (2, 2)',
  ],
  [
    'the table is out of the publication for a moment',
    TABLE,
    `ALTER PUBLICATION tailrace DROP TABLE t; INSERT INTO t VALUES (2, 2);
      ALTER PUBLICATION tailrace ADD TABLE t`,
  ],
  [
    'the publication leaves out what is inserted for a moment',
    TABLE,
    `ALTER PUBLICATION tailrace SET (publish = 'delete'); INSERT INTO t VALUES (2, 2);
      ALTER PUBLICATION tailrace SET (publish = 'insert, update, delete, truncate')`,
  ],
  [
    'a composite type gets an attribute',
    `CREATE TYPE spot AS (x int, y int); CREATE TABLE t (id int PRIMARY KEY, v spot);
      INSERT INTO t VALUES (1, ROW (1, 2))`,
    'ALTER TYPE spot ADD ATTRIBUTE z int',
  ],
])('%s, and nothing more', async (_name, before, change) => {
  const database = await freshDatabase(before);
  const running = runSource(database, {tables: ['t'], tableCheckMs: 50});
  await running.streaming();
  await database.query(change);
  await until(() => running.told.length > 1, {what: 'the source to tell of it'});
  expect(running.warned).toEqual([expect.stringContaining('[schema-changed]')]);
  await running.streaming();
  await expectImage(running, database);
});

test('a table that was refused is followed once it can be', async () => {
  const database = await freshDatabase(
    `${TABLE}; CREATE TABLE bare (v int); INSERT INTO bare VALUES (3), (3);
      CREATE PUBLICATION tailrace FOR ALL TABLES`,
  );
  const running = runSource(database, {tableCheckMs: 50});
  await running.streaming();
  expect(running.source.status().warnings.map(({code}) => code)).toEqual([
    'table-without-identity',
  ]);
  await database.query('ALTER TABLE bare REPLICA IDENTITY FULL');
  await until(() => running.tables().length === 2, {what: 'the table to be followed'});
  await running.streaming();
  await expectImage(running, database);
});

test('a partition truncated while the source is cut off is not missed', async () => {
  const database = await freshDatabase(PARTS);
  const running = runSource(database, {tables: ['t'], retryFirstMs: 500, retryMaxMs: 500});
  await running.streaming();
  await database.query(
    `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
      WHERE database = current_database()`,
  );
  await database.query('TRUNCATE t2');
  await until(() => running.told.length > 1, {what: 'the source to tell of it'});
  await running.streaming();
  await expectImage(running, database);
});

test('tables of which nothing changes but rows are never compared again', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t'], tableCheckMs: 5});
  await running.streaming();
  await database.query('TRUNCATE t; INSERT INTO t SELECT n, n FROM generate_series(1, 100) AS n');
  await database.query('ANALYZE t; CREATE INDEX ON t (v)');
  await database.query('VACUUM FULL t');
  for (let n = 0; n < 100; n++) await database.query('UPDATE t SET v = v + 1 WHERE id = 1');
  await running.caughtUp();
  expect(running.told.filter(({kind}) => kind === 'resync')).toHaveLength(1);
});

test('a table that is dropped for good is said, and the other ones are followed on', async () => {
  const database = await freshDatabase(`${TABLE}; CREATE TABLE u (id int PRIMARY KEY)`);
  const running = runSource(database, {tables: ['t', 'u'], tableCheckMs: 50});
  await running.streaming();
  await database.query('DROP TABLE u; INSERT INTO t VALUES (2, 2)');
  await until(() => running.tables().length === 1, {what: 'the table to go'});
  await running.streaming();
  expect(running.source.status().warnings.map(({code}) => code)).toEqual(['table-missing']);
  await expectImage(running, database);
});

test.each([
  {
    what: 'is put into the publication again is followed again, though none is named',
    publication: 'FOR TABLE t, u',
    goes: 'ALTER PUBLICATION tailrace DROP TABLE u',
    comes: 'INSERT INTO u VALUES (3); ALTER PUBLICATION tailrace ADD TABLE u',
  },
  {
    what: 'comes again is followed again, where all tables are published',
    publication: 'FOR ALL TABLES',
    goes: 'DROP TABLE u',
    comes: 'CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (3)',
  },
])('a table that $what', async ({publication, goes, comes}) => {
  const database = await freshDatabase(
    `${TABLE}; CREATE TABLE u (id int PRIMARY KEY); CREATE PUBLICATION tailrace ${publication}`,
  );
  const running = runSource(database, {tableCheckMs: 50});
  await running.streaming();
  await database.query(goes);
  await until(() => running.tables().length === 1, {what: 'the table to go'});
  await running.streaming();
  await database.query(comes);
  await until(() => running.tables().length === 2, {what: 'the table to come'});
  await running.streaming();
  await expectImage(running, database);
});

const schemas = !(await olderThan(15, 'publications of schemas'));

test.each([
  {publication: 'FOR ALL TABLES', named: ['t', 'u']},
  ...(schemas ? [{publication: 'FOR TABLES IN SCHEMA public', named: ['t', 'u']}] : []),
  {publication: 'FOR TABLE t', named: ['t', 'public.u']},
])(
  'a table that is named, and made later, is followed: $publication',
  async ({publication, named}) => {
    const database = await freshDatabase(`${TABLE}; CREATE PUBLICATION tailrace ${publication}`);
    const running = runSource(database, {tables: named, tableCheckMs: 50});
    await running.streaming();
    expect(running.source.status().warnings.map(({code}) => code)).toEqual(['table-missing']);
    await database.query('CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (3)');
    await until(() => running.tables().length === 2, {what: 'the table to come'});
    await running.streaming();
    expect(running.source.status().warnings).toEqual([]);
    await expectImage(running, database);
  },
);
