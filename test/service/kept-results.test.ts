import {expect, onTestFinished, test} from 'vitest';
import {parseLsn} from '../../src/data/lsn.ts';
import {folded} from '../support/folded.ts';
import {openProxy} from '../support/proxy.ts';
import {caughtUp, queryYaml, type TestService} from '../support/service.ts';
import {listen, servicesInTurn} from '../support/services-in-turn.ts';
import {sseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';

const ROWS = `
  CREATE TABLE readings (id text PRIMARY KEY, total numeric, share int, note jsonb);
  INSERT INTO readings VALUES
    ('7', 95.00, 2, '{"a": [1, "}"]}'), ('b', 12.5, 1, NULL), ('c', 0, 5, '"x"')`;
const SHARES = queryYaml('shares', 'SELECT id, total / share AS part, note FROM readings');
const TOTALS = queryYaml('totals', 'SELECT sum(total) AS total FROM readings');
const RESULTS = '/api/v1/queries/shares/results';

const statusOf = async (service: TestService, id: string): Promise<string> =>
  (await service.get(`/api/v1/queries/${id}`)).status;

const texts = async (service: TestService): Promise<string> =>
  (await fetch(`${service.addresses.api}${RESULTS}?shape=array`)).text();

const csv = async (service: TestService): Promise<string> =>
  (await fetch(service.addresses.api + RESULTS, {headers: {Accept: 'text/csv'}})).text();

test('a query that fails goes on failing over a restart, with its last rows, and clients are told what differs once it is right', async () => {
  const {database, start, stop} = await servicesInTurn(ROWS, {
    source: ['tables: [public.readings]'],
  });
  const first = await start(SHARES + TOTALS);
  const before = await listen(first);
  await before.until((one) => one.named('snapshot').length === 2);
  const [rows, table] = [await texts(first), await csv(first)];
  await database.query(`
    UPDATE readings SET share = 0, total = 1 WHERE id = 'b'`);
  await until(async () => (await statusOf(first, 'shares')) === 'Error', {what: 'it to fail'});
  await before.until((one) => one.messageCount === 1);
  const failed = await first.get('/api/v1/queries/shares');
  before.close();
  await stop();

  const second = await start(SHARES + TOTALS);
  const shown = await second.get('/api/v1/queries/shares');
  expect(shown).toEqual(failed);
  expect(shown).toMatchObject({
    status: 'Error',
    count: 3,
    columns: [{name: 'id', type: 'text'}, {name: 'part', type: 'numeric'}, {name: 'note'}],
    stale: {
      reason: 'query-failed',
      source: null,
      since: failed.asOf,
      problem: {code: failed.error.code},
    },
  });
  expect([await texts(second), await csv(second)]).toEqual([rows, table]);
  const joined = await listen(second);
  await joined.until((one) => one.named('snapshot').length === 2);
  expect(folded(joined.named('snapshot'), []).rows('shares')).toEqual(
    folded(before.named('snapshot'), []).rows('shares'),
  );
  joined.close();

  const after = await listen(second, before.lastId);
  await database.query("UPDATE readings SET share = 4, total = 16 WHERE id = 'b'");
  await after.until((one) => one.messages().some(({queryId}) => queryId === 'shares'));
  const told = after.messages().filter(({queryId}) => queryId === 'shares');
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({
    added: [],
    deleted: [],
    updated: [{key: 'b', before: {part: 12.5}, after: {part: 4}}],
  });
  expect([after.named('reset'), after.messages()[0].sequence]).toEqual([
    [],
    before.messages().at(-1).sequence + 1,
  ]);
  const fold = folded(before.named('snapshot'), [...before.messages(), ...after.messages()]);
  await caughtUp(second);
  expect(fold.rows('shares')).toHaveLength(3);
  expect(await statusOf(second, 'shares')).toBe('Running');
  expect((await second.get(RESULTS)).stale).toBeUndefined();
  after.close();
});

test('what progress says of a kept result is what clients hold of it, and that it is stale', async () => {
  const {database, start, stop} = await servicesInTurn(ROWS, {
    source: ['tables: [public.readings]'],
  });
  const first = await start(SHARES);
  await database.query("UPDATE readings SET share = 0 WHERE id = 'b'");
  await until(async () => (await statusOf(first, 'shares')) === 'Error', {what: 'it to fail'});
  const reactions = `
  - kind: sse
    id: stream
    queries: [shares]
    host: 127.0.0.1
    port: 0
    heartbeatIntervalMs: 100`;
  await stop();
  const second = await start(SHARES, {reactions});
  const client = await sseClient(`${second.addresses.streams[0]}?snapshot=true`);
  await client.until((one) => one.named('progress').length > 0);
  expect(client.named('progress')[0]).toMatchObject({
    stale: {query: 'shares', reason: 'query-failed', problem: {code: 'expression-failed'}},
    results: {shares: {count: 3, stale: true}},
  });
  await database.query("UPDATE readings SET share = 1 WHERE id = 'b'");
  await client.until((one) => one.named('progress').at(-1)?.stale === null);
  expect(client.named('progress').at(-1).results.shares).not.toHaveProperty('stale');
  client.close();
});

test('a query that was stopped keeps its result over a restart, and says a word when it is dropped', async () => {
  const {start, stop} = await servicesInTurn(ROWS, {source: ['tables: [public.readings]']});
  const first = await start(SHARES + TOTALS);
  await first.send('POST', '/api/v1/queries/shares/stop');
  const rows = await texts(first);
  await stop();
  const still = SHARES.replace('autoStart: true', 'autoStart: false');
  const second = await start(still + TOTALS);
  expect([await statusOf(second, 'shares'), await texts(second)]).toEqual(['Stopped', rows]);
  const client = await listen(second);
  await client.until((one) => one.named('snapshot').length === 2);
  await second.send('DELETE', '/api/v1/queries/shares');
  await client.until((one) => one.messageCount === 1);
  expect(client.messages()[0]).toMatchObject({queryId: 'shares', added: [], updated: []});
  expect(client.messages()[0].deleted).toHaveLength(3);
  client.close();
});

test('a query whose source has another name shows its result until the source has brought its rows', async () => {
  const {database, start, stop} = await servicesInTurn(ROWS, {
    source: ['tables: [public.readings]'],
  });
  const first = await start(SHARES + TOTALS);
  const before = await listen(first);
  await before.until((one) => one.named('snapshot').length === 2);
  const rows = await texts(first);
  const {lsn} = await first.get(RESULTS);
  before.close();
  await stop();
  await database.query("UPDATE readings SET total = 10 WHERE id = '7'");

  const wire = await openProxy(database);
  onTestFinished(() => wire.close());
  wire.refuse();
  const through = async () => wire;
  const renamed = {sourceId: 'other', through, settled: false} as const;
  const second = await start(
    (SHARES + TOTALS).replaceAll('sourceId: db', 'sourceId: other'),
    renamed,
  );
  const shown = await second.get(RESULTS);
  expect(shown).toMatchObject({count: 3, stale: {source: 'other'}});
  // Others write into the log of that server, too: it may have heard of it before it stopped.
  expect(parseLsn(shown.lsn)).toBeGreaterThanOrEqual(parseLsn(lsn)!);
  expect(await texts(second)).toBe(rows);
  const after = await listen(second, before.lastId);
  wire.admit();
  await after.until((one) => one.messageCount === 2);
  const fold = folded(before.named('snapshot'), after.messages());
  expect(after.messages().flatMap(({added, deleted}) => [...added, ...deleted])).toEqual([]);
  expect(fold.rows('totals')).toEqual([{total: 22.5}]);
  expect((await second.get(RESULTS)).stale).toBeUndefined();
  after.close();
});

test('a query that waits for a source of another name can be dropped, over a restart too', async () => {
  const {start, stop} = await servicesInTurn(ROWS, {source: ['tables: [public.readings]']});
  await start(TOTALS);
  await stop();
  const away = async () => ({host: '127.0.0.1', port: 1});
  const renamed = {sourceId: 'other', through: away, settled: false} as const;
  const other = TOTALS.replace('sourceId: db', 'sourceId: other');
  const second = await start(other, renamed);
  const client = await listen(second);
  await client.until((one) => one.named('snapshot').length === 1);
  expect(client.named('snapshot')[0].rows).toHaveLength(1);
  await second.send('DELETE', '/api/v1/queries/totals');
  await client.until((one) => one.messageCount === 1);
  expect(client.messages()[0].deleted).toHaveLength(1);
  client.close();
  await stop();
  const third = await start(SHARES.replace('sourceId: db', 'sourceId: other'), renamed);
  expect((await third.get('/api/v1/queries')).map(({id}: {id: string}) => id)).toEqual(['shares']);
});

test('a query that never had a result has none after a restart either', async () => {
  const {start, stop} = await servicesInTurn(ROWS, {source: ['tables: [public.readings]']});
  const first = await start(TOTALS);
  const {status} = await first.send(
    'POST',
    '/api/v1/queries',
    'id: idle\nquery: SELECT id FROM readings\nsources: [{sourceId: db}]\nautoStart: false',
  );
  expect(status).toBe(200);
  const before = await first.get('/api/v1/queries/idle');
  expect(before).toMatchObject({status: 'Stopped', sequence: null, asOf: null});
  await stop();

  const second = await start(TOTALS);
  const idle = () => second.get('/api/v1/queries/idle');
  await until(async () => (await idle()).stale === null, {what: 'the source to be read again'});
  expect(await idle()).toEqual(before);
  expect(await second.get('/api/v1/queries/idle/results')).toMatchObject({
    code: 'query-not-ready',
  });
});

test('a result that waits for a source of another name is shown after every restart', async () => {
  const {start, stop} = await servicesInTurn(ROWS, {source: ['tables: [public.readings]']});
  const first = await start(SHARES + TOTALS);
  const rows = await texts(first);
  const {lsn} = await first.get(RESULTS);
  await stop();
  const away = async () => ({host: '127.0.0.1', port: 1});
  const renamed = {sourceId: 'other', through: away, settled: false} as const;
  const moved = (SHARES + TOTALS).replaceAll('sourceId: db', 'sourceId: other');
  await start(moved, renamed);
  await stop();
  const third = await start(moved, renamed);
  const shown = await third.get(RESULTS);
  expect(shown).toMatchObject({count: 3, stale: {source: 'other'}});
  expect(parseLsn(shown.lsn)).toBeGreaterThanOrEqual(parseLsn(lsn)!);
  expect(await texts(third)).toBe(rows);
});

/** Begins the service twice more, and expects the query as it is now; its source goes on. */
async function standsOverTwoStarts(
  id: string,
  queries: string,
  {database, start, stop}: Awaited<ReturnType<typeof servicesInTurn>>,
): Promise<void> {
  const view = async (service: TestService) => {
    const {autoStart: _, ...rest} = await service.get(`/api/v1/queries/${id}`);
    return rest;
  };
  let service = await start(queries);
  const stood = await view(service);
  for (const life of ['second', 'third']) {
    await database.query('INSERT INTO elsewhere VALUES (1)');
    await caughtUp(service);
    await stop();
    service = await start(queries);
    expect(await view(service), `in its ${life} life`).toEqual(stood);
  }
}

test.each([
  ['was stopped', 'SELECT id, total FROM readings', 3],
  ['was stopped without a row', 'SELECT id, total FROM readings WHERE total > 1000', 0],
])(
  'a result that %s stands where it stood, however often the service is started',
  async (_how, text, count) => {
    const turns = await servicesInTurn(`${ROWS}; CREATE TABLE elsewhere (n int)`, {
      source: ['tables: [public.readings]'],
    });
    const first = await turns.start(TOTALS);
    const body = `id: still\nquery: ${text}\nsources: [{sourceId: db}]\nautoStart: true`;
    await first.send('POST', '/api/v1/queries', body);
    await first.send('POST', '/api/v1/queries/still/stop');
    expect(await first.get('/api/v1/queries/still')).toMatchObject({status: 'Stopped', count});
    await turns.stop();
    await standsOverTwoStarts('still', TOTALS, turns);
  },
);

test('a result that a query fails over stands where it stood, however often the service is started', async () => {
  const turns = await servicesInTurn(`${ROWS}; CREATE TABLE elsewhere (n int)`, {
    source: ['tables: [public.readings]'],
  });
  const first = await turns.start(SHARES);
  await turns.database.query("UPDATE readings SET share = 0 WHERE id = 'b'");
  await until(async () => (await statusOf(first, 'shares')) === 'Error', {what: 'it to fail'});
  await turns.stop();
  await standsOverTwoStarts('shares', SHARES, turns);
});

test('what a source shows that is not started is marked stale', async () => {
  const tables = 'tables: [public.readings]';
  const {start, stop} = await servicesInTurn(ROWS, {source: [tables]});
  const rows = await texts(await start(SHARES));
  await stop();
  const second = await start(SHARES, {source: [tables, 'autoStart: false'], settled: false});
  expect(await texts(second)).toBe(rows);
  expect(await second.get(RESULTS)).toMatchObject({
    count: 3,
    stale: {reason: 'source', source: 'db', problem: null},
  });
});
