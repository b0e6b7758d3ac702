import {mkdtemp, readdir, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {TABLES} from '../support/tutorial.ts';

const ALL = queryYaml('all', 'MATCH (m:metrics) RETURN m.id, m.value');
const LOG = '/api/v1/queries/all/history';

/** The figures of the store, by their names and labels. */
async function figures({addresses}: TestService): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${addresses.api}/metrics`)).text();
  const lines = text.matchAll(/^tailrace_store_(\S+) (\S+)$/gm);
  return new Map(Array.from(lines, ([, name, value]) => [name!, Number(value)]));
}

test('the figures of a store on disk are those of its file, its log and its writes', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-store-metrics-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  const stateStore = {path, more: 'checkpointBytes: 65536'};
  const limits = '{eventLogEvents: 10}';
  const service = await testService({sql: TABLES, queries: ALL, stateStore, limits});
  onTestFinished(service.close);
  const before = await figures(service);
  for (let n = 0; n < 20; n++) await service.database.query('UPDATE metrics SET value = value + 1');
  await caughtUp(service);
  const after = await figures(service);

  const {heldFrom} = await service.get(LOG);
  expect(after.get('log_newest_sequence')).toBe(21);
  expect(after.get('log_oldest_sequence')).toBe(heldFrom.sequence);
  expect(after.get('log_events')).toBe(22 - heldFrom.sequence);
  expect(after.get('log_bytes')).toBeGreaterThan(1000);
  expect(after.get('log_oldest_age_seconds')).toBeGreaterThanOrEqual(0);
  expect(after.get('log_oldest_age_seconds')).toBeLessThan(60);
  const files = (await readdir(path)).filter((name) => /^(data\.mdb$|ahead-)/.test(name));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(path, name))).size));
  expect(sizes).toHaveLength(2);
  expect(after.get('file_bytes')).toBe(sizes[0]! + sizes[1]!);
  expect(after.get('journal_bytes')).toBeGreaterThan(0);

  const count = after.get('commit_duration_seconds_count')!;
  expect(count - before.get('commit_duration_seconds_count')!).toBeGreaterThan(0);
  expect(after.get('commit_duration_seconds_bucket{le="+Inf"}')).toBe(count);
  expect(after.get('commit_duration_seconds_bucket{le="10"}')).toBe(count);
  expect(after.get('commit_duration_seconds_sum')).toBeGreaterThan(0);
});

test('without a store on disk there are the figures of the log, and none of a file', async () => {
  const service = await testService({sql: TABLES, queries: ALL});
  onTestFinished(service.close);
  const told = await figures(service);
  expect([told.get('log_events'), told.get('log_oldest_sequence')]).toEqual([1, 1]);
  expect(
    ['file_bytes', 'journal_bytes', 'checkpoint_age_seconds'].filter((one) => told.has(one)),
  ).toEqual([]);
});
