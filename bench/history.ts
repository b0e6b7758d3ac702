/**
 * What does the past cost? The result of 100,000 rows as it was 100,000 events ago, and a
 * page of history from a log of 100,000 events: how long each takes, and for how long
 * nobody else has a turn meanwhile; from the log in memory and from that on disk. Beside
 * it, the floor: a plain loop over the events.
 *
 *   npx tsx bench/history.ts
 */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import type {Event} from '../src/data/event.ts';
import {lsnText} from '../src/data/lsn.ts';
import type {Moment} from '../src/data/moment.ts';
import {systemClock} from '../src/lib/clock.ts';
import {silentLog} from '../src/lib/log.ts';
import {history} from '../src/pipeline/history.ts';
import {pastRows} from '../src/pipeline/past-rows.ts';
import {rewind} from '../src/pipeline/rewind.ts';
import {lmdbStore} from '../src/store/lmdb-store.ts';
import {memoryStore} from '../src/store/memory-store.ts';
import type {Store} from '../src/store/store.ts';

const EVENTS = 100_000;
const ROWS = 100_000;
const LIMITS = {eventLogEvents: EVENTS, eventLogBytes: 1024 ** 3, eventLogMs: 1e12};
const PAD = 'x'.repeat(150);

const textOf = (id: number, version: number): string =>
  `{"id":${id},"name":"${PAD}","value":${version}}`;

function fill(store: Store): ReadonlyMap<number, string> {
  const rows = new Map(Array.from({length: ROWS}, (_, id) => [id, textOf(id, 0)]));
  for (let sequence = 1; sequence <= EVENTS; ) {
    const steps = Array.from({length: 100}, () => {
      const id = (sequence * 7919) % ROWS;
      const [before, after] = [rows.get(id)!, textOf(id, sequence)];
      rows.set(id, after);
      const [lsn, commitTime] = [BigInt(sequence) * 16n, sequence * 1000];
      const step = {kind: 'stream' as const, sourceId: 's', lsn, xid: 1, commitTime};
      const updated = [{key: String(id), before, after}];
      const event = {sequence, queryId: 'q', added: [], updated, deleted: []};
      const transaction = {...step, source: 's', lsn: lsnText(lsn), part: 1, parts: 1};
      sequence += 1;
      return {transaction: {...step, changes: new Map()}, events: [{...event, transaction}]};
    });
    store.commit(steps, () => {});
  }
  return rows;
}

async function measured(name: string, act: () => Promise<unknown>): Promise<void> {
  const figures: string[] = [];
  for (let repeat = 0; repeat < 3; repeat++) {
    const delay = monitorEventLoopDelay({resolution: 1});
    delay.enable();
    const begun = performance.now();
    await act();
    const tookMs = performance.now() - begun;
    await new Promise(setImmediate);
    delay.disable();
    figures.push(`${tookMs.toFixed(0)} ms (longest turn ${(delay.max / 1e6).toFixed(0)} ms)`);
  }
  process.stdout.write(`${name.padEnd(44)} ${figures.join(', ')}\n`);
}

async function measure(kind: string, store: Store): Promise<void> {
  const {log} = store;
  const rows = fill(store);
  const keys = [...rows.keys()].sort((a, b) => a - b);
  const query = {ordered: false, keys: () => keys, row: (key: unknown) => rows.get(Number(key))};
  const back = async (at: Moment): Promise<unknown> =>
    rewind(log, {queryId: 'q', at, source: 's', rowsMax: 1e6, turnRows: 5000}, (found) => {
      if ('kind' in found) throw new Error(found.kind);
      return pastRows(query as never, found.rows, {after: undefined, limit: undefined});
    });
  await measured(`${kind}: floor, a loop over all events`, async () => {
    let characters = 0;
    for (let place = 0; place < log.last; place += 256) {
      for (const {updated} of log.read(place, 256) as Event[]) {
        characters += updated[0]!.after!.length;
      }
    }
    return characters;
  });
  const sequence = (at: number): Moment => ({kind: 'sequence', sequence: at});
  await measured(`${kind}: result 100,000 events ago`, () => back(sequence(0)));
  await measured(`${kind}: result 50,000 events ago, by position`, () =>
    back({kind: 'lsn', lsn: 800_000n}),
  );
  await measured(`${kind}: result 1,000 events ago`, () => back(sequence(EVENTS - 1000)));
  const past = history({
    log,
    queries: new Map(['q', 'none'].map((id) => [id, {definition: {source: {id: 's'}}} as never])),
    clock: systemClock(),
    limits: {historyRequests: 1, historyRows: 1e6},
  });
  const asked = {from: undefined, to: undefined, after: undefined, limit: 1000};
  await measured(`${kind}: first 1,000 events`, () => past.events('q', asked));
  await measured(`${kind}: no event of 100,000`, () => past.events('none', asked));
}

const path = await mkdtemp(join(tmpdir(), 'tailrace-bench-history-'));
try {
  await measure('memory', memoryStore({epoch: 'e', ...LIMITS}));
  const disk = await lmdbStore({
    ...{path, epoch: 'e', durability: 'group', flushMs: 1000, checkpointBytes: 2 ** 40},
    ...{pid: process.pid, clock: systemClock(), log: silentLog, ...LIMITS},
    fail: (error) => {
      throw error;
    },
  });
  await measure('disk', disk);
  await disk.close();
} finally {
  await rm(path, {recursive: true, force: true});
}
