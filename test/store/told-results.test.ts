import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {type LmdbStoreOptions, lmdbStore} from '../../src/store/lmdb-store.ts';
import type {LiveRows, Step, Store} from '../../src/store/store.ts';
import {A_PLACE} from '../support/a-place.ts';
import {endlessStore} from './store-options.ts';

const text = (sequence: number): string => JSON.stringify({sequence, text: 'x'.repeat(1000)});

/** A step that tells one row of a query. */
function told(queryId: string, sequence: number, key: string): Step {
  const added = [{key, after: text(sequence)}];
  const event = {sequence, queryId, added, updated: [], deleted: [], transaction: A_PLACE};
  return {transaction: undefined, events: [event], notes: [{queryId, memo: 'memo'}]};
}

/** Results as a service has them; of `earlier` queries those that were told before it started. */
function live(
  results: ReadonlyMap<string, ReadonlyMap<string, string>>,
  earlier: (queryId: string) => ReadonlyMap<string, string> | undefined,
): LiveRows {
  return {
    sourceIds: () => [],
    tables: () => [],
    rows: () => [],
    queryIds: () => results.keys(),
    result: (queryId) => earlier(queryId) ?? results.get(queryId)!,
    memory: () => [],
  };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-told-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

const options = (path: string): LmdbStoreOptions => ({
  ...endlessStore(path, 'e'),
  checkpointBytes: 10_000,
  eventLogEvents: 5,
  fail(error) {
    throw error;
  },
});

/** Tells rows of a query until a checkpoint has been made of them. */
async function untilCheckpoint(
  store: Store,
  queryId: string,
  result: Map<string, string>,
): Promise<void> {
  const before = store.status().checkpointMs;
  for (let i = 0; store.status().checkpointMs === before && i < 2000; i++) {
    const sequence = store.log.last + 1;
    const key = String(i % 20);
    result.set(key, text(sequence));
    store.commit([told(queryId, sequence, key)], () => {});
    await new Promise(setImmediate);
  }
  expect(store.status().checkpointMs).not.toBe(before);
}

test('a query that is added again under the id of one that is gone has no event yet, over a restart too', async () => {
  const path = await folder();
  const first = await lmdbStore(options(path));
  first.commit([told('a', 1, 'row')], () => {});
  const deleted = [{key: 'row', before: text(1)}];
  const event = {sequence: 2, queryId: 'a', added: [], updated: [], deleted};
  const gone = {...event, transaction: A_PLACE};
  const noted = (memo: string | null) => [{queryId: 'a', memo}];
  first.commit([{transaction: undefined, events: [gone], notes: noted(null)}], () => {});
  first.commit([{transaction: undefined, events: [], notes: noted('another')}], () => {});
  await first.close();

  const second = await lmdbStore(options(path));
  const {memo, sequence, rows} = second.queries.get('a')!;
  expect([memo, sequence, rows.size]).toEqual(['another', 0, 0]);
  await second.close();
});

test('what was told of a query is known after checkpoints that others were the cause of', async () => {
  const path = await folder();
  const results = new Map([
    ['a', new Map<string, string>()],
    ['b', new Map<string, string>()],
  ]);
  const first = await lmdbStore(options(path));
  first.begin(live(results, () => undefined));
  first.commit([told('b', 1, 'row')], () => {});
  results.get('b')!.set('row', text(1));
  await untilCheckpoint(first, 'a', results.get('a')!);
  await first.close();

  const second = await lmdbStore(options(path));
  // `a` runs again as it was; what there is of `b` is known by the store alone.
  second.begin(live(results, (id) => (id === 'b' ? second.queries.get('b')!.rows : undefined)));
  await untilCheckpoint(second, 'a', results.get('a')!);
  await untilCheckpoint(second, 'a', results.get('a')!);
  const {rows} = second.queries.get('b')!;
  expect(rows).toEqual(new Map([['row', text(1)]]));
  expect(() => second.queries.get('a')!.rows).toThrow('what was told of a is asked for in time');
  const sequence = second.log.last + 1;
  second.commit([told('b', sequence, 'other')], () => {});
  expect(second.queries.get('b')!.rows).toEqual(new Map([...rows, ['other', text(sequence)]]));
  await second.close();
});
