import {expect, test} from 'vitest';
import {parseLsn} from '../../src/data/lsn.ts';
import {folded} from '../support/folded.ts';
import type {TestDatabase} from '../support/postgres.ts';
import {caughtUp, queryYaml, type TestService} from '../support/service.ts';
import {listen, servicesInTurn} from '../support/services-in-turn.ts';
import {TABLES} from '../support/tutorial.ts';
import {until} from '../support/until.ts';

const ALL = queryYaml('all', 'MATCH (m:metrics) RETURN m.id, m.name, m.value');
const HIGH = queryYaml('high', 'MATCH (m:metrics) WHERE m.value > 50 RETURN m.id, m.value');
const AVERAGE = queryYaml('average', 'SELECT avg(value) AS average, count(*) FROM metrics');

const planOf = async (service: TestService, id: string): Promise<string> =>
  (await fetch(`${service.addresses.api}/api/v1/queries/${id}/plan`)).text();

const rowsNow = async (database: TestDatabase) =>
  (await database.query('SELECT id, name, value::float8 FROM metrics ORDER BY id')).map((row) => ({
    ...row,
  }));

const byId = (rows: readonly Record<string, unknown>[]) =>
  [...rows].sort((a, b) => Number(a.id) - Number(b.id));

test('a client goes on over a restart, and hears of each change once', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const first = await start(ALL + HIGH + AVERAGE);
  const before = await listen(first);
  await database.query('UPDATE metrics SET value = value + 1');
  await caughtUp(first);
  await before.until((one) => one.messageCount === 3);
  before.close();
  await database.query('UPDATE metrics SET value = 99 WHERE id = 1');
  await caughtUp(first);
  const epoch = before.lastId!.split('-')[0];
  await stop();
  await database.query('DELETE FROM metrics WHERE id = 2');
  const second = await start(ALL + HIGH + AVERAGE);
  const after = await listen(second, before.lastId);
  await database.query('UPDATE metrics SET value = 98 WHERE id = 1');
  await caughtUp(second);
  await after.until((one) => one.messageCount === 9);
  expect(after.lastId!.split('-')[0]).toBe(epoch);
  expect([after.named('reset'), after.named('snapshot')]).toEqual([[], []]);
  const fold = folded(before.named('snapshot'), [...before.messages(), ...after.messages()]);
  expect(byId(fold.rows('all'))).toEqual(await rowsNow(database));
  after.close();
});

test('results are there at once, as they were, while the database is away', async () => {
  const {start, stop} = await servicesInTurn(TABLES);
  const first = await start(ALL + AVERAGE);
  const {results, sequence, lsn} = await first.get('/api/v1/queries/all/results');
  await stop();
  const away = async () => ({host: '127.0.0.1', port: 1});
  const second = await start(ALL + AVERAGE, {through: away});
  const now = await second.get('/api/v1/queries/all/results');
  expect(now).toMatchObject({results, sequence});
  // Others write into the log of that server, too: it may have heard of it before it stopped.
  expect(parseLsn(now.lsn)).toBeGreaterThanOrEqual(parseLsn(lsn)!);
  expect((await second.get('/api/v1/sources'))[0].status).not.toBe('Running');
});

test('a query that is another after a restart tells what that changes, and no other says a word', async () => {
  const {start, stop} = await servicesInTurn(TABLES);
  const first = await start(ALL + HIGH + AVERAGE);
  const before = await listen(first);
  await before.until((one) => one.named('snapshot').length === 3);
  const rows = folded(before.named('snapshot'), []).rows('high');
  before.close();
  await stop();
  const lower = queryYaml('high', 'MATCH (m:metrics) WHERE m.value > 40 RETURN m.id, m.value');
  const second = await start(ALL + lower);
  const after = await listen(second, before.lastId);
  await after.until((one) => one.messageCount === 2);
  const messages = after.messages();
  expect(messages.map(({queryId}) => queryId).sort()).toEqual(['average', 'high']);
  const high = messages.find(({queryId}) => queryId === 'high');
  expect([high.updated, high.deleted]).toEqual([[], []]);
  const fold = folded(before.named('snapshot'), messages);
  expect(fold.rows('high').length).toBe(rows.length + high.added.length);
  expect(high.added.length).toBeGreaterThan(0);
  expect(fold.rows('average')).toEqual([]);
  after.close();
});

test('a query that was added over the API is there after a restart, stopped ones stopped', async () => {
  const {start, stop} = await servicesInTurn(TABLES);
  const first = await start(ALL);
  const body = (text: string) =>
    `query: ${JSON.stringify(text)}\nsources: [{sourceId: db}]\nautoStart: true`;
  await first.send('PUT', '/api/v1/queries/added', body('MATCH (m:metrics) RETURN count(*) AS n'));
  await first.send('PUT', '/api/v1/queries/still', body('MATCH (m:metrics) RETURN m.id'));
  await first.send('PUT', '/api/v1/queries/gone', body('MATCH (m:metrics) RETURN m.id'));
  await first.send('POST', '/api/v1/queries/still/stop');
  await first.send('DELETE', '/api/v1/queries/gone');
  const results = await first.results('added');
  await stop();
  const second = await start(ALL);
  const queries = await second.get('/api/v1/queries');
  expect(queries.map(({id, status}: {id: string; status: string}) => [id, status])).toEqual([
    ['all', 'Running'],
    ['added', 'Running'],
    ['still', 'Stopped'],
  ]);
  expect(await second.results('added')).toEqual(results);
});

test('a slot that was lost while the service was away costs the net difference and no reset', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const first = await start(ALL);
  const before = await listen(first);
  await before.until((one) => one.named('snapshot').length === 1);
  before.close();
  await stop();
  await database.query(`SELECT pg_drop_replication_slot('${database.database}')`);
  await database.query('UPDATE metrics SET value = value + 1 WHERE id <= 2');
  await database.query('DELETE FROM metrics WHERE id = 3');
  const second = await start(ALL);
  await caughtUp(second);
  const after = await listen(second, before.lastId);
  await after.until((one) => one.messageCount === 1);
  const [message] = after.messages();
  expect([message.added.length, message.updated.length, message.deleted.length]).toEqual([0, 2, 1]);
  expect(message.transaction.kind).toBe('resync');
  const fold = folded(before.named('snapshot'), after.messages());
  expect(byId(fold.rows('all'))).toEqual(await rowsNow(database));
  expect(after.named('reset')).toEqual([]);
  after.close();
});

test('after a table was altered while the service was away, its rows are compared', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const first = await start(ALL);
  const before = await listen(first);
  await before.until((one) => one.named('snapshot').length === 1);
  before.close();
  await stop();
  await database.query("ALTER TABLE metrics ADD COLUMN shade text DEFAULT 'grey'");
  await database.query('UPDATE metrics SET value = 1 WHERE id = 1');
  const second = await start(ALL);
  await caughtUp(second);
  const after = await listen(second, before.lastId);
  await after.until((one) => one.messageCount === 1);
  expect(after.messages()[0].updated.map(({key}: {key: string}) => key)).toEqual(['1']);
  after.close();
});

test('what time functions remember is there after a restart, and what fell due meanwhile happens then', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const held = queryYaml(
    'held',
    "MATCH (m:metrics) WHERE drasi.trueFor(m.id = 1 AND m.value > 99, duration('PT2S')) RETURN m.id",
  );
  const before = queryYaml(
    'before',
    'MATCH (m:metrics) RETURN m.id, drasi.previousValue(m.value) AS earlier',
  );
  const first = await start(held + before);
  await database.query('UPDATE metrics SET value = 99.5 WHERE id = 1');
  await caughtUp(first);
  const earlier = await first.results('before');
  expect(earlier.find(({id}) => id === 1)!.earlier).not.toBeNull();
  const dueMs = Date.now() + 2000;
  await stop();
  await until(() => Date.now() > dueMs, {what: 'the moment at which it is due'});
  const second = await start(held + before);
  expect(await second.results('before')).toEqual(earlier);
  await until(async () => (await second.results('held')).length === 1, {what: 'the timer to fire'});
  expect(await second.results('held')).toEqual([{id: 1}]);
});

test('queries that share a part go on over a restart as they were, one that came later too', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const groups =
    'SELECT value > 50 AS high, count(*) AS n, sum(value) AS total FROM metrics GROUP BY 1';
  const counts = queryYaml('counts', groups);
  const many = queryYaml('many', `SELECT high FROM (${groups}) g WHERE n > 1`);
  const first = await start(counts + many);
  const before = await listen(first);
  await before.until((one) => one.named('snapshot').length === 2);
  const body = `query: "SELECT total FROM (${groups}) g"\nsources: [{sourceId: db}]\nautoStart: true`;
  await first.send('PUT', '/api/v1/queries/totals', body);
  expect(await planOf(first, 'totals')).toContain('(shared by 3 queries)');
  await database.query('UPDATE metrics SET value = value + 1 WHERE id = 1');
  await caughtUp(first);
  await before.until((one) => one.messageCount === 3);
  before.close();
  const results = await Promise.all(['counts', 'many', 'totals'].map(first.results));
  await stop();
  const second = await start(counts + many);
  expect(await Promise.all(['counts', 'many', 'totals'].map(second.results))).toEqual(results);
  const after = await listen(second, before.lastId);
  await database.query('UPDATE metrics SET value = value + 1 WHERE id = 1');
  await caughtUp(second);
  await after.until((one) => one.messageCount === 2);
  expect(after.messages().map(({queryId}) => queryId)).toEqual(['counts', 'totals']);
  expect([after.named('reset'), after.messages().flatMap(({added}) => added)]).toEqual([[], []]);
  expect(await planOf(second, 'counts')).toContain('(shared by 3 queries)');
  after.close();
});

/** A query of what was before, over a value that is set to one and then to another. */
const EARLIER = queryYaml(
  'earlier',
  'MATCH (m:metrics) WHERE m.id = 1 RETURN drasi.previousValue(m.value) AS earlier',
);
const setTwice = (before: number): string =>
  [before, 99]
    .map((value) => `UPDATE metrics SET value = ${value} WHERE id = 1`)
    .join('; COMMIT; ');

test('rows that went on while a query was stopped have no history for it, over a restart either', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const first = await start(EARLIER);
  await database.query(setTwice(50));
  await caughtUp(first);
  expect(await first.results('earlier')).toEqual([{earlier: 50}]);
  await first.send('POST', '/api/v1/queries/earlier/stop');
  await database.query(setTwice(70));
  await caughtUp(first);
  await stop();
  const second = await start(EARLIER);
  expect(await second.results('earlier')).toEqual([{earlier: null}]);
});

test('the same is so for one that a restart has stopped', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const first = await start(EARLIER);
  await database.query(setTwice(50));
  await caughtUp(first);
  await stop();
  const second = await start(EARLIER.replace('autoStart: true', 'autoStart: false'));
  await database.query(setTwice(70));
  await caughtUp(second);
  await second.send('POST', '/api/v1/queries/earlier/start');
  expect(await second.results('earlier')).toEqual([{earlier: null}]);
});
