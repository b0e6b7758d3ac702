import {expect, onTestFinished, test} from 'vitest';
import {testDatabase} from '../support/postgres.ts';
import {openProxy} from '../support/proxy.ts';
import {queryYaml, type TestService, testService} from '../support/service.ts';
import {listen} from '../support/services-in-turn.ts';
import {sseClient} from '../support/sse-client.ts';

const SQL = 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)';
const QUERY = queryYaml('all', 'SELECT id FROM t');
const TABLES = ['tables: [public.t]'];
const RESULTS = '/api/v1/queries/all/results';

async function answer(service: TestService, path: string) {
  const response = await fetch(service.addresses.api + path);
  return {
    status: response.status,
    retryAfter: Number(response.headers.get('retry-after') ?? Number.NaN),
    ...(await response.json()),
  };
}

test('results of a query whose database cannot be reached say so, and what to look at', async () => {
  const service = await testService({
    ...{sql: SQL, queries: QUERY, settled: false},
    through: async () => ({host: '127.0.0.1', port: 1}),
    limits: '{clientProgressMs: 10}',
  });
  onTestFinished(() => service.close());
  const client = await sseClient(`${service.addresses.api}/api/v1/events?queries=all`);
  await client.until((one) => one.named('progress').at(-1)?.waiting?.problem != null);
  expect(client.named('progress').at(-1).waiting).toMatchObject({
    query: 'all',
    source: 'db',
    problem: {code: 'cannot-connect', hint: expect.stringContaining('pg_isready')},
  });
  client.close();
  const {status, retryAfter, error} = await answer(service, RESULTS);
  expect([status, retryAfter >= 1]).toEqual([503, true]);
  expect(error).toMatchObject({
    code: 'query-not-ready',
    detail: expect.stringMatching(
      /could not connect to Postgres at 127\.0\.0\.1:1\. .*ECONNREFUSED/,
    ),
    hint: 'check that Postgres listens there: pg_isready -h 127.0.0.1 -p 1',
    problem: {code: 'cannot-connect'},
  });
  const ready = await answer(service, '/ready');
  expect(ready.reasons).toMatchObject([
    {
      query: 'all',
      detail: expect.stringContaining('127.0.0.1:1'),
      problems: [{code: 'cannot-connect'}],
    },
  ]);
});

test('a second instance says which process has the slot, and its streams hear at once when it has ended', async () => {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const first = await testService({sql: SQL, queries: QUERY, database, source: TABLES});
  onTestFinished(() => first.stop());
  const more = {sql: 'SELECT 1', queries: QUERY, database, settled: false};
  const second = await testService({...more, source: [...TABLES, 'slotRetryMs: 50']});
  onTestFinished(() => second.stop());
  const client = await listen(second);
  await client.until((one) => one.named('progress').at(-1)?.waiting?.problem != null);
  const {error} = await answer(second, RESULTS);
  expect(error.detail).toMatch(
    /replication slot "tailrace_test_\w+" is in use\. Process \d+ of the/,
  );
  expect(error).toMatchObject({
    hint: expect.stringMatching(/pg_terminate_backend\(\d+\)/),
    problem: {code: 'slot-in-use'},
  });
  await first.stop();
  const begunMs = performance.now();
  await client.until((one) => one.named('progress').at(-1)?.waiting === null);
  // The heartbeat comes every ten seconds.
  expect(performance.now() - begunMs).toBeLessThan(8000);
  expect(client.messages().at(-1)).toMatchObject({queryId: 'all', added: [{key: '1'}, {key: '2'}]});
  client.close();
});

test('a source that loses its connection is told to streams at once, and when it is back', async () => {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const wire = await openProxy(database);
  onTestFinished(() => wire.close());
  const through = async () => wire;
  const service = await testService({sql: SQL, queries: QUERY, database, through, source: TABLES});
  onTestFinished(() => service.stop());
  const client = await listen(service);
  await client.until((one) => one.named('snapshot').length === 1);
  wire.refuse();
  wire.cut();
  const begunMs = performance.now();
  await client.until((one) => one.named('progress').at(-1)?.stale != null);
  expect(client.named('progress').at(-1).stale).toMatchObject({
    query: 'all',
    reason: 'source',
    source: 'db',
  });
  expect(performance.now() - begunMs).toBeLessThan(5000);
  wire.admit();
  await client.until((one) => one.named('progress').at(-1)?.stale === null);
  client.close();
});

test('a query that fails is told to streams at once, as what it is, and its source is well', async () => {
  const shares = queryYaml('shares', 'SELECT id, 1 / (id - 9) AS part FROM t');
  const service = await testService({sql: SQL, queries: shares, source: TABLES});
  onTestFinished(() => service.close());
  const client = await listen(service);
  await client.until((one) => one.named('snapshot').length === 1);
  const begunMs = performance.now();
  await service.database.query('INSERT INTO t VALUES (9)');
  await client.until((one) => one.named('progress').at(-1)?.stale != null);
  expect(performance.now() - begunMs).toBeLessThan(5000);
  const stale = {reason: 'query-failed', source: null, problem: {code: 'expression-failed'}};
  expect(client.named('progress').at(-1).stale).toMatchObject({query: 'shares', ...stale});
  const {data} = await answer(service, '/api/v1/queries/shares/results');
  expect(data).toMatchObject({count: 2, stale});
  await service.send('POST', '/api/v1/queries/shares/stop');
  expect(await service.get('/api/v1/queries/shares')).toMatchObject({
    status: 'Stopped',
    stale: {reason: 'query-stopped', source: null, problem: {code: 'query-stopped'}},
  });
  client.close();
});

test('a snapshot under way says how much of the rows it has read', async () => {
  const rows = 40_000;
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  await database.query(`
    CREATE TABLE t (id int PRIMARY KEY, v text);
    INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, ${rows}) i; ANALYZE t`);
  const wire = await openProxy(database);
  onTestFinished(() => wire.close());
  wire.slow(4_000_000);
  const more = {queries: QUERY, database, through: async () => wire, settled: false};
  const service = await testService({sql: 'SELECT 1', ...more, source: TABLES});
  onTestFinished(() => service.stop());
  const said = new Set<string>();
  for (;;) {
    const {error} = await answer(service, RESULTS);
    if (!error) break;
    said.add(error.detail);
  }
  // Which of them one comes to see is chance.
  const steps = [1, 2, 3].map(
    (step) =>
      `Its source "db" reads the first rows: ${10_000 * step} so far, about ${25 * step} % of 40000.`,
  );
  expect([...said].filter((detail) => steps.includes(detail))).not.toEqual([]);
});
