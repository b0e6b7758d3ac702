import pg from 'pg';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {random} from '../../src/lib/random.ts';
import {testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {openProxy, type Wire} from '../support/proxy.ts';
import {type TestService, testService} from '../support/service.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {QUERIES, TABLES} from '../support/tutorial.ts';
import {until} from '../support/until.ts';

const ends: (() => Promise<unknown> | undefined)[] = [];
beforeEach(() => void ends.splice(0));
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

/** Waits until the result is what the database holds, and answers it. */
async function agrees(service: TestService): Promise<void> {
  const rows = await service.database.query(
    "SELECT coalesce(json_agg(json_build_object('id', id, 'value', value) ORDER BY id), '[]') AS rows FROM metrics",
  );
  await until(
    async () => {
      const results = await service.results('current-metrics');
      const held = results.map(({id, value}) => ({id, value}));
      return JSON.stringify(held) === JSON.stringify(rows[0]!.rows);
    },
    {what: 'the result to be what the database holds', limitMs: 20_000},
  );
}

/** The rows of `current-metrics` that a client has, by what it was told; a gap or repeat throws. */
function fold(messages: readonly Message[], base: readonly Record<string, unknown>[]) {
  const rows = new Map(base.map((row) => [String(row.id), row]));
  let last: number | undefined;
  for (const {sequence, queryId, added, updated, deleted} of messages) {
    if (last !== undefined && sequence !== last + 1)
      throw new Error(`event ${sequence} follows on ${last}`);
    last = sequence;
    if (queryId !== 'current-metrics') continue;
    for (const {key, after} of [...added, ...updated]) rows.set(key, after!);
    for (const {key} of deleted) {
      if (!rows.delete(key)) throw new Error(`row ${key} is deleted twice`);
    }
  }
  return [...rows.values()].sort((a, b) => Number(a.id) - Number(b.id));
}

interface Message {
  readonly sequence: number;
  readonly queryId: string;
  readonly added: readonly EventRow[];
  readonly updated: readonly EventRow[];
  readonly deleted: readonly EventRow[];
}
type EventRow = {readonly key: string; readonly after?: Record<string, unknown>};

test('after Postgres was stopped and started again, no change is missing or doubled', async () => {
  const server: TestServer = await startServer();
  ends.push(() => server.dispose());
  const database = await testDatabase({server});
  const service = await testService({sql: TABLES, queries: QUERIES, database});
  ends.push(() => service.stop());
  const base = await service.results('current-metrics');
  const client = await sseClient(`${service.addresses.api}/api/v1/events`);
  ends.push(async () => client.close());

  for (const mode of ['fast', 'immediate'] as const) {
    await withSession(server, database.database, 'UPDATE metrics SET value = value + 1');
    await server.stop(mode);
    await until(async () => (await service.get('/api/v1/sources'))[0].status !== 'Running');
    await server.start();
    await withSession(
      server,
      database.database,
      "UPDATE metrics SET value = value + 10 WHERE id < 3; INSERT INTO metrics (name, value) VALUES ('born', 1)",
    );
    await until(async () => (await service.results('current-metrics')).at(-1)?.name === 'born', {
      limitMs: 20_000,
      what: `the service to come back after ${mode}`,
    });
    const results = await service.results('current-metrics');
    await client.until(
      (one) => JSON.stringify(fold(one.messages(), base)) === JSON.stringify(results),
    );
    await withSession(server, database.database, "DELETE FROM metrics WHERE name = 'born'");
    await until(async () => (await service.results('current-metrics')).length === base.length);
  }
}, 90_000);

test('a network that is cut again and again loses and doubles nothing', async () => {
  let wire: Wire | undefined;
  const service = await testService({
    sql: TABLES,
    queries: QUERIES,
    through: async (database) => {
      wire = await openProxy(database);
      return wire;
    },
  });
  ends.push(() => service.database.drop());
  ends.push(() => wire?.close());
  ends.push(() => service.stop());
  const base = await service.results('current-metrics');
  const client = await sseClient(`${service.addresses.api}/api/v1/events`);
  ends.push(async () => client.close());

  const chance = random(7);
  for (let i = 0; i < 60; i++) {
    await service.database.query(
      'BEGIN; UPDATE metrics SET value = value + 1 WHERE id = 1; UPDATE metrics SET value = value - 1 WHERE id = 4; COMMIT',
    );
    if (chance() < 0.2) wire!.cut();
    if (chance() < 0.2) wire!.fragment(1 + Math.floor(chance() * 7));
  }
  await agrees(service);
  const results = await service.results('current-metrics');
  await client.until(
    (one) => JSON.stringify(fold(one.messages(), base)) === JSON.stringify(results),
  );
  const updates = client.messages().filter(({queryId}) => queryId === 'current-metrics');
  expect(updates).toHaveLength(60);
  expect(wire!.accepted).toBeGreaterThan(4);
}, 60_000);

test('ten clients that are killed and resume in the middle of writes see every event once', async () => {
  const service = await testService({sql: TABLES, queries: QUERIES});
  ends.push(() => service.close());
  const base = await service.results('current-metrics');
  const url = `${service.addresses.api}/api/v1/events`;
  const chance = random(11);
  let writing = true;

  async function live(): Promise<Message[]> {
    const heard: Message[] = [];
    let lastId: string | undefined;
    while (true) {
      const client: SseClient = await sseClient(url, lastId ? {'Last-Event-ID': lastId} : {});
      const wanted = 1 + Math.floor(chance() * 25);
      await until(() => !writing || client.messages().length >= wanted, {limitMs: 30_000});
      if (!writing) {
        const last = (await service.get('/api/v1/queries/current-metrics/results')).sequence;
        await client.until((one) => Number(one.lastId?.split('-')[1] ?? -1) >= last);
      }
      client.close();
      heard.push(...client.messages());
      expect(client.named('reset')).toEqual([]);
      lastId = client.lastId ?? lastId;
      if (!writing) return heard;
    }
  }

  const clients = Array.from({length: 10}, live);
  for (let i = 0; i < 300; i++) {
    await service.database.query(`UPDATE metrics SET value = ${i} WHERE id = ${1 + (i % 5)}`);
  }
  await agrees(service);
  writing = false;

  const results = await service.results('current-metrics');
  for (const heard of await Promise.all(clients)) {
    expect(fold(heard, base)).toEqual(results);
    expect(heard.length).toBeGreaterThanOrEqual(300);
  }
}, 60_000);

/** In a session of its own: the server was stopped under the others. */
async function withSession(
  {host, port, user, password}: TestServer,
  database: string,
  sql: string,
): Promise<void> {
  const session = new pg.Client({host, port, user, password, database});
  await session.connect();
  await session.query(sql);
  await session.end();
}
