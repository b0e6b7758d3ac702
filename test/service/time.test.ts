import {afterEach, beforeEach, expect, test} from 'vitest';
import {openProxy, type Wire} from '../support/proxy.ts';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';

const ends: (() => Promise<unknown> | undefined)[] = [];
beforeEach(() => void ends.splice(0));
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

const TABLES = `
  CREATE TABLE readings (
    id int PRIMARY KEY, value float8, at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE TABLE invoices (id int PRIMARY KEY, status text, due timestamptz);
  CREATE PUBLICATION test_publication FOR TABLE readings, invoices;`;

const QUERIES = [
  queryYaml(
    'fresh',
    `MATCH (r:readings) WHERE r.at > datetime() - duration({milliseconds: 400})
     RETURN r.id AS id, (r.at + duration({milliseconds: 400})).epochMillis AS due`,
  ),
  queryYaml(
    'hot',
    `MATCH (r:readings) WHERE drasi.trueFor(r.value > 30, duration({milliseconds: 500}))
     RETURN r.id AS id, drasi.changeDateTime(r).epochMillis AS changed`,
  ),
  queryYaml(
    'overdue',
    `MATCH (i:invoices) WHERE drasi.trueLater(i.status = 'unpaid', i.due)
     RETURN i.id AS id, datetime(i.due).epochMillis AS due`,
  ),
].join('');

interface Message {
  readonly sequence: number;
  readonly queryId: string;
  readonly added: readonly {readonly after: Row}[];
  readonly deleted: readonly {readonly before: Row}[];
  readonly transaction: {readonly kind: string; readonly lsn: string; readonly commitTime: number};
}
type Row = {readonly id: number; readonly due: number; readonly changed: number};

async function started(
  options: Partial<Parameters<typeof testService>[0]> = {},
): Promise<{service: TestService; client: SseClient}> {
  const service = await testService({sql: TABLES, queries: QUERIES, ...options});
  ends.push(() => service.close());
  const client = await sseClient(`${service.addresses.api}/api/v1/events`);
  ends.push(async () => client.close());
  return {service, client};
}

const told = (client: SseClient, queryId: string): readonly Message[] =>
  (client.messages() as Message[]).filter((message) => message.queryId === queryId);

function expectConsecutive(client: SseClient): void {
  const sequences = (client.messages() as Message[]).map(({sequence}) => sequence);
  expect(sequences).toEqual(sequences.map((_, i) => (sequences[0] ?? 1) + i));
}

/** What something comes to, and how long it takes on this machine, in whole milliseconds. */
async function timed<T>(act: () => Promise<T>): Promise<[T, number]> {
  const sinceMs = performance.now();
  const made = await act();
  return [made, Math.ceil(performance.now() - sinceMs)];
}

/** A timer's transaction is made when it is due, or later, and never earlier. */
const expectDue = ({transaction}: Message, dueMs: number): void => {
  expect(transaction.kind).toBe('timer');
  expect(transaction.commitTime / 1000 - dueMs).toBeGreaterThanOrEqual(0);
};

test('rows leave a moving window by themselves, in the order in which they are due', async () => {
  const {service, client} = await started();
  for (let id = 1; id <= 8; id++) {
    await service.database.query(`INSERT INTO readings (id, value) VALUES (${id}, 1)`);
  }
  const left = () => told(client, 'fresh').flatMap(({deleted}) => deleted.map((row) => row.before));
  await client.until(() => left().length === 8);
  expect(left().map(({id}) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  for (const message of told(client, 'fresh')) {
    // A row is due at a whole millisecond at the earliest: what is told of it is cut to one.
    for (const {before} of message.deleted) expectDue(message, before.due);
  }
  expect(await service.results('fresh')).toEqual([]);
  expectConsecutive(client);
  await caughtUp(service);
});

test('a condition that holds long enough is told when it does, and not if it breaks', async () => {
  const {service, client} = await started();
  // Two commits in one request: however late we are, the second comes right after the first.
  await service.database.query(`
    BEGIN; INSERT INTO readings (id, value) VALUES (1, 40), (2, 40), (3, 10); COMMIT;
    BEGIN; UPDATE readings SET value = 20 WHERE id = 2; COMMIT`);
  await client.until(() => told(client, 'hot').length > 0);
  const [first] = told(client, 'hot');
  expect(first!.added.map(({after}) => after.id)).toEqual([1]);
  expectDue(first!, first!.added[0]!.after.changed + 500);
  await service.database.query('UPDATE readings SET value = 45 WHERE id = 1 OR id = 2');
  await client.until(() => told(client, 'hot').length >= 3);
  const [, update, second] = told(client, 'hot');
  expect(update!.transaction.kind).toBe('stream');
  expect(second!.added.map(({after}) => after.id)).toEqual([2]);
  expectDue(second!, second!.added[0]!.after.changed + 500);
  expectConsecutive(client);
});

test('what is due before a change commits is told before it, as a step of its own', async () => {
  const {service, client} = await started();
  await service.database.query(`
    INSERT INTO invoices VALUES (1, 'unpaid', clock_timestamp() + interval '300 ms')`);
  // In the transaction that pays it, the moment passes: its commit is after the invoice was due.
  await service.database.query(`
    BEGIN; UPDATE invoices SET status = 'paid'; SELECT pg_sleep(0.6); COMMIT`);
  await client.until(() => told(client, 'overdue').length >= 2);
  const [entered, left] = told(client, 'overdue');
  expect([entered!.transaction.kind, left!.transaction.kind]).toEqual(['timer', 'stream']);
  expectDue(entered!, entered!.added[0]!.after.due);
  expect(left!.transaction.commitTime).toBeGreaterThanOrEqual(entered!.transaction.commitTime);
  expectConsecutive(client);
});

test('timers survive a source that is away: nothing is told meanwhile, and all of it after', async () => {
  let wire: Wire | undefined;
  const {service, client} = await started({
    through: async (database) => {
      wire = await openProxy(database);
      ends.push(() => wire?.close());
      return wire;
    },
  });
  const [, knownMs] = await timed(async () => {
    await service.database.query('INSERT INTO readings (id, value) VALUES (1, 1)');
    await caughtUp(service);
  });
  // Known before they are due, on a machine that is busy, too.
  const dueMs = 500 + 4 * knownMs;
  await service.database.query(`
    INSERT INTO invoices SELECT n, 'unpaid', clock_timestamp() + interval '${dueMs} ms'
    FROM generate_series(1, 3) AS n`);
  await caughtUp(service);
  wire!.refuse();
  wire!.cut();
  const paid = await service.database.query<{ms: number}>(`
    UPDATE invoices SET status = 'paid' WHERE id = 2
    RETURNING (extract(epoch FROM due) * 1000)::float8 AS ms`);
  await until(() => Date.now() > paid[0]!.ms + 200, {limitMs: 10_000 + dueMs});
  expect(told(client, 'overdue')).toEqual([]);
  wire!.admit();
  await client.until(() => told(client, 'overdue').flatMap(({added}) => added).length >= 2);
  const rows = told(client, 'overdue').flatMap(({added}) => added.map(({after}) => after.id));
  expect(rows.sort()).toEqual([1, 3]);
  expect((await service.results('overdue')).map(({id}) => id)).toEqual([1, 3]);
  expectConsecutive(client);
});

test('after a restart, moments that stand in the rows are waited for again', async () => {
  const [{service}, startMs] = await timed(started);
  const {database} = service;
  // Not due before the service has started again, on a machine that is busy, too.
  const dueMs = 500 + 2 * startMs;
  await database.query(`
    INSERT INTO invoices VALUES (1, 'unpaid', clock_timestamp() + interval '${dueMs} ms'),
      (2, 'unpaid', clock_timestamp() - interval '1 hour')`);
  await caughtUp(service);
  await service.stop();
  const again = await testService({sql: 'SELECT', queries: QUERIES, database});
  ends.push(() => again.stop());
  expect((await again.results('overdue')).map(({id}) => id)).toEqual([2]);
  const client = await sseClient(`${again.addresses.api}/api/v1/events`);
  ends.push(async () => client.close());
  await until(() => told(client, 'overdue').length > 0, {limitMs: 10_000 + dueMs});
  const [entered] = told(client, 'overdue');
  expect(entered!.added.map(({after}) => after.id)).toEqual([1]);
  expectDue(entered!, entered!.added[0]!.after.due);
});

test('a table that changes all the time keeps no timer waiting', async () => {
  const {service, client} = await started();
  await service.database.query(`
    INSERT INTO invoices VALUES (1, 'unpaid', clock_timestamp() + interval '500 ms')`);
  let writing = true;
  const writes = (async () => {
    for (let id = 1; writing; id++) {
      await service.database.query(`INSERT INTO readings (id, value) VALUES (${id}, 1)`);
    }
  })();
  await client.until(() => told(client, 'overdue').length > 0);
  writing = false;
  await writes;
  const [entered] = told(client, 'overdue');
  expectDue(entered!, entered!.added[0]!.after.due);
  expectConsecutive(client);
});
