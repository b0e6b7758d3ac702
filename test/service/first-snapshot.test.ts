import {cpSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {folded} from '../support/folded.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';

/** More rows than are written before they are served. */
const ROWS = 60_000;
const SQL = `CREATE TABLE t (id int PRIMARY KEY, v text);
  INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, ${ROWS}) i`;
const ALL = queryYaml('all', 'SELECT id, v FROM t');
const FEW = queryYaml('few', 'SELECT id, v FROM t WHERE id < 10');

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-first-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

async function database(): Promise<TestDatabase> {
  const made = await testDatabase();
  onTestFinished(() => made.drop());
  await made.query(SQL);
  return made;
}

async function start(on: TestDatabase, path: string): Promise<TestService> {
  const service = await testService({
    sql: 'SELECT 1',
    queries: ALL + FEW,
    database: on,
    stateStore: {path},
    source: ['tables: [public.t]'],
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= service.stop();
    return stopped;
  };
  onTestFinished(stop);
  return {...service, stop};
}

const listen = (service: TestService, queries: string, lastId?: string): Promise<SseClient> =>
  sseClient(
    `${service.addresses.api}/api/v1/events?queries=${queries}${lastId ? '' : '&snapshot=true'}`,
    lastId ? {'Last-Event-ID': lastId} : {},
  );

const fewNow = (on: TestDatabase) => on.query('SELECT id, v FROM t WHERE id < 10 ORDER BY id');
const byId = (rows: readonly Record<string, unknown>[]) =>
  [...rows].sort((a, b) => Number(a.id) - Number(b.id));

test('what was told while the first snapshot was being written goes on after a restart', async () => {
  const [on, path] = [await database(), await folder()];
  const first = await start(on, path);
  const before = await listen(first, 'few,all');
  await on.query(`UPDATE t SET v = 'soon' WHERE id < 5`);
  await before.until((one) => one.messageCount === 2);
  before.close();
  await first.stop();
  await on.query(`UPDATE t SET v = 'meanwhile' WHERE id IN (5, 700)`);
  const second = await start(on, path);
  const after = await listen(second, 'few,all', before.lastId);
  await after.until((one) => one.messageCount === 2);
  await caughtUp(second);
  expect([after.named('reset'), after.named('snapshot')]).toEqual([[], []]);
  const fold = folded(before.named('snapshot'), [...before.messages(), ...after.messages()]);
  expect(byId(fold.rows('few'))).toEqual(await fewNow(on));
  expect(fold.rows('all')).toHaveLength(ROWS);
  const {count} = await second.get('/api/v1/queries/all/results?limit=1');
  expect(count).toBe(ROWS);
  after.close();
});

test('a process that dies while it is written is followed by one that begins afresh, and says so', async () => {
  const [on, path, copy] = [await database(), await folder(), await folder()];
  const first = await start(on, path);
  const before = await listen(first, 'few');
  await before.until((one) => one.named('snapshot').length === 1);
  const late = JSON.stringify({
    query: 'SELECT count(*) AS n FROM t',
    sources: [{sourceId: 'db'}],
    autoStart: true,
  });
  const put = await first.send('PUT', '/api/v1/queries/late', late);
  expect(put.status).toBe(200);
  // What a crash would leave: between two turns the file is whole, as a kill finds it.
  cpSync(path, copy, {recursive: true, filter: (name) => !basename(name).startsWith('run.')});
  before.close();
  await first.stop();
  await on.query(`UPDATE t SET v = 'later' WHERE id < 3`);
  const second = await start(on, copy);
  // What was asked of the API is no part of what the database has.
  expect(await second.results('late')).toEqual([{n: ROWS}]);
  const after = await listen(second, 'few', before.lastId);
  await after.until((one) => one.named('snapshot').length === 1);
  expect(after.named('reset')).toMatchObject([{reason: 'other-epoch'}]);
  const fold = folded(after.named('snapshot'), after.messages());
  expect(byId(fold.rows('few'))).toEqual(await fewNow(on));
  after.close();
});
