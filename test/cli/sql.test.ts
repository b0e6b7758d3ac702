import {readFile, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {dataFolder} from '../../src/cli/cluster-place.ts';
import {prepareDatabase} from '../../src/cli/demo-database.ts';
import {keepState} from '../../src/cli/demo-state.ts';
import {startPostgres} from '../../src/cli/embedded-postgres.ts';
import {runSql} from '../../src/cli/sql.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {demoPlace, openFolder} from '../support/demo-place.ts';

// A start makes a database, and a small machine has other things to do.
vi.setConfig({testTimeout: 60_000});

const SQL = resolve(import.meta.dirname, '../../sql');

/** A demo's database without its service; answers what `tailrace sql` writes. */
async function demoSql(): Promise<(script: string) => Promise<string[]>> {
  const place = await demoPlace();
  const dataDir = dataFolder(place);
  const {password} = await keepState(place.folder, dataDir);
  const {signal} = new AbortController();
  const postgres = await startPostgres({place, password, clock: systemClock(), signal});
  onTestFinished(() => postgres.stop());
  const initSql = await readFile(join(SQL, 'init.sql'), 'utf8');
  await prepareDatabase({port: postgres.port, password}, {initSql, dataDir});
  return async (script) => {
    const lines: string[] = [];
    await runSql(script, {folder: place.folder, write: (line) => lines.push(line)});
    return lines;
  };
}

test('statements are run and answered as psql answers them', async () => {
  const sql = await demoSql();
  expect(await sql("UPDATE metrics SET value = 95 WHERE name = 'disk_usage'")).toEqual([
    'UPDATE 1',
  ]);
  expect(await sql("SELECT name, value, NULL AS n FROM metrics WHERE name = 'disk_usage'")).toEqual(
    [' name       | value | n\n------------+-------+------\n disk_usage | 95.00 | null\n(1 row)'],
  );
  expect(await sql('CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2); DELETE FROM t')).toEqual(
    ['CREATE', 'INSERT 2', 'DELETE 2'],
  );
  expect(await sql("DO $$ BEGIN RAISE NOTICE 'hello; you'; END $$")).toEqual([
    'NOTICE:  hello; you',
    'DO',
  ]);
});

test('what COPY sends is written as it comes, and nothing else; a function in SQL is one statement', async () => {
  const sql = await demoSql();
  const copied = await sql(
    "COPY (VALUES (1, 'a b'), (2, NULL)) TO STDOUT; COPY (SELECT 'x,y', 3) TO STDOUT (FORMAT csv)",
  );
  expect(copied).toEqual(['1\ta b', '2\t\\N', '"x,y",3']);
  const made = `CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql
    BEGIN ATOMIC SELECT 0; SELECT CASE WHEN n IS NULL THEN 0 ELSE 2 * n END; END;`;
  expect(await sql(`${made} COPY (SELECT 1 WHERE false) TO STDOUT; SELECT twice(21)`)).toEqual([
    'CREATE',
    ' twice\n-------\n    42\n(1 row)',
  ]);
});

test('a failure tells what Postgres said and where, and what came before it stands', async () => {
  const sql = await demoSql();
  const failed = await sql('CREATE TABLE t (n int); SELECT nme FROM metrics').catch(
    (error) => problemsOf(error)[0],
  );
  expect(failed).toMatchObject({
    code: 'sql-failed',
    message: 'column "nme" does not exist',
    detail: 'At: nme FROM metrics',
    hint: expect.stringContaining('name'),
  });
  expect(await sql('SELECT count(*) FROM t')).toEqual([' count\n-------\n     0\n(1 row)']);
});

test('the simulation commits as it goes, and each round is a transaction of its own', async () => {
  const sql = await demoSql();
  const script = await readFile(join(SQL, 'simulate.sql'), 'utf8');
  const quick = script.replace('simulate(60, 1.0)', 'simulate(3, 0)');
  expect(quick).not.toBe(script);
  await sql('CREATE TABLE seen (xid xid8)');
  await sql(`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO seen VALUES (pg_current_xact_id()); RETURN NULL; END $$;
    CREATE TRIGGER note AFTER UPDATE ON metrics EXECUTE FUNCTION note()`);
  await sql(quick);
  const [answer] = await sql('SELECT count(DISTINCT xid)::int AS n FROM seen');
  expect(answer).toContain('\n 3\n');
});

const refusal = async (script: string, folder: string, data?: string) =>
  runSql(script, {folder, data, write: () => {}}).catch((error) => problemsOf(error)[0]);

test('without a demo it says which command starts one, and how one is named that has its own folder', async () => {
  const folder = await openFolder();
  expect(await refusal('SELECT 1', folder)).toMatchObject({
    code: 'demo-not-running',
    detail: `No Postgres answers for "${folder}"; TAILRACE_DATA names no other folder.`,
    hint:
      'start it in another terminal: npm start\n' +
      'or name the folder of the one that runs: TAILRACE_DATA=FOLDER npm run sql -- "STATEMENT"',
  });
  expect(await refusal('SELECT 1', folder, './my demo')).toMatchObject({
    detail: `No Postgres answers for "${folder}", the folder that TAILRACE_DATA names.`,
    hint:
      "start it in another terminal: TAILRACE_DATA='./my demo' npm start\n" +
      'or name the folder of the one that runs: TAILRACE_DATA=FOLDER npm run sql -- "STATEMENT"',
  });
});

test('nothing to run is a problem with an example for the same demo', async () => {
  expect(await refusal(' -- nothing', '/')).toMatchObject({
    code: 'sql-missing',
    hint: 'npm run sql -- "SELECT * FROM metrics"\nor npm run sql < sql/simulate.sql',
  });
  expect(await refusal('', '/', '/data/second')).toMatchObject({
    hint:
      'TAILRACE_DATA=/data/second npm run sql -- "SELECT * FROM metrics"\n' +
      'or TAILRACE_DATA=/data/second npm run sql < sql/simulate.sql',
  });
});

test('the password is kept, and only its owner may read it', async () => {
  const folder = await openFolder();
  const first = await keepState(folder, '/a');
  const second = await keepState(folder, '/b');
  expect(second).toEqual({password: first.password, dataDir: '/b'});
  expect(first.password).toMatch(/^[\w-]{32}$/);
  expect((await stat(join(folder, 'demo.json'))).mode & 0o777).toBe(0o600);
});
