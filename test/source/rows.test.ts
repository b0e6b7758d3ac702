import {expect, test} from 'vitest';
import {expectImage} from '../support/expect-image.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {olderThan, serverMajor} from '../support/server-version.ts';

/** Intervals without end came with Postgres 17. */
const ENDLESS = (await serverMajor()) < 17 ? '178000000 years' : 'infinity';

/** SQL before the source starts, and SQL while it streams: the rows are right at the end. */
test.each<[name: string, tables: string[], before: string, during: string[]]>([
  [
    'a primary key: insert, update, delete',
    ['t'],
    `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')`,
    [
      `INSERT INTO t VALUES (3, 'c')`,
      `UPDATE t SET v = 'x' WHERE id < 3`,
      'DELETE FROM t WHERE id = 1',
    ],
  ],
  [
    'a key of several columns, one of them text that looks like a separator',
    ['t'],
    `CREATE TABLE t (a text, b int, c numeric, v int, PRIMARY KEY (b, a, c));
     INSERT INTO t VALUES ('x|1', 1, 1.50, 0), ('x', 1, 1, 0), ('\\', 2, 1, 0), ('', 2, 1, 0)`,
    [
      `UPDATE t SET v = v + 1`,
      `DELETE FROM t WHERE a = 'x|1'`,
      `UPDATE t SET c = 1.00 WHERE a = 'x'`,
    ],
  ],
  [
    'an update that changes the key, also to one that was just freed',
    ['t'],
    'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)',
    [
      'UPDATE t SET id = 9 WHERE id = 1',
      'BEGIN; UPDATE t SET id = 7 WHERE id = 2; UPDATE t SET id = 2 WHERE id = 3; UPDATE t SET id = 3 WHERE id = 7; COMMIT',
    ],
  ],
  [
    'whole rows as identity, with a primary key',
    ['t'],
    `CREATE TABLE t (id int PRIMARY KEY, v text); ALTER TABLE t REPLICA IDENTITY FULL;
     INSERT INTO t VALUES (1, 'a'), (2, 'b')`,
    [
      `UPDATE t SET v = 'x' WHERE id = 1`,
      'UPDATE t SET id = 5 WHERE id = 2',
      'DELETE FROM t WHERE id = 1',
    ],
  ],
  [
    'whole rows as identity, without any key, and with copies',
    ['t'],
    `CREATE TABLE t (a int, v numeric); ALTER TABLE t REPLICA IDENTITY FULL;
     INSERT INTO t VALUES (1, 1.0), (1, 1.0), (1, 1.00), (NULL, NULL), (NULL, NULL)`,
    [
      'DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE a = 1)',
      'INSERT INTO t VALUES (1, 1.0)',
      'UPDATE t SET v = 2 WHERE a IS NULL',
      'DELETE FROM t WHERE v = 1',
    ],
  ],
  [
    'a unique index as identity, whose columns change',
    ['t'],
    `CREATE TABLE t (id int PRIMARY KEY, email text NOT NULL UNIQUE, v int);
     ALTER TABLE t REPLICA IDENTITY USING INDEX t_email_key;
     INSERT INTO t VALUES (1, 'a@x', 1), (2, 'b@x', 2)`,
    [
      `UPDATE t SET v = 9 WHERE id = 1`,
      `UPDATE t SET email = 'c@x' WHERE id = 2`,
      `UPDATE t SET id = 8 WHERE id = 1`,
      `DELETE FROM t WHERE id = 8`,
    ],
  ],
  [
    'large values that an update leaves alone, also while it changes the key',
    ['t'],
    `CREATE TABLE t (id int PRIMARY KEY, big text, v int);
     ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
     INSERT INTO t SELECT i, repeat(md5(i::text), 1000), 0 FROM generate_series(1, 3) AS i`,
    [
      'UPDATE t SET v = 1 WHERE id = 1',
      'UPDATE t SET id = 10 WHERE id = 2',
      `UPDATE t SET big = repeat('y', 30000) WHERE id = 3`,
      'UPDATE t SET v = v + 1',
    ],
  ],
  [
    'large values under whole rows as identity, without a key',
    ['t'],
    `CREATE TABLE t (big text, v int); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
     ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (repeat('z', 30000), 0)`,
    ['UPDATE t SET v = 1'],
  ],
  [
    'a large value in the key',
    ['t'],
    `CREATE TABLE t (id text PRIMARY KEY, v int); ALTER TABLE t ALTER id SET STORAGE EXTERNAL;
     INSERT INTO t VALUES (repeat('k', 2500), 0)`,
    ['UPDATE t SET v = 1', `UPDATE t SET id = repeat('l', 2500)`, 'UPDATE t SET v = 2'],
  ],
  [
    'TRUNCATE of several tables, and what CASCADE takes with it',
    ['a', 'b', 'c'],
    `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY REFERENCES a);
     CREATE TABLE c (id int PRIMARY KEY);
     INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1)`,
    [
      'BEGIN; INSERT INTO c VALUES (2); TRUNCATE c, a CASCADE; INSERT INTO a VALUES (1), (5); COMMIT',
    ],
  ],
  [
    'savepoints that are rolled back',
    ['t'],
    'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)',
    [
      `BEGIN; INSERT INTO t VALUES (2); SAVEPOINT s; INSERT INTO t VALUES (3); DELETE FROM t WHERE id = 1;
       ROLLBACK TO s; INSERT INTO t VALUES (4); COMMIT`,
    ],
  ],
  [
    'equal names in two schemas',
    ['t', 'other.t'],
    `CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA other;
     CREATE TABLE other.t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1);
     INSERT INTO other.t VALUES (1, 'other')`,
    ['INSERT INTO t VALUES (2)', `UPDATE other.t SET v = 'more'`],
  ],
  [
    'names that need quotes',
    ['"My Schema"."T.""a""b"', 'Ünïcode'],
    `CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."T.""a""b" ("Id" int PRIMARY KEY, "sel'ect" text);
     CREATE TABLE "Ünïcode" ("ключ" int PRIMARY KEY, "値" text);
     INSERT INTO "Ünïcode" VALUES (1, 'ä')`,
    [`INSERT INTO "My Schema"."T.""a""b" VALUES (1, 'x')`, `UPDATE "Ünïcode" SET "値" = '日本'`],
  ],
  [
    'partitions, and a row that moves from one to another',
    ['p'],
    `CREATE TABLE p (id int, region text, v int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
     CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a');
     CREATE TABLE p_b (v int, region text NOT NULL, id int NOT NULL, PRIMARY KEY (id, region));
     ALTER TABLE p ATTACH PARTITION p_b FOR VALUES IN ('b');
     INSERT INTO p VALUES (1, 'a', 1), (2, 'b', 2)`,
    [
      `UPDATE p SET v = v + 1`,
      `UPDATE p SET region = 'b' WHERE id = 1`,
      `DELETE FROM p WHERE id = 2`,
    ],
  ],
  [
    'partitions under a publication that sends them by their own names',
    ['p'],
    `CREATE TABLE p (id int, region text, v int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
     CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a');
     CREATE TABLE p_b (v int, region text NOT NULL, id int NOT NULL, PRIMARY KEY (id, region));
     ALTER TABLE p ATTACH PARTITION p_b FOR VALUES IN ('b');
     CREATE PUBLICATION tailrace FOR TABLE p;
     INSERT INTO p VALUES (1, 'a', 1), (2, 'b', 2)`,
    [
      `UPDATE p SET v = v + 1`,
      `UPDATE p SET region = 'b' WHERE id = 1`,
      `TRUNCATE p_b`,
      `INSERT INTO p VALUES (3, 'a', 3)`,
    ],
  ],
  [
    'a table that others inherit from is followed without their rows',
    ['parent'],
    `CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
     INSERT INTO parent VALUES (1)`,
    ['INSERT INTO parent VALUES (2)'],
  ],
  [
    'an enum, a domain, arrays and types without a form of their own',
    ['t'],
    `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN price AS numeric(8, 2) CHECK (VALUE >= 0);
     CREATE TYPE pair AS (a int, b text);
     CREATE TABLE t (id int PRIMARY KEY, m mood, p price, a int[], n text[][], r int4range, c pair,
       i inet, ms mood[], x box[]);
     INSERT INTO t VALUES (1, 'sad', 9.50, '{1,NULL,3}', '{{a,b},{c,"d,e"}}', '[1,5)', '(1,"x, y")',
       '10.0.0.0/8', '{sad,ok}', '{(1,1),(0,0);(2,2),(1,1)}');
     INSERT INTO t (id) VALUES (2)`,
    [`UPDATE t SET m = 'ok', p = 10, a = '{}', ms = NULL WHERE id = 1`],
  ],
  [
    'types of extensions, of the user and of Postgres that have no form of their own',
    ['t'],
    `CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
     CREATE TYPE span AS RANGE (subtype = float8); CREATE DOMAIN names AS text[];
     CREATE TYPE inner_pair AS (a int, b names); CREATE TYPE outer_pair AS (p inner_pair, c char(3));
     CREATE TABLE t (id citext PRIMARY KEY, h hstore, l ltree, s span, m int4multirange, d names,
       o outer_pair, os outer_pair[], v tsvector, p point, x money, bits bit(3), w pg_lsn);
     INSERT INTO t VALUES ('A', 'a=>1, "b c"=>NULL', 'top.science', '[1.5,)', '{[1,3),[7,9)}',
       '{x,"y z"}', ROW(ROW(1, '{q}'), 'ab'), ARRAY[ROW(ROW(2, NULL), NULL)::outer_pair],
       'fat:2 cat:3', '(1,2)', 12.34, B'101', '0/16B3748')`,
    [
      `INSERT INTO t (id, h, s) VALUES ('b', '', 'empty')`,
      `UPDATE t SET h = h || 'n=>2', m = '{}', x = -5, d = NULL WHERE id = 'a'`,
      `UPDATE t SET id = 'a' WHERE id = 'A'`,
      `UPDATE t SET o = NULL, os = '{}' WHERE id = 'a'`,
    ],
  ],
  [
    'times before Christ and after 9999, infinities, and what is no number',
    ['t'],
    `CREATE TABLE t (id int PRIMARY KEY, d date, t timestamp, z timestamptz, i interval, n numeric,
       f float8, g float4, c timetz);
     INSERT INTO t VALUES
       (1, '0044-03-15 BC', '4713-11-24 00:00:00 BC', '0001-01-01 00:00:00+14 BC', '-1 mon +2 days', 'NaN',
         'NaN', '-Infinity', '24:00-15:59'),
       (2, 'infinity', '-infinity', 'infinity', '${ENDLESS}', '-Infinity', '-0', '1e-45', '00:00+00'),
       (3, '5874897-12-31', '294276-12-31 23:59:59.999999', '12026-01-01 00:00:00.1Z', '0', '1e-100',
         '5e-324', 'NaN', '12:00:00.5+05:30')`,
    [
      `UPDATE t SET d = '-infinity', n = 'Infinity' WHERE id = 1`,
      `UPDATE t SET id = id + 10, f = -f, t = '0001-12-31 23:59:59 BC'`,
      `DELETE FROM t WHERE z = 'infinity'`,
    ],
  ],
  [
    'texts with every byte that COPY writes in another way',
    ['t'],
    `CREATE TABLE t (id int PRIMARY KEY, v text, b bytea, d text[]);
     INSERT INTO t VALUES (1, E'\\t\\n\\r\\b\\f\\v\\\\ \\\\N', '\\x00095c0a', '{"\\\\","a\\tb"}'), (2, E'\\\\N', '', '{}'), (3, '', NULL, NULL)`,
    ['UPDATE t SET id = id + 10'],
  ],
])('%s', async (_name, tables, before, during) => {
  const database = await freshDatabase(before);
  const running = runSource(database, {tables});
  await running.streaming();
  await expectImage(running, database);
  for (const sql of during) await database.query(sql);
  await expectImage(running, database);
  expect(running.source.status().warnings).toEqual([]);
});

test('a thousand rows in one commit are one transaction, with its id and its time', async () => {
  const database = await freshDatabase('CREATE TABLE t (id int PRIMARY KEY)');
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  const began = Date.now();
  const [row] = await database.query<{xid: string}>(
    `WITH written AS (INSERT INTO t SELECT generate_series(1, 1000))
     SELECT pg_current_xact_id()::text AS xid`,
  );
  await running.caughtUp();
  expect(running.told).toHaveLength(2);
  const told = running.told[1]!;
  expect(told.changes.get('public.t')).toHaveLength(1000);
  expect(told.xid).toBe(Number(row?.xid));
  expect(told.commitTime).toBeGreaterThan((began - 1000) * 1000);
  expect(told.commitTime).toBeLessThan((Date.now() + 1000) * 1000);
});

test('what is rolled back, and what changes nothing, is not told', async () => {
  const database = await freshDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)`,
  );
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query('BEGIN; DELETE FROM t; INSERT INTO t VALUES (7, 7); ROLLBACK');
  await database.query('UPDATE t SET v = 1');
  await database.query('BEGIN; INSERT INTO t VALUES (5, 5); DELETE FROM t WHERE id = 5; COMMIT');
  await database.query('BEGIN; UPDATE t SET v = 2; UPDATE t SET v = 3; UPDATE t SET v = 1; COMMIT');
  await running.caughtUp();
  expect(running.told.map(({kind}) => kind)).toEqual(['resync']);
});

test('several edits of one row in a transaction are told as one', async () => {
  const database = await freshDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)`,
  );
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query('BEGIN; UPDATE t SET v = 2; UPDATE t SET v = 3; UPDATE t SET v = 4; COMMIT');
  await running.caughtUp();
  expect(running.told[1]?.changes.get('public.t')).toEqual([
    {key: 1, before: [1, 1], after: [1, 4]},
  ]);
});

test('tables of the publication that were not asked for are left alone', async () => {
  const database = await freshDatabase(`
    CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY);
    CREATE PUBLICATION tailrace FOR ALL TABLES`);
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query('BEGIN; INSERT INTO other VALUES (1); INSERT INTO t VALUES (1); COMMIT');
  await database.query('INSERT INTO other VALUES (2); TRUNCATE other');
  await running.caughtUp();
  expect(running.told.map(({changes}) => [...changes.keys()])).toEqual([[], ['public.t']]);
});

test('without a list of tables, those of the publication are followed', async () => {
  const database = await freshDatabase(`
    CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);
    CREATE TABLE c (id int PRIMARY KEY); CREATE PUBLICATION tailrace FOR TABLE a, b`);
  const running = runSource(database);
  await running.streaming();
  expect(running.source.status().tables).toEqual(['public.a', 'public.b']);
});

const noFilters = await olderThan(15, 'row filters and column lists of publications');

test.skipIf(noFilters)(
  "a publication's columns and rows are those of the snapshot, too",
  async () => {
    const database = await freshDatabase(`
    CREATE TABLE t (id int PRIMARY KEY, v int, secret text);
    INSERT INTO t VALUES (1, 1, 's'), (2, 20, 's'), (3, 30, 's');
    CREATE PUBLICATION tailrace FOR TABLE t (id, v) WHERE (id > 1)`);
    const running = runSource(database, {tables: ['t']});
    await running.streaming();
    await database.query('UPDATE t SET v = v + 1');
    await database.query('DELETE FROM t WHERE id = 3');
    await running.caughtUp();
    expect([...running.fold('public.t')]).toEqual([[2, [2, 21]]]);
    expect(running.source.status().warnings.map(({code}) => code)).toEqual([
      'columns-not-published',
    ]);
  },
);

test('a generated column is left out, and a warning says so', async () => {
  const database = await freshDatabase(`
    CREATE TABLE t (id int PRIMARY KEY, v int, twice int GENERATED ALWAYS AS (v * 2) STORED);
    INSERT INTO t VALUES (1, 1)`);
  const running = runSource(database, {tables: ['t']});
  await running.streaming();
  await database.query('UPDATE t SET v = 2');
  await expectImage(running, database);
  expect(running.tables()[0]?.columns.map(({name}) => name)).toEqual(['id', 'v']);
  expect(running.source.status().warnings[0]?.message).toContain('"twice"');
});
