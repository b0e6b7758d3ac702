import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {type TestService, testService} from '../support/service.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {QUERIES, TABLES} from '../support/tutorial.ts';

let service: TestService;
let client: SseClient;

beforeAll(async () => {
  service = await testService({sql: TABLES, queries: QUERIES});
});
afterAll(() => service.close());

beforeEach(async () => {
  client = await sseClient(`${service.addresses.api}/api/v1/events`);
  await eventsOf(RESTORE);
});
afterEach(() => client.close());

const RESTORE = `
  BEGIN;
  DELETE FROM metrics WHERE id > 5;
  UPDATE metrics SET unit = 'percent', updated_at = DEFAULT, value = CASE name
    WHEN 'cpu_usage' THEN 45.5 WHEN 'memory_usage' THEN 62.3 WHEN 'disk_usage' THEN 78.1
    WHEN 'request_rate' THEN 1250 ELSE 0.5 END;
  DELETE FROM alerts WHERE id > 1;
  UPDATE alerts SET acknowledged = false, message = 'Disk usage above 75%';
  COMMIT`;

let marks = 0;

/**
 * Runs a statement and answers the events it caused. Events go out in order: once that of
 * a further change is there, so is everything before it.
 */
async function eventsOf(sql: string) {
  const before = client.messages().length;
  await service.database.query(sql);
  marks += 1;
  const unit = `mark ${marks}`;
  await service.database.query("UPDATE metrics SET unit = $1 WHERE name = 'memory_usage'", [unit]);
  await client.until((one) => one.messages().at(-1)?.updated?.[0]?.after?.unit === unit);
  return client.messages().slice(before, -1);
}

/** `query: added/updated/deleted keys`, the shape of an event. */
// biome-ignore lint/suspicious/noExplicitAny: what a client sees
const shapes = (events: any[]): string[] =>
  events.map(({queryId, added, updated, deleted}) => {
    // biome-ignore lint/suspicious/noExplicitAny: what a client sees
    const keys = (rows: any[]) => rows.map(({key}) => key).join();
    return `${queryId}: +${keys(added)} ~${keys(updated)} -${keys(deleted)}`;
  });

test('the three queries answer with the rows of the tables', async () => {
  expect(await service.results('current-metrics')).toHaveLength(5);
  expect((await service.results('current-metrics'))[0]).toEqual({
    id: 1,
    name: 'cpu_usage',
    value: 45.5,
    unit: 'percent',
    updated_at: '2026-01-02T03:04:05.000006',
  });
  expect(await service.results('active-alerts')).toEqual([
    {id: 1, metric_name: 'disk_usage', severity: 'warning', message: 'Disk usage above 75%'},
  ]);
  expect(await service.results('critical-metrics')).toEqual([]);
});

test.each<[name: string, sql: string, shapes: string[]]>([
  [
    'an update over a threshold updates one result and adds to the other',
    "UPDATE metrics SET value = 85.5, updated_at = now() WHERE name = 'cpu_usage'",
    ['current-metrics: + ~1 -', 'critical-metrics: +1 ~ -'],
  ],
  [
    'an update under every threshold updates one result',
    "UPDATE metrics SET value = 2500 WHERE name = 'request_rate'",
    ['current-metrics: + ~4 -'],
  ],
  [
    'a new alert is added',
    "INSERT INTO alerts (id, metric_name, severity, message) VALUES (70, 'cpu_usage', 'critical', 'hot')",
    ['active-alerts: +70 ~ -'],
  ],
  [
    'an acknowledged alert is deleted',
    "UPDATE alerts SET acknowledged = true WHERE metric_name = 'disk_usage'",
    ['active-alerts: + ~ -1'],
  ],
  [
    'an update that changes nothing says nothing',
    "UPDATE metrics SET value = value WHERE name = 'cpu_usage'",
    [],
  ],
  [
    'a transaction that is rolled back says nothing',
    "BEGIN; UPDATE metrics SET value = 99; INSERT INTO alerts (metric_name, severity) VALUES ('x', 'y'); ROLLBACK",
    [],
  ],
  [
    'a rolled back savepoint is as if it never was',
    'BEGIN; UPDATE metrics SET value = 1 WHERE id = 4; SAVEPOINT s; UPDATE metrics SET value = 99 WHERE id = 1; ROLLBACK TO s; COMMIT',
    ['current-metrics: + ~4 -'],
  ],
  [
    'a row that came and went in one transaction is not told of',
    "BEGIN; INSERT INTO metrics (id, name, value) VALUES (60, 'a', 1); DELETE FROM metrics WHERE id = 60; COMMIT",
    [],
  ],
  [
    'many statements on one row are one update',
    'BEGIN; UPDATE metrics SET value = 1 WHERE id = 1; UPDATE metrics SET value = 2 WHERE id = 1; COMMIT',
    ['current-metrics: + ~1 -'],
  ],
  [
    'a changed key is a row that went and one that came',
    'UPDATE metrics SET id = 61 WHERE id = 5; UPDATE metrics SET id = 5 WHERE id = 61',
    ['current-metrics: +61 ~ -5', 'current-metrics: +5 ~ -61'],
  ],
])('%s', async (_name, sql, expected) => {
  const statements = sql.startsWith('BEGIN') ? [sql] : sql.split('; ');
  const events = [];
  for (const statement of statements) events.push(...(await eventsOf(statement)));
  expect(shapes(events.filter(({updated}) => updated[0]?.before?.unit !== 'end'))).toEqual(
    expected,
  );
});

test('a thousand rows of one transaction are one event for each query', async () => {
  const events = await eventsOf(
    "INSERT INTO metrics (id, name, value) SELECT n, 'cpu_usage', 81 FROM generate_series(1001, 2000) AS n",
  );
  expect(events.map(({queryId, added}) => [queryId, added.length])).toEqual([
    ['current-metrics', 1000],
    ['critical-metrics', 1000],
  ]);
  expect(events.map(({transaction}) => `${transaction.part}/${transaction.parts}`)).toEqual([
    '1/2',
    '2/2',
  ]);
  expect(new Set(events.map(({transaction}) => transaction.lsn)).size).toBe(1);
});

test('TRUNCATE empties the results', async () => {
  const held = await service.results('current-metrics');
  const events = await eventsOf(
    'BEGIN; TRUNCATE metrics, alerts; INSERT INTO metrics (id, name, value) VALUES (2, $$memory_usage$$, 1); COMMIT',
  );
  expect(shapes(events)).toEqual(['current-metrics: + ~2 -1,3,4,5', 'active-alerts: + ~ -1']);
  await service.database.query('DELETE FROM metrics');
  for (const {name, unit, value, updated_at} of held) {
    await service.database.query(
      'INSERT INTO metrics (id, name, unit, value, updated_at) SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4 FROM metrics',
      [name, unit, value, updated_at],
    );
  }
  await service.database.query(
    "INSERT INTO alerts (id, metric_name, severity, message) VALUES (1, 'disk_usage', 'warning', 'm')",
  );
});

test('events count without a gap, and their ids are what clients resume from', async () => {
  await eventsOf("UPDATE metrics SET value = 95 WHERE name = 'disk_usage'");
  const sequences = client.messages().map(({sequence}) => sequence);
  expect(sequences).toEqual(sequences.map((_, i) => sequences[0] + i));
  const ids = client.received.filter(({data, event}) => data && event === 'message');
  expect(ids.map(({id}) => Number(id?.split('-')[1]))).toEqual(sequences);
});
