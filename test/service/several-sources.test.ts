import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {silentLog} from '../../src/lib/log.ts';
import {folded} from '../support/folded.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {openProxy} from '../support/proxy.ts';
import {
  caughtUp,
  queryYaml,
  sourceYaml,
  type TestService,
  type TestServiceOptions,
  testService,
} from '../support/service.ts';
import {listen} from '../support/services-in-turn.ts';
import {until} from '../support/until.ts';

const TABLE = `
  CREATE TABLE items (id int PRIMARY KEY, v int NOT NULL, label text);
  INSERT INTO items SELECT n, n, repeat('x', 100) FROM generate_series(1, 20) AS n;
  CREATE PUBLICATION test_publication FOR TABLE items`;
const TEXT = 'SELECT id, v FROM items';

interface Two {
  readonly service: TestService;
  readonly other: TestDatabase;
}

/** A service of two databases, each with a query: `a` reads `db`, and `b` `other`. */
async function two(choices: Partial<TestServiceOptions> = {}): Promise<Two> {
  const other = await testDatabase();
  onTestFinished(() => other.drop());
  await other.query(TABLE);
  const service = await testService({
    ...{sql: TABLE, queries: queryYaml('a', TEXT) + queryYaml('b', TEXT, 'other')},
    ...{further: sourceYaml('other', other), ...choices},
  });
  onTestFinished(() => service.close());
  return {service, other};
}

/** Two databases with the table, and a folder for a store. */
async function stored() {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-sources-'));
  const [database, other] = [await testDatabase(), await testDatabase()];
  onTestFinished(async () => {
    await database.drop();
    await other.drop();
    await rm(path, {recursive: true, force: true});
  });
  await database.query(TABLE);
  await other.query(TABLE);
  return {path, database, other};
}

const bodyOf = (id: string, sourceId: string, text = TEXT): string =>
  `id: ${id}\nautoStart: true\nquery: ${text}\nsources: [{sourceId: ${sourceId}}]`;

async function sent(service: TestService, method: string, path: string, body?: string) {
  const {status, body: answer} = await service.send(method, `/api/v1/queries${path}`, body);
  expect([status, answer.error]).toEqual([200, null]);
  return answer.data;
}

const vOf = (rows: readonly Record<string, unknown>[], id: number): unknown =>
  rows.find((row) => row.id === id)?.v;

test('an event says of which source it is, in streams and in history', async () => {
  const {service} = await two();
  const sources = await Promise.all(
    ['a', 'b'].map(async (id) => {
      const {events} = await service.get(`/api/v1/queries/${id}/history`);
      return events.map(({transaction}: {transaction: {source: string}}) => transaction.source);
    }),
  );
  expect(sources).toEqual([['db'], ['other']]);
});

test('a position is one of the source that the query reads now, whatever it read before', async () => {
  const {service, other} = await two();
  await sent(service, 'POST', '', bodyOf('moved', 'db'));
  await sent(service, 'PUT', '/moved', bodyOf('moved', 'other'));
  await other.query('UPDATE items SET v = 1000 WHERE id = 1');
  await until(async () => vOf(await service.results('b'), 1) === 1000);
  // A result is as of where its source is, which moves on by itself; an event stands still.
  const {events: told} = await service.get('/api/v1/queries/b/history');
  const {lsn} = told.at(-1).transaction;
  await other.query('UPDATE items SET v = 2000 WHERE id = 1');
  await until(async () => vOf(await service.results('b'), 1) === 2000);
  // Its event at `db` is the newest, and is at a position of another log.
  await sent(service, 'PUT', '/moved', bodyOf('moved', 'db'));
  const past = await service.get(`/api/v1/queries/b/results?at=${lsn}`);
  expect([vOf(past.results, 1), past.lsn]).toEqual([1000, lsn]);
  const {events} = await service.get(`/api/v1/queries/moved/history?to=FFFF/0`);
  const sources = events.map(
    ({transaction}: {transaction: {source: string}}) => transaction.source,
  );
  expect(new Set(sources)).toEqual(new Set(['db']));
});

test('a source that was left out for a while has all its rows when it is back', async () => {
  const {path, database, other} = await stored();
  const alone: TestServiceOptions = {
    ...{sql: 'SELECT 1', database, queries: queryYaml('a', TEXT)},
    stateStore: {path, more: 'checkpointBytes: 1'},
  };
  const both: TestServiceOptions = {
    ...alone,
    queries: queryYaml('a', TEXT) + queryYaml('b', TEXT, 'other'),
    further: sourceYaml('other', other),
  };
  const first = await testService(both);
  await first.stop();
  const second = await testService(alone);
  for (let i = 0; i < 40; i++) {
    await database.query(`UPDATE items SET v = v + 1, label = repeat('y', 100 + v)`);
  }
  await caughtUp(second);
  await second.stop();
  await other.query('INSERT INTO items VALUES (100, 100)');
  const third = await testService(both);
  onTestFinished(() => third.stop());
  await until(async () => (await third.results('b')).some(({v}) => Number(v) === 100));
  expect(await third.results('b')).toHaveLength(21);
});

test('a query of the API whose source is left out is told in the log, with its text', async () => {
  const {path, database, other} = await stored();
  const alone = {sql: 'SELECT 1', database, queries: queryYaml('a', TEXT), stateStore: {path}};
  const first = await testService({...alone, further: sourceYaml('other', other)});
  await sent(first, 'POST', '', bodyOf('of-other', 'other', 'SELECT id AS mine FROM items'));
  await first.stop();
  const said: [string, unknown][] = [];
  const warn = (message: string, fields = {}) => void said.push([message, fields]);
  const second = await testService({...alone, log: {...silentLog, warn}});
  await second.stop();
  const text = expect.stringMatching(/"other".*SELECT id AS mine FROM items/s);
  expect(said).toEqual([[text, {query: 'of-other', code: 'source-left-out'}]]);
  // It is gone, and that is not told again.
  said.length = 0;
  await (await testService({...alone, log: {...silentLog, warn}})).stop();
  expect(said).toEqual([]);
});

test('a source that is given the name of another one holds its own rows, though their files are the same', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-swapped-'));
  const database = await testDatabase();
  await database.query(TABLE);
  const end = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
  const maker = await testDatabase();
  await maker.query(end, [database.database]);
  const other = await testDatabase({options: `TEMPLATE "${database.database}"`});
  onTestFinished(async () => {
    for (const one of [database, maker, other]) await one.drop();
    await rm(path, {recursive: true, force: true});
  });
  const queries = queryYaml('a', TEXT) + queryYaml('b', TEXT, 'other');
  const choices = {sql: 'SELECT 1', queries, stateStore: {path}};
  const first = await testService({...choices, database, further: sourceYaml('other', other)});
  await database.query('UPDATE items SET v = 100 WHERE id = 1');
  await until(async () => vOf(await first.results('a'), 1) === 100);
  await caughtUp(first);
  await first.stop();
  const swapped = {...choices, database: other, further: sourceYaml('other', database)};
  const second = await testService(swapped);
  onTestFinished(() => second.stop());
  const values = async () => [vOf(await second.results('a'), 1), vOf(await second.results('b'), 1)];
  await until(async () => (await values()).join() === '1,100', {what: 'each to have its own row'});
});

test('a query that was moved to a source without rows has none, and no position of the old one', async () => {
  const nowhere = {...(await testDatabase()), port: 1};
  onTestFinished(() => nowhere.drop());
  const {service} = await two({further: sourceYaml('other', nowhere), settled: false});
  await until(async () => (await service.get('/api/v1/queries/a')).status === 'Running');
  await sent(service, 'POST', '', bodyOf('none', 'db', 'SELECT id FROM items WHERE v < 0'));
  await sent(service, 'PUT', '/none', bodyOf('none', 'other', 'SELECT id FROM items WHERE v < 0'));
  const {lsn, status} = await service.get('/api/v1/queries/none');
  const {code, message} = await service.get('/api/v1/queries/none/results');
  expect([status, lsn, code, message]).toEqual([
    ...['Starting', null, 'query-not-ready', 'query "none" has no result yet'],
  ]);
});

test('the same is so for one that the configuration has moved, over a restart', async () => {
  const {path, database} = await stored();
  const nowhere = {...database, database: 'nowhere', port: 1};
  const choices = (sourceId: string): TestServiceOptions => ({
    ...{sql: 'SELECT 1', database, stateStore: {path}, settled: sourceId === 'db'},
    queries: queryYaml('none', 'SELECT id FROM items WHERE v < 0', sourceId),
    ...(sourceId === 'other' && {further: sourceYaml('other', nowhere)}),
  });
  const first = await testService(choices('db'));
  await first.stop();
  const second = await testService(choices('other'));
  onTestFinished(() => second.stop());
  const {lsn} = await second.get('/api/v1/queries/none');
  const {code} = await second.get('/api/v1/queries/none/results');
  expect([lsn, code]).toEqual([null, 'query-not-ready']);
});

test('what was told to be gone with its source is told to be there again', async () => {
  const {path, database, other} = await stored();
  const own = {sql: 'SELECT 1', stateStore: {path}, queries: queryYaml('a', TEXT), database};
  const first = await testService(own);
  await first.stop();
  const queries = queryYaml('b', TEXT, 'other');
  const second = await testService({...own, queries, database: other, sourceId: 'other'});
  await second.stop();
  const third = await testService(own);
  onTestFinished(() => third.stop());
  const told = new Set<string>();
  const {events} = await third.get('/api/v1/queries/a/history');
  for (const {added, deleted} of events) {
    for (const {key} of deleted) told.delete(key);
    for (const {key} of added) told.add(key);
  }
  expect([told.size, (await third.results('a')).length]).toEqual([20, 20]);
});

test('a checkpoint that is made while sources are restored has the rows of all of them', async () => {
  const {path, database, other} = await stored();
  const stateStore = {path, more: 'checkpointBytes: 100000000'};
  const queries = queryYaml('b', TEXT, 'other');
  // The store has it first, and the configuration last.
  const lone = {sql: 'SELECT 1', stateStore, queries, database: other, sourceId: 'other'};
  await (await testService(lone)).stop();
  const both: TestServiceOptions = {
    ...{sql: 'SELECT 1', stateStore, database, further: sourceYaml('other', other)},
    queries: queryYaml('a', TEXT) + queries,
  };
  await (await testService(both)).stop();
  const second = await testService({...both, stateStore: {path, more: 'checkpointBytes: 1'}});
  await until(async () => {
    const metrics = await (await fetch(`${second.addresses.api}/metrics`)).text();
    return /^tailrace_store_checkpoint_age_seconds \d/m.test(metrics);
  });
  await second.stop();
  const third = await testService(both);
  onTestFinished(() => third.stop());
  expect([await third.results('a'), await third.results('b')].map(({length}) => length)).toEqual([
    20, 20,
  ]);
});

test('a query that was moved to a source that is away shows its rows after every restart', async () => {
  const {path, database, other} = await stored();
  const wire = await openProxy(other);
  onTestFinished(() => wire.close());
  wire.refuse();
  const choices = (sourceId: string): TestServiceOptions => ({
    ...{sql: 'SELECT 1', database, stateStore: {path}, settled: sourceId === 'db'},
    queries: queryYaml('a', TEXT) + queryYaml('moved', TEXT, sourceId),
    further: sourceYaml('other', {...other, port: wire.port}),
  });
  for (const sourceId of ['db', 'other']) {
    const before = await testService({...choices(sourceId), settled: false});
    await until(async () => (await before.results('moved'))?.length === 20);
    await before.stop();
  }
  const third = await testService(choices('other'));
  onTestFinished(() => third.stop());
  expect(await third.results('moved')).toHaveLength(20);
  const client = await listen(third);
  await client.until((one) => one.named('snapshot').length === 2);
  await other.query('UPDATE items SET v = 100 WHERE id = 1');
  wire.admit();
  await client.until((one) => one.messages().some(({queryId}) => queryId === 'moved'));
  const rows = folded(client.named('snapshot'), client.messages()).rows('moved');
  expect([rows.length, vOf(rows, 1)]).toEqual([20, 100]);
  client.close();
});

test('what a query remembers is of the rows of its source, and of no other', async () => {
  const {path, database, other} = await stored();
  const text = 'MATCH (i:items) WHERE i.id = 1 RETURN drasi.previousValue(i.v) AS earlier';
  const choices = (sourceId: string): TestServiceOptions => ({
    ...{sql: 'SELECT 1', database, stateStore: {path}, further: sourceYaml('other', other)},
    queries: queryYaml('earlier', text, sourceId),
  });
  const first = await testService(choices('db'));
  await database.query(
    'UPDATE items SET v = 5 WHERE id = 1; COMMIT; UPDATE items SET v = 1 WHERE id = 1',
  );
  await caughtUp(first);
  expect(await first.results('earlier')).toEqual([{earlier: 5}]);
  await first.stop();
  const second = await testService(choices('other'));
  onTestFinished(() => second.stop());
  expect(await second.results('earlier')).toEqual([{earlier: null}]);
});
