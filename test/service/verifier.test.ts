import {expect, onTestFinished, test} from 'vitest';
import {folded} from '../support/folded.ts';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {sseClient} from '../support/sse-client.ts';
import {TABLES} from '../support/tutorial.ts';
import {until} from '../support/until.ts';

const ALL = queryYaml('all', 'SELECT id, value FROM metrics');
const COUNT = queryYaml('count', 'SELECT count(*) AS n FROM metrics');
const ALERTS = queryYaml('alerts', 'SELECT id FROM alerts');

async function serve(source: readonly string[]): Promise<TestService> {
  const service = await testService({sql: TABLES, queries: ALL + COUNT + ALERTS, source});
  onTestFinished(() => service.close());
  return service;
}

const source = (service: TestService) => service.get('/api/v1/sources/db');

/** Changes rows while the publication does not tell of it. */
async function behindOurBack(service: TestService, sql: string): Promise<void> {
  await service.database.query("ALTER PUBLICATION test_publication SET (publish = 'truncate')");
  await service.database.query(sql);
  await service.database.query(
    "ALTER PUBLICATION test_publication SET (publish = 'insert, update, delete, truncate')",
  );
}

test('sources and queries say when, at which position and on how many rows they were verified', async () => {
  const service = await serve(['verifyMs: 30']);
  await until(async () => (await source(service)).verified !== null);
  const {verified, verification} = await source(service);
  const [{lsn}] = (await service.database.query(
    `SELECT ($1::pg_lsn <= pg_current_wal_insert_lsn())::text AS lsn`,
    [verified.lsn],
  )) as [{lsn: string}];
  expect(lsn).toBe('true');
  const {metrics} = (
    await service.database.query('SELECT count(*)::int AS metrics FROM metrics')
  )[0]!;
  expect(verification).toMatchObject({differences: 0, found: null, givenUp: null});
  expect(verification.tables['public.metrics'].rows).toBe(metrics);
  const query = await service.get('/api/v1/queries/all');
  expect(query.verified).toMatchObject({
    rows: metrics,
    lsn: expect.stringMatching(/^\d+\/[0-9A-F]+$/),
  });
  expect(Date.parse(query.verified.at)).toBeGreaterThan(Date.now() - 60_000);
});

test('with verifyMs 0 nothing is compared, and nothing is said to be verified', async () => {
  const service = await serve(['verifyMs: 0']);
  expect(await source(service)).toMatchObject({verified: null, verification: null});
  expect((await service.get('/api/v1/queries/all')).verified).toBeNull();
});

test('a difference is told and mended, and clients fold to the truth by what differs alone', async () => {
  const service = await serve(['verifyMs: 100', 'tableCheckMs: 600000']);
  const client = await sseClient(`${service.addresses.api}/api/v1/events?snapshot=true`);
  await behindOurBack(
    service,
    'UPDATE metrics SET value = 77 WHERE id = 1; DELETE FROM metrics WHERE id = 2',
  );
  await client.until((one) => one.messageCount === 2);
  const [first, second] = client.messages();
  const all = [first, second].find(({queryId}) => queryId === 'all');
  expect([all.transaction.kind, all.transaction.parts]).toEqual(['resync', 2]);
  expect([all.added.length, all.updated.length, all.deleted.length]).toEqual([0, 1, 1]);
  await until(async () => (await source(service)).verified !== null);
  const {verification} = await source(service);
  expect(verification.differences).toBe(2);
  expect(verification.found.problem).toMatchObject({
    code: 'rows-differ',
    detail: expect.stringMatching(/1 are held with other values, and 1 are held that it does not/),
  });
  const metrics = await (await fetch(`${service.addresses.api}/metrics`)).text();
  expect(metrics).toContain('tailrace_source_verifier_differences_total{source="db"} 2\n');
  await service.database.query('UPDATE metrics SET value = 78 WHERE id = 1');
  await caughtUp(service);
  await client.until((one) => one.messageCount === 3);
  const fold = folded(client.named('snapshot'), client.messages());
  const rows = await service.database.query(
    'SELECT id, value::float8 AS value FROM metrics ORDER BY id',
  );
  expect(fold.rows('all').toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(rows);
  client.close();
});

test('a resync that is asked for tells clients what differs alone, however large the tables are', async () => {
  const service = await serve(['verifyMs: 0', 'tableCheckMs: 600000']);
  await service.database.query(`INSERT INTO metrics (id, name, value, unit)
    SELECT i, 'm' || i, i, 'percent' FROM generate_series(1000, 6000) AS i`);
  await caughtUp(service);
  const client = await sseClient(`${service.addresses.api}/api/v1/events?snapshot=true`);
  await client.until((one) => one.named('snapshot').length >= 3);

  const {sinceMs: streamingMs} = await source(service);
  await service.send('POST', '/api/v1/sources/db/resync');
  await until(
    async () => {
      const {status, sinceMs} = await source(service);
      return status === 'Running' && sinceMs !== streamingMs;
    },
    {what: 'the comparison to be over'},
  );
  await service.database.query('UPDATE metrics SET value = 1 WHERE id = 1000');
  await client.until((one) => one.messageCount === 1);
  expect(client.messages()[0].transaction.kind).toBe('stream');

  await behindOurBack(service, 'UPDATE metrics SET value = 2 WHERE id IN (1001, 1002)');
  await service.send('POST', '/api/v1/sources/db/resync');
  await client.until((one) => one.messageCount === 2);
  const {transaction, queryId, updated, added, deleted} = client.messages()[1];
  expect([transaction.kind, transaction.parts, queryId]).toEqual(['resync', 1, 'all']);
  expect([updated.length, added.length, deleted.length]).toEqual([2, 0, 0]);
  expect([client.named('reset'), client.ended]).toEqual([[], false]);
  client.close();
});
