import {execFile} from 'node:child_process';
import {chmod, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test, vi} from 'vitest';
import {type ClusterPlace, dataFolder, findPlace} from '../../src/cli/cluster-place.ts';
import {connectDemo, prepareDatabase} from '../../src/cli/demo-database.ts';
import {POSTGRES_LIMITS, startPostgres} from '../../src/cli/embedded-postgres.ts';
import {postgresBinaries, restoreLinks} from '../../src/cli/postgres-binaries.ts';
import {runningPostmaster} from '../../src/cli/postmaster.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {demoPlace, openFolder} from '../support/demo-place.ts';

// A start makes a database, and a small machine has other things to do.
vi.setConfig({testTimeout: 60_000});

const clock = systemClock();
const root = userInfo().uid === 0;
const password = 'p';

async function start(place: ClusterPlace) {
  const {signal} = new AbortController();
  const postgres = await startPostgres({place, password, clock, signal});
  onTestFinished(() => postgres.stop());
  return postgres;
}

async function ask(port: number, sql: string, database = 'postgres') {
  const client = await connectDemo({port, password}, {database, name: 'test'});
  try {
    return (await client.query({text: sql, rowMode: 'array'})).rows[0];
  } finally {
    await client.end();
  }
}

test('a first start makes data for logical replication, and a second one goes on', async () => {
  const place = await demoPlace();
  const first = await start(place);
  expect(
    await ask(
      first.port,
      `SELECT current_setting('wal_level'), current_setting('server_encoding'),
              current_setting('listen_addresses'), current_setting('unix_socket_directories')`,
    ),
  ).toEqual(['logical', 'UTF8', '127.0.0.1', '']);
  await ask(first.port, 'CREATE TABLE kept AS SELECT 7 AS n');
  await first.stop();
  expect(await runningPostmaster(dataFolder(place))).toBeUndefined();

  const second = await start(place);
  expect(await ask(second.port, 'SELECT n FROM kept')).toEqual([7]);
});

test('a Postgres that a killed process left behind is stopped, and its data go on', async () => {
  const place = await demoPlace();
  const orphan = await start(place);
  await ask(orphan.port, 'CREATE TABLE kept AS SELECT 7 AS n');
  const next = await start(place);
  await orphan.ended;
  expect(await ask(next.port, 'SELECT n FROM kept')).toEqual([7]);
});

test('a left-over file that names another living program stands in nobody’s way', async () => {
  const place = await demoPlace();
  const first = await start(place);
  const pidFile = join(dataFolder(place), 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8');
  await first.stop();
  await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)));
  expect(await runningPostmaster(dataFolder(place))).toBeUndefined();
  const next = await start(place);
  expect(await ask(next.port, 'SELECT 1')).toEqual([1]);
});

test('a first start that was cut while it made data leaves none of it', async () => {
  const place = await demoPlace();
  await mkdir(join(place.folder, 'initdb-cut', 'data'), {recursive: true});
  await start(place);
  expect((await readdir(place.folder)).sort()).toEqual(['postgres', 'postgres.log']);
});

test('it ends within its limits though one of its sessions hangs', async () => {
  const place = await demoPlace();
  const {signal} = new AbortController();
  const limits = {...POSTGRES_LIMITS, stopFastMs: 200};
  const postgres = await startPostgres({place, password, clock, signal, limits});
  const session = await connectDemo(
    {port: postgres.port, password},
    {database: 'postgres', name: 'test'},
  );
  // What is stopped does not hear that it should end; Postgres kills it five seconds later.
  const {rows} = await session.query('SELECT pg_backend_pid() AS pid');
  process.kill(rows[0].pid, 'SIGSTOP');
  await postgres.stop();
  expect(await runningPostmaster(dataFolder(place))).toBeUndefined();
});

test('data of another Postgres are refused and left as they are', async () => {
  const place = await demoPlace();
  const version = join(dataFolder(place), 'PG_VERSION');
  await mkdir(dataFolder(place));
  await writeFile(version, '12\n');
  const refused = await start(place).catch((error) => problemsOf(error)[0]);
  expect(refused).toMatchObject({code: 'demo-data-foreign'});
  expect(await readFile(version, 'utf8')).toBe('12\n');
});

test('what Postgres says when it cannot start is in the problem', async () => {
  const place = await demoPlace();
  const postgres = await start(place);
  await postgres.stop();
  await writeFile(join(dataFolder(place), 'postgresql.conf'), 'shared_buffers = nonsense\n');
  const refused = await start(place).catch((error) => problemsOf(error)[0]);
  expect(refused).toMatchObject({
    code: 'postgres-failed',
    detail: expect.stringContaining('shared_buffers'),
  });
});

test('the first rows are written once, whole or not at all', async () => {
  const place = await demoPlace();
  const {port} = await start(place);
  const prepare = (initSql: string) =>
    prepareDatabase({port, password}, {initSql, dataDir: dataFolder(place)});
  const tables = () =>
    ask(port, `SELECT count(*)::int FROM pg_tables WHERE tablename IN ('a', 'b')`, 'metrics');

  await expect(prepare('CREATE TABLE a (); SELECT 1/0')).rejects.toThrow('division by zero');
  expect(await tables()).toEqual([0]);
  await prepare('CREATE TABLE a (); CREATE TABLE b ()');
  expect(await tables()).toEqual([2]);
  await ask(port, 'DROP TABLE b', 'metrics');
  await prepare('CREATE TABLE a (); CREATE TABLE b ()');
  expect(await tables()).toEqual([1]);
});

test('a password that is not the noted one is said, with the folder to remove', async () => {
  const place = await demoPlace();
  const {port} = await start(place);
  const refused = await prepareDatabase(
    {port, password: 'another'},
    {initSql: '', dataDir: dataFolder(place)},
  ).catch((error) => problemsOf(error)[0]);
  expect(refused).toMatchObject({
    code: 'demo-data-foreign',
    hint: expect.stringContaining(dataFolder(place)),
  });
});

test('libraries that an install without scripts left out are linked', async () => {
  const folder = await openFolder();
  const native = join(folder, 'native');
  await mkdir(join(native, 'lib'), {recursive: true});
  await writeFile(join(native, 'lib', 'libx.so.1.2'), 'x');
  const links = [
    {source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so'},
    {source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1'},
  ];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  await restoreLinks(native);
  await restoreLinks(native);
  expect(await readFile(join(native, 'lib', 'libx.so.1'), 'utf8')).toBe('x');
});

test('an install without the binaries of Postgres is said, and how to mend it', async () => {
  const empty = await openFolder();
  const {uid} = userInfo();
  const folder = await openFolder();
  const found = await findPlace({native: empty, folder, uid, fixed: true}).catch(
    (error) => problemsOf(error)[0],
  );
  expect(found).toMatchObject({
    code: 'postgres-missing',
    detail: expect.stringContaining(join(empty, 'bin', 'initdb')),
    hint: expect.stringContaining('npm install --include=optional'),
  });
});

test('a folder that may not be written is refused before anything starts', async () => {
  const folder = join(await openFolder(), 'file');
  await writeFile(folder, '');
  const found = await findPlace({
    native: await postgresBinaries(),
    folder,
    uid: userInfo().uid,
    fixed: true,
  }).catch((error) => problemsOf(error)[0]);
  expect(found).toMatchObject({code: 'demo-folder-denied'});
});

test.runIf(root)('root runs Postgres from a checkout that is closed to all others', async () => {
  const checkout = await openFolder();
  const native = join(checkout, 'native');
  await promisify(execFile)('cp', ['-a', await postgresBinaries(), native]);
  await chmod(checkout, 0o700);
  const options = {native, folder: join(checkout, '.tailrace'), uid: 0};

  const refused = await findPlace({...options, fixed: true}).catch((error) => problemsOf(error)[0]);
  expect(refused).toMatchObject({code: 'demo-folder-denied'});

  const place = await findPlace({...options, fixed: false});
  onTestFinished(() => rm(place.folder, {recursive: true}));
  expect(place.folder).not.toContain(checkout);
  const {port} = await start(place);
  expect(await ask(port, 'SELECT 1')).toEqual([1]);
  expect(await findPlace({...options, fixed: false})).toEqual(place);
});

test.runIf(root)(
  'a folder in the temporary directory that others may write is refused',
  async () => {
    const checkout = await openFolder();
    await chmod(checkout, 0o700);
    const options = {
      native: await postgresBinaries(),
      folder: join(checkout, '.tailrace'),
      uid: 0,
      fixed: false,
    };
    const {folder} = await findPlace(options);
    onTestFinished(() => rm(folder, {recursive: true}));
    await chmod(folder, 0o777);
    const refused = await findPlace(options).catch((error) => problemsOf(error)[0]);
    expect(refused).toMatchObject({code: 'demo-folder-denied'});
  },
);
