import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {Problem} from '../../src/lib/problem.ts';
import {expectImage} from '../support/expect-image.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {
  freshDatabase,
  type RunningSource,
  runSource,
  type SourceChoices,
} from '../support/running-source.ts';
import {until} from '../support/until.ts';

/** Every problem that the source waits with. */
async function problemsOf({source}: RunningSource): Promise<readonly Problem[]> {
  await until(() => ['waiting', 'streaming'].includes(source.status().state.kind));
  const {state} = source.status();
  return state.kind === 'waiting' ? [state.problem, ...(state.further ?? [])] : [];
}
const codesOf = async (running: RunningSource): Promise<string[]> =>
  (await problemsOf(running)).map(({code}) => code);

let roles = 0;

/** A role of the test's own, which may log in and has what `attributes` and `grants` give. */
async function role(
  database: TestDatabase,
  attributes: string,
  grants = '',
): Promise<SourceChoices> {
  roles += 1;
  const name = `tailrace_test_role_${process.pid}_${roles} "x"`;
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await database.query(`CREATE ROLE ${quoted} LOGIN PASSWORD 'p' ${attributes}`);
  onTestFinished(async () => {
    await database.query(`DROP OWNED BY ${quoted}; DROP ROLE ${quoted}`);
  });
  if (grants) await database.query(grants.replaceAll('ROLE', quoted));
  return {connect: {user: name, password: 'p'}};
}

const TABLES = `CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY);
  INSERT INTO t VALUES (1)`;

test('a role that may nothing is told everything at once', async () => {
  const database = await freshDatabase(TABLES);
  const running = runSource(database, {tables: ['t', 'u'], ...(await role(database, ''))});
  expect(await codesOf(running)).toEqual([
    'role-not-replication',
    'no-table-to-follow',
    'table-unreadable',
    'table-unreadable',
  ]);
});

test.each<[what: string, before: string, code: string]>([
  ['a publication that it cannot make', '', 'publication-missing'],
  [
    'a publication that it cannot extend',
    'CREATE PUBLICATION tailrace FOR TABLE u',
    'publication-lacks-tables',
  ],
  [
    'a publication that leaves deletes out',
    `CREATE PUBLICATION tailrace FOR TABLE t, u WITH (publish = 'insert, update')`,
    'publication-partial',
  ],
])(
  'a role that lacks %s is told the statement that mends it, and goes on by itself',
  async (_what, before, code) => {
    const database = await freshDatabase(`${TABLES}; ${before}`);
    const choices = await role(database, 'REPLICATION', 'GRANT SELECT ON t, u TO ROLE');
    const running = runSource(database, {tables: ['t', 'u'], ...choices});
    const [problem] = await problemsOf(running);
    expect(problem?.code).toBe(code);
    await database.query(problem?.hint ?? '');
    await running.streaming();
    await database.query('INSERT INTO t VALUES (2); DELETE FROM t WHERE id = 1');
    await expectImage(running, database);
  },
);

test.each<[hint: string, code: string, attributes: string, grants: string]>([
  ['REPLICATION', 'role-not-replication', '', 'GRANT SELECT ON t, u TO ROLE'],
  ['SELECT', 'table-unreadable', 'REPLICATION', 'GRANT SELECT ON u TO ROLE'],
])('the hint of a missing %s can be run as it is', async (_what, code, attributes, grants) => {
  const database = await freshDatabase(`${TABLES}; CREATE PUBLICATION tailrace FOR TABLE t, u`);
  const choices = await role(database, attributes, grants);
  const running = runSource(database, {tables: ['t'], ...choices});
  const problem = (await problemsOf(running)).find((each) => each.code === code);
  await database.query(problem?.hint?.split('\n(')[0] ?? '');
  await running.streaming();
  await expectImage(running, database);
});

test.each<[what: string, sql: string, code: string, hint: string | undefined]>([
  [
    'a table without a key',
    'CREATE TABLE x (a int)',
    'table-without-identity',
    'ALTER TABLE "public"."x" REPLICA IDENTITY FULL;',
  ],
  [
    'a table whose key is checked late',
    'CREATE TABLE x (a int PRIMARY KEY DEFERRABLE)',
    'table-without-identity',
    'ALTER TABLE "public"."x" REPLICA IDENTITY FULL;',
  ],
  [
    'a table with a unique index that could be the identity',
    'CREATE TABLE x (a int NOT NULL UNIQUE)',
    'table-without-identity',
    'ALTER TABLE "public"."x" REPLICA IDENTITY USING INDEX "x_a_key";',
  ],
  [
    'a table whose identity is nothing',
    'CREATE TABLE x (a int PRIMARY KEY); ALTER TABLE x REPLICA IDENTITY NOTHING',
    'table-without-identity',
    'ALTER TABLE "public"."x" REPLICA IDENTITY DEFAULT;',
  ],
  ['a view', 'CREATE VIEW x AS SELECT 1 AS a', 'table-kind-unsupported', undefined],
  [
    'a materialized view',
    'CREATE MATERIALIZED VIEW x AS SELECT 1 AS a',
    'table-kind-unsupported',
    undefined,
  ],
  [
    'an unlogged table',
    'CREATE UNLOGGED TABLE x (a int PRIMARY KEY)',
    'table-kind-unsupported',
    'ALTER TABLE "public"."x" SET LOGGED;',
  ],
  ['a table that is not there', 'CREATE TABLE "X y" (a int)', 'table-missing', undefined],
  [
    'a partitioned table of which one partition logs nothing',
    `CREATE TABLE x (a int PRIMARY KEY) PARTITION BY RANGE (a);
     CREATE TABLE x1 PARTITION OF x DEFAULT; ALTER TABLE x1 REPLICA IDENTITY NOTHING`,
    'table-without-identity',
    undefined,
  ],
])('%s is refused with the reason, and the others go on', async (_what, sql, code, hint) => {
  const database = await freshDatabase(`${TABLES}; ${sql}`);
  const running = runSource(database, {tables: ['t', 'x']});
  await running.streaming();
  const {warnings, tables} = running.source.status();
  expect(warnings.map((each) => each.code)).toEqual([code]);
  if (hint) expect(warnings[0]?.hint?.split('\n')[0]).toBe(hint);
  expect(tables).toEqual(['public.t']);
  await database.query('INSERT INTO t VALUES (2)');
  await expectImage(running, database);
});

test('a table without a key is never published, so that its own UPDATE goes on working', async () => {
  const database = await freshDatabase(
    `${TABLES}; CREATE TABLE x (a int); INSERT INTO x VALUES (1)`,
  );
  const running = runSource(database, {tables: ['t', 'x']});
  await running.streaming();
  await database.query('UPDATE x SET a = 2');
  expect(await database.query('SELECT a FROM x')).toEqual([{a: 2}]);
});

test('a refused table whose hint is followed is there after the next connection', async () => {
  const database = await freshDatabase('CREATE TABLE x (a int); INSERT INTO x VALUES (1), (1)');
  const running = runSource(database, {tables: ['x']});
  const problem = (await problemsOf(running)).find(({code}) => code === 'table-without-identity');
  await database.query(problem?.hint?.split('\n')[0] ?? '');
  await running.streaming();
  await database.query('INSERT INTO x VALUES (2)');
  await expectImage(running, database);
});

test('row security that would hide rows is refused', async () => {
  const database = await freshDatabase(
    `${TABLES}; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE PUBLICATION tailrace FOR TABLE t`,
  );
  const choices = await role(database, 'REPLICATION', 'GRANT SELECT ON t TO ROLE');
  const running = runSource(database, {tables: ['t'], ...choices});
  expect(await codesOf(running)).toContain('table-row-security');
});

test('near names are offered for a table that is not there', async () => {
  const database = await freshDatabase(
    `${TABLES}; CREATE SCHEMA other; CREATE TABLE other."Orders" (id int PRIMARY KEY)`,
  );
  const running = runSource(database, {tables: ['t', 'orders']});
  await running.streaming();
  expect(running.source.status().warnings[0]?.hint).toBe('did you mean other."Orders"?');
});

test('so is the name that was meant, where one was misspelled', async () => {
  const database = await freshDatabase(
    `${TABLES}; CREATE SCHEMA other; CREATE TABLE other.tickets (id int PRIMARY KEY);
     CREATE TABLE tickets (id int PRIMARY KEY); CREATE TABLE order_items (id int PRIMARY KEY)`,
  );
  const running = runSource(database, {tables: ['t', 'tickts', 'public.oder_items', 'nothing']});
  await running.streaming();
  expect(running.source.status().warnings.map(({hint}) => hint)).toEqual([
    'did you mean public.tickets?',
    'did you mean public.order_items?',
    'check the name and its schema: schema.name',
  ]);
});

test('a name that no table can have is refused as it stands, and the others go on', async () => {
  const database = await freshDatabase(TABLES);
  const running = runSource(database, {tables: ['t', 'a.b.t']});
  await running.streaming();
  expect(running.source.status().warnings).toMatchObject([
    {code: 'table-name-malformed', message: '"a.b.t" is not the name of a table'},
  ]);
  expect(running.source.status().tables).toEqual(['public.t']);
});

// No older server is at hand: this database answers as one would.
test('a server that calls itself Postgres 13 is too old', async () => {
  const database = await freshDatabase(`${TABLES}; CREATE SCHEMA old;
    CREATE FUNCTION old.current_setting(name text) RETURNS text LANGUAGE sql AS $$
      SELECT CASE name WHEN 'server_version_num' THEN '130012' WHEN 'server_version' THEN '13.12'
        ELSE pg_catalog.current_setting(name) END $$`);
  await database.query(
    `ALTER DATABASE "${database.database}" SET search_path = old, pg_catalog, public`,
  );
  expect(await problemsOf(runSource(database, {tables: ['t']}))).toMatchObject([
    {code: 'server-too-old', message: 'Postgres 13.12 is too old'},
  ]);
});

test.each<[publication: string, before: string, detail: string]>([
  ['without a publication', '', 'Publication "tailrace" does not exist either.'],
  [
    'in an empty one',
    'CREATE PUBLICATION tailrace',
    'Publication "tailrace" covers no table either.',
  ],
])('without tables and %s there is nothing to follow', async (_publication, before, detail) => {
  const database = await freshDatabase(`${TABLES}; ${before}`);
  expect(await problemsOf(runSource(database))).toMatchObject([{code: 'no-table-named', detail}]);
});

test('keys of tableKeys are used where whole rows are logged, and refused elsewhere', async () => {
  const database = await freshDatabase(`
    CREATE TABLE a (x int, y int); ALTER TABLE a REPLICA IDENTITY FULL; INSERT INTO a VALUES (7, 1);
    CREATE TABLE b (x int PRIMARY KEY, y int); INSERT INTO b VALUES (1, 7)`);
  const tableKeys = [
    {table: 'a', keyColumns: ['x']},
    {table: 'public.b', keyColumns: ['y']},
  ];
  const running = runSource(database, {tables: ['a', 'b'], tableKeys});
  await running.streaming();
  await database.query('UPDATE a SET y = 2');
  await running.caughtUp();
  expect([...running.fold('public.a')]).toEqual([[7, [7, 2]]]);
  expect([...running.fold('public.b').keys()]).toEqual([1]);
  expect(running.source.status().warnings.map(({code}) => code)).toEqual(['table-key-ignored']);
  await running.stop();
  await database.query('INSERT INTO a VALUES (7, 3)');
  expect(await codesOf(runSource(database, {tables: ['a'], tableKeys}))).toEqual([
    'table-key-not-unique',
  ]);
});

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('a server that is not set up for it', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({max_replication_slots: '1', max_wal_senders: '1'});
  });
  afterAll(() => server?.dispose());

  test('has a wal_level, which is told with what the role and the tables lack', async () => {
    const low = await startServer({wal_level: 'replica'});
    onTestFinished(() => low.dispose());
    const database = await testDatabase({server: low});
    await database.query(`${TABLES}; CREATE TABLE x (a int);
      CREATE ROLE weak LOGIN PASSWORD 'p'; GRANT SELECT ON t TO weak`);
    const running = runSource(database, {
      tables: ['t', 'x'],
      connect: {user: 'weak', password: 'p'},
    });
    expect(await codesOf(running)).toEqual([
      'wal-level-low',
      'role-not-replication',
      'table-unreadable',
    ]);
    await running.stop();
    // The same on a managed service, which is known by a role that it makes.
    await database.query('CREATE ROLE rds_superuser');
    const managed = runSource(database, {tables: ['t'], connect: {user: 'weak', password: 'p'}});
    const hints = (await problemsOf(managed)).map(({hint}) => hint);
    expect(hints.slice(0, 2)).toEqual([
      'set rds.logical_replication = 1 in the parameter group, and reboot the instance',
      'GRANT rds_replication TO "weak";',
    ]);
    await managed.stop();
    await database.drop();
  });

  test('is a standby, which is told with the rest', async () => {
    const standby = await startServer({hot_standby: 'on'}, {'standby.signal': ''});
    onTestFinished(() => standby.dispose());
    const running = runSource({...(await freshDatabase()), ...standby, database: 'postgres'});
    expect(await codesOf(running)).toEqual(['server-is-standby', 'no-table-named']);
  });

  test('has no slot and no sender left, and names the slots that nobody uses', async () => {
    const database = await testDatabase({server});
    await database.query(TABLES);
    await database.query(`SELECT pg_create_logical_replication_slot('left_over', 'pgoutput')`);
    const running = runSource(database, {tables: ['t']});
    const problems = await problemsOf(running);
    expect(problems.map(({code}) => code)).toEqual(['no-slot-left']);
    expect(problems[0]?.detail).toContain('"left_over"');
    await database.query(`SELECT pg_drop_replication_slot('left_over')`);
    await running.streaming();
    const second = runSource(database, {tables: ['t'], slotName: 'second'});
    expect(await codesOf(second)).toEqual(['no-slot-left', 'no-wal-sender-left']);
    await Promise.all([running.stop(), second.stop()]);
    await database.drop();
  });
});
