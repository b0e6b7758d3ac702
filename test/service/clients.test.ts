import {crc32} from 'node:zlib';
import {afterEach, expect, test} from 'vitest';
import {checksumOf} from '../../src/data/checksum.ts';
import {folded} from '../support/folded.ts';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {sseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const QUERIES =
  queryYaml('items', 'MATCH (i:items) RETURN i.id, i.value') +
  queryYaml('large', 'MATCH (i:items) WHERE i.value > 50 RETURN i.id, i.value');

async function serve(limits: string, reactions = '[]'): Promise<TestService> {
  const service = await testService({
    sql: `CREATE TABLE items (id int PRIMARY KEY, value int NOT NULL);
      INSERT INTO items SELECT n, n FROM generate_series(1, 100) AS n;
      CREATE PUBLICATION test_publication FOR TABLE items`,
    queries: QUERIES,
    limits,
    reactions,
  });
  return service;
}

test('a client that was away for long is told in short, and ends with what the database holds', async () => {
  const service = await serve('{clientBehindEvents: 20}');
  ends.push(() => service.close());
  const url = `${service.addresses.api}/api/v1/events`;
  const first = await sseClient(`${url}?snapshot=true`);
  await first.until(({lastId}) => lastId !== undefined);
  first.close();
  for (let round = 1; round <= 60; round++) {
    await service.database.query(
      `UPDATE items SET value = (value * 7 + ${round}) % 101 WHERE id % 10 = ${round % 10}`,
    );
  }
  await service.database.query('DELETE FROM items WHERE id > 90');
  await caughtUp(service);
  const again = await sseClient(url, {'Last-Event-ID': first.lastId!});
  ends.push(() => again.close());
  const last = (await service.get('/api/v1/queries/items/results')).sequence;
  await again.until(({lastId}) => Number(lastId?.split('-').at(-1)) >= last);

  expect(again.named('reset')).toEqual([]);
  expect(
    again
      .messages()
      .map(({queryId}) => queryId)
      .sort(),
  ).toEqual(['items', 'large']);
  expect(again.messages().every(({coalesced}) => coalesced)).toBe(true);
  // The net diffs follow on the snapshot: each `before` is what is held.
  let follows = again.messages()[0].from;
  const numbered = again.messages().map((message) => ({...message, sequence: follows++}));
  const fold = folded(first.named('snapshot'), numbered);
  for (const [id, sql] of [
    ['items', 'SELECT id, value FROM items ORDER BY id'],
    ['large', 'SELECT id, value FROM items WHERE value > 50 ORDER BY id'],
  ] as const) {
    const rows = [...fold.rows(id)].sort((a, b) => Number(a.id) - Number(b.id));
    expect(rows).toEqual(await service.database.query(sql));
  }
});

test('on the way down it is unready at once, streams end in time, each told to come back', async () => {
  const service = await serve('{drainMs: 2000}');
  ends.push(() => service.database.drop());
  const url = service.addresses.api;
  const clients = await Promise.all(
    Array.from({length: 150}, () => sseClient(`${url}/api/v1/events`)),
  );
  for (const client of clients) await client.until(({lastId}) => lastId !== undefined);
  const begun = performance.now();
  const stopping = service.stop();
  const ready = await fetch(`${url}/ready`);
  expect([ready.status, (await ready.json()).status]).toEqual([503, 'unready']);
  await stopping;
  expect(performance.now() - begun).toBeLessThan(2500);
  await until(() => clients.every(({ended}) => ended));
  for (const client of clients) {
    expect(client.named('bye')).toEqual([{reason: 'closing'}]);
    expect(Number(client.received.at(-1)?.retry)).toBeGreaterThanOrEqual(2000);
  }
});

test('the limits of the configuration are those of its streams', async () => {
  const service = await serve('{clientQueries: 1, snapshotRows: 120, clientsPerAddress: 1}');
  ends.push(() => service.close());
  const url = `${service.addresses.api}/api/v1/events`;
  for (const [query, code] of [
    ['queries=items,large', 'too-many-queries-asked'],
    ['snapshot=true', 'snapshot-too-large'],
  ]) {
    const answer = await fetch(`${url}?${query}`);
    expect((await answer.json()).error.code).toBe(code);
  }
  const one = await sseClient(`${url}?queries=items&snapshot=true`);
  ends.push(() => one.close());
  await one.until(({lastId}) => lastId !== undefined);
  expect(one.named('snapshot').flatMap(({rows}) => rows)).toHaveLength(100);
  const other = await sseClient(url);
  await other.until(({ended}) => ended);
  expect(other.named('bye')).toEqual([{reason: 'too-many-clients', limit: 'clientsPerAddress'}]);
});

test('what progress says of a result is what it comes to as the client was told it', async () => {
  const reaction = '{kind: sse, id: s, queries: [items, large], host: 127.0.0.1, port: 0, ';
  const service = await serve('{}', `[${reaction}heartbeatIntervalMs: 100}]`);
  ends.push(() => service.close());
  const client = await sseClient(`${service.addresses.streams[0]}?snapshot=true`);
  ends.push(() => client.close());
  for (let round = 1; round <= 30; round++) {
    await service.database.query(
      `UPDATE items SET value = (value * 7 + ${round}) % 101 WHERE id % 10 = ${round % 10}`,
    );
  }
  await service.database.query('DELETE FROM items WHERE id = 7');
  await caughtUp(service);
  const {sequence} = await service.get('/api/v1/queries/items/results');
  await client.until((one) => one.named('progress').at(-1)?.sequence >= sequence);
  const {results} = client.named('progress').at(-1);
  for (const id of ['items', 'large']) {
    const rows = await service.results(id);
    const texts = rows.map((row) => [String(row.id), JSON.stringify(row)] as const);
    expect(results[id]).toEqual(checksumOf(texts, {crc32}));
  }
  expect(results.items.count).toBe(99);
});

test("a reaction that is configured so tells each event in the words of Drasi's clients", async () => {
  const reaction = (id: string, more: string) =>
    `{kind: sse, id: ${id}, queries: [large], host: 127.0.0.1, port: 0, ${more}}`;
  const service = await serve(
    '{}',
    `[${reaction('theirs', 'format: drasi')}, ${reaction('ours', '')}]`,
  );
  ends.push(() => service.close());
  const clients = await Promise.all(service.addresses.streams.map((url) => sseClient(url)));
  for (const client of clients) ends.push(() => client.close());
  await service.database.query('UPDATE items SET value = 0 WHERE id = 77');
  for (const client of clients) await client.until(({messageCount}) => messageCount === 1);
  expect(clients.map((client) => client.messages()[0])).toMatchObject([
    {queryId: 'large', results: [{type: 'DELETE', data: {id: 77, value: 77}}]},
    {queryId: 'large', deleted: [{before: {id: 77, value: 77}}]},
  ]);
});
