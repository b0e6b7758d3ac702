import {expect, onTestFinished, test} from 'vitest';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {sseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';

async function serve(query: string): Promise<TestService> {
  const service = await testService({
    sql: `CREATE TABLE items (id int PRIMARY KEY, value int NOT NULL);
      INSERT INTO items SELECT n, n FROM generate_series(1, 5) AS n;
      CREATE PUBLICATION test_publication FOR TABLE items`,
    queries: queryYaml('q', query),
    limits: '{queryRetryMs: 50}',
  });
  onTestFinished(() => service.close());
  return service;
}

async function snapshotOf(service: TestService): Promise<unknown[]> {
  const client = await sseClient(`${service.addresses.api}/api/v1/events?snapshot=true`);
  onTestFinished(() => client.close());
  await client.until(({lastId}) => lastId !== undefined);
  return client.named('snapshot');
}

test('rows that read the same in columns of other types are not sent as they were', async () => {
  const service = await serve('SELECT id, value FROM items');
  const before = await snapshotOf(service);
  const text = 'SELECT id, value::numeric AS value FROM items';
  const body = `query: ${text}\nsources: [{sourceId: db}]`;
  expect((await service.send('PUT', '/api/v1/queries/q', body)).status).toBe(200);
  expect(await snapshotOf(service)).toEqual(before);
});

test('the tag of a failed result is another one when it fails for another row', async () => {
  const service = await serve('SELECT id, 10 / value AS part FROM items');
  const url = `${service.addresses.api}/api/v1/queries/q/results`;
  const answer = async (): Promise<{tag: string | null; stale: string}> => {
    const response = await fetch(url);
    const {data} = await response.json();
    return {tag: response.headers.get('etag'), stale: JSON.stringify(data.stale)};
  };
  await service.database.query('UPDATE items SET value = 0 WHERE id = 1');
  await caughtUp(service);
  const first = await answer();
  await service.database.query('UPDATE items SET value = 2 - id WHERE id < 3');
  await caughtUp(service);
  await until(async () => (await answer()).stale !== first.stale);
  const second = await answer();
  expect(second.tag).not.toBe(first.tag);
  const again = await fetch(url, {headers: {'If-None-Match': first.tag!}});
  expect(again.status).toBe(200);
});

test('rows that stay under a key of another type are updated, and named once', async () => {
  const service = await serve(
    'SELECT value % 2 AS odd, count(*) AS n FROM items GROUP BY value % 2',
  );
  const client = await sseClient(`${service.addresses.api}/api/v1/events`);
  onTestFinished(() => client.close());
  const odd = '(value % 2)::text';
  const text = `SELECT ${odd} AS odd, count(*) AS n FROM items GROUP BY ${odd}`;
  await service.send('PUT', '/api/v1/queries/q', `query: ${text}\nsources: [{sourceId: db}]`);
  await client.until(({messageCount}) => messageCount > 0);
  const [{added, updated, deleted}] = client.messages();
  expect([added, deleted]).toEqual([[], []]);
  expect(updated).toContainEqual({key: '1', before: {odd: 1, n: 3}, after: {odd: '1', n: 3}});
});

test('a cursor stands where it stood when keys become texts', async () => {
  const service = await serve('SELECT value AS v, count(*) AS n FROM items GROUP BY value');
  const {cursor} = await service.get('/api/v1/queries/q/results?limit=2');
  const text = 'SELECT value::text AS v, count(*) AS n FROM items GROUP BY value::text';
  await service.send('PUT', '/api/v1/queries/q', `query: ${text}\nsources: [{sourceId: db}]`);
  const {results} = await service.get(`/api/v1/queries/q/results?limit=9&cursor=${cursor}`);
  expect(results.map(({v}: {v: string}) => v)).toEqual(['3', '4', '5']);
});
