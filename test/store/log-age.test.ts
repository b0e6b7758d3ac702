import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {silentLog} from '../../src/lib/log.ts';
import {lmdbStore} from '../../src/store/lmdb-store.ts';
import type {Store} from '../../src/store/store.ts';
import {type SimulatedClock, simulatedClock} from '../support/simulated-clock.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 0, 1);

/** A store that keeps its events for an hour. */
function opened(path: string, clock: SimulatedClock): Promise<Store> {
  return lmdbStore({
    path,
    epoch: 'first',
    durability: 'group',
    flushMs: 1000,
    checkpointBytes: 1e9,
    eventLogEvents: 1000,
    eventLogBytes: 1e6,
    eventLogMs: HOUR_MS,
    pid: process.pid,
    clock,
    log: silentLog,
    fail: (error) => {
      throw error;
    },
  });
}

function commit(store: Store): void {
  const sequence = store.log.last + 1;
  const at = {source: 's', lsn: '0/8', xid: 1, commitTime: 1, part: 1, parts: 1} as const;
  const transaction = {kind: 'stream', ...at} as const;
  const added = [{key: String(sequence), after: '{}'}];
  const event = {sequence, queryId: 'q', added, updated: [], deleted: [], transaction};
  store.commit([{transaction: undefined, events: [event]}], () => {});
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-age-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

test('events are forgotten when they have been kept for as long as was asked', async () => {
  const clock = simulatedClock(START_MS);
  const store = await opened(await folder(), clock);
  commit(store);
  await clock.pass(HOUR_MS / 2);
  commit(store);
  expect(store.log.trimmed).toBe(0);
  await clock.pass(HOUR_MS / 2 + 1000);
  commit(store);
  expect([store.log.trimmed, store.log.last]).toEqual([1, 3]);
  await store.close();
});

test.each([YEAR_MS, -YEAR_MS])(
  'a clock that is set by %d ms makes no event older or younger',
  async (ms) => {
    const path = await folder();
    const clock = simulatedClock(START_MS);
    let store = await opened(path, clock);
    commit(store);
    clock.set(START_MS + ms);
    commit(store);
    expect(store.log.trimmed).toBe(0);
    await store.close();

    const later = simulatedClock(START_MS + 2 * ms);
    store = await opened(path, later);
    expect([store.log.trimmed, store.log.last]).toEqual([0, 2]);
    await later.pass(HOUR_MS + 1000);
    commit(store);
    expect([store.log.trimmed, store.log.last]).toEqual([2, 3]);
    await store.close();
  },
);
