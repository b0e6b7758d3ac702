import {afterEach, beforeEach, expect, test} from 'vitest';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {openProxy, type Wire} from '../support/proxy.ts';
import {type TestService, testService} from '../support/service.ts';
import {slotConfirmed} from '../support/slot-confirmed.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {QUERIES, TABLES} from '../support/tutorial.ts';
import {until} from '../support/until.ts';

const ends: (() => Promise<unknown> | undefined)[] = [];
beforeEach(() => void ends.splice(0));
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

async function freshDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  ends.push(() => database.drop());
  return database;
}

async function proxied(database: TestDatabase): Promise<Wire> {
  const wire = await openProxy(database);
  ends.push(() => wire.close());
  return wire;
}

async function service(database: TestDatabase, sql: string, wire?: Wire): Promise<TestService> {
  const through = wire && {through: async () => ({host: wire.host, port: wire.port})};
  const one = await testService({sql, queries: QUERIES, database, ...through});
  ends.push(() => one.stop());
  return one;
}

async function client(of: TestService): Promise<SseClient> {
  const one = await sseClient(`${of.addresses.api}/api/v1/events?queries=current-metrics`);
  ends.push(async () => one.close());
  return one;
}

test('of two services on one slot the second takes over within seconds when the first dies', async () => {
  const database = await freshDatabase();
  const [near, far] = [await proxied(database), await proxied(database)];
  const second = await service(database, TABLES, far);
  const told = await client(second);
  far.refuse();
  far.cut();
  const first = await service(database, '', near);
  far.admit();

  // Also while it is tried again, which is often.
  const problem = async () => (await second.get('/api/v1/sources/db')).state.problem;
  await until(async () => (await problem())?.code === 'slot-in-use', {what: 'the second to wait'});
  expect((await problem()).detail).toMatch(/"tailrace [0-9a-f]{16}"/);
  await database.query(
    'UPDATE metrics SET value = 99 WHERE id = 1; DELETE FROM metrics WHERE id = 2',
  );
  await until(async () => (await first.results('current-metrics')).length === 4);
  // Else the server would send it again, to whoever comes.
  const {receivedLsn: upTo} = await first.get('/api/v1/sources/db');
  await slotConfirmed(database, {upTo});

  // Who waits goes on to serve what it holds, and says of when that is.
  const held = await second.get('/api/v1/queries/current-metrics/results');
  expect(held.results).toHaveLength(5);
  expect(held.stale).toMatchObject({source: 'db', problem: {code: 'slot-in-use'}});
  expect(told.messageCount).toBe(0);

  // As the kernel closes what a killed process had open.
  near.refuse();
  near.cut();
  const diedAt = performance.now();
  await until(async () => (await second.get('/api/v1/sources/db')).status === 'Running', {
    limitMs: 5000,
    what: 'the second to take over',
  });
  expect(performance.now() - diedAt).toBeLessThan(5000);
  await told.until((one) => one.messageCount > 0);
  const [message] = told.messages();
  expect(message.transaction.kind).toBe('resync');
  expect([message.added, message.updated, message.deleted].map(({length}) => length)).toEqual([
    0, 1, 1,
  ]);
  expect(await second.results('current-metrics')).toHaveLength(4);
  expect(await second.get('/api/v1/queries/current-metrics/results')).not.toHaveProperty('stale');
  expect(told.ended).toBe(false);
});

test('a resync over HTTP compares, and clients are told what differed and no more', async () => {
  const database = await freshDatabase();
  const one = await service(database, TABLES);
  const told = await client(one);
  // Behind the back of the stream: the publication leaves updates out for a moment.
  await database.query(`ALTER PUBLICATION test_publication SET (publish = 'insert, delete')`);
  await database.query('UPDATE metrics SET value = 1 WHERE id = 3');
  await database.query(`ALTER PUBLICATION test_publication
    SET (publish = 'insert, update, delete, truncate')`);
  const {status, body} = await one.send('POST', '/api/v1/sources/db/resync');
  expect([status, body.success]).toEqual([202, true]);
  await told.until(({messageCount}) => messageCount > 0);
  const [message] = told.messages();
  expect(message.transaction.kind).toBe('resync');
  expect(message.updated).toEqual([
    expect.objectContaining({after: expect.objectContaining({id: 3, value: 1})}),
  ]);
  expect([message.added, message.deleted]).toEqual([[], []]);
});

test('the slot and the metrics are told over HTTP', async () => {
  const database = await freshDatabase();
  const one = await service(database, TABLES);
  await until(async () => (await one.get('/api/v1/sources/db')).status === 'Running');
  const slot = await one.get('/api/v1/sources/db/slot');
  expect(slot).toMatchObject({
    name: database.database,
    walStatus: 'reserved',
    limitBytes: 16 * 1024 ** 3,
    lost: null,
    blocker: {kind: 'none'},
  });
  expect(slot.retainedBytes).toBeGreaterThanOrEqual(slot.unconfirmedBytes);
  await client(one);
  const text = await (await fetch(`${one.addresses.api}/metrics`)).text();
  expect(text).toMatch(/^tailrace_api_stream_clients 1$/m);
  expect(text).toMatch(/^tailrace_source_slot_retained_bytes\{source="db"\} \d+$/m);
  expect(text).toMatch(/^tailrace_query_rows\{query="current-metrics"\} 5$/m);
  expect(text).toMatch(/^tailrace_source_state\{source="db",state="streaming"\} 1$/m);
});
