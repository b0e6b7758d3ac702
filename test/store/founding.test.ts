import {expect, test} from 'vitest';
import {endsWithin} from '../../src/cli/ends.ts';
import type {Edit} from '../../src/data/delta.ts';
import type {Event} from '../../src/data/event.ts';
import type {Key} from '../../src/data/key.ts';
import type {Row} from '../../src/data/value.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {type LmdbStoreOptions, storeIn} from '../../src/store/lmdb-store.ts';
import type {LiveRows, Step, Store} from '../../src/store/store.ts';
import {memoryDisk} from '../crash/memory-file.ts';
import {Death, type Life, life} from '../crash/mortal.ts';
import {simulatedClock} from '../support/simulated-clock.ts';

/** So many rows are a first snapshot that is written while it is served. */
const ROWS = 100;
const forever = (): Life => life(undefined);

/** A table, and a query that shows it. */
class Model implements LiveRows {
  readonly table = new Map<Key, Row>();
  readonly shown = new Map<string, string>();
  readonly remembered = new Map<string, string>();
  sourceIds = (): Iterable<string> => ['s'];
  *tables() {
    yield {sourceId: 's', table: 'public.t'};
  }
  rows = (): Iterable<readonly [Key, Row]> => this.table;
  queryIds = (): Iterable<string> => ['q'];
  result = (): Iterable<readonly [string, string]> => this.shown;
  memory = (): Iterable<readonly [string, string]> => this.remembered;

  /** Puts rows into the table, as the transaction and the event that say so. */
  step(sequence: number, keys: readonly number[]): Step {
    const edits: Edit[] = [];
    const added: Event['added'][number][] = [];
    const kind = sequence === 1 ? 'resync' : 'stream';
    for (const key of keys) {
      const row: Row = [key, `row ${key}`];
      const text = JSON.stringify({id: key, step: sequence});
      this.table.set(key, row);
      this.shown.set(String(key), text);
      edits.push({key, before: undefined, after: row});
      added.push({key: String(key), after: text});
    }
    const lsn = BigInt(8 * sequence);
    const place = {
      kind,
      source: 's',
      lsn: `0/${8 * sequence}`,
      xid: 1,
      commitTime: 1,
      part: 1,
      parts: 1,
    } as const;
    const changes = new Map([['public.t', edits]]);
    const transaction = {kind, sourceId: 's', lsn, xid: 1, commitTime: 1, changes} as const;
    const event = {sequence, queryId: 'q', added, updated: [], deleted: [], transaction: place};
    return {transaction, events: [event], memo: 'memo', notes: [{queryId: 'q', memo: 'query'}]};
  }
}

type Opened = ReturnType<typeof memoryDisk>;
let epochs = 0;

function opened(disk: Opened, own: Life, choices: Partial<LmdbStoreOptions> = {}): Store {
  epochs += 1;
  return storeIn(disk.file(own), {
    ...{path: '/store', epoch: `e${epochs}`, durability: 'group', flushMs: 20, pid: 1},
    ...{checkpointBytes: 1e9, eventLogEvents: 1000, eventLogBytes: 1e6, eventLogMs: 1e9},
    ...{clock: systemClock(), log: silentLog, foundingRows: ROWS},
    fail(error) {
      if (!own.dead) throw error;
    },
    release: async () => {},
    ...choices,
  });
}

const NOTHING: Step = {transaction: undefined, events: []};

const numbers = (from: number, to: number): number[] =>
  Array.from({length: to - from}, (_, i) => from + i);

function expectHeld(store: Store, model: Model): void {
  expect(store.sources.get('s')!.rows.get('public.t')).toEqual(model.table);
  expect(store.queries.get('q')!.rows).toEqual(model.shown);
}

test('a first snapshot is told at once, and durable when all of it is written', async () => {
  const disk = memoryDisk({atomic: true});
  const [store, model] = [opened(disk, forever()), new Model()];
  const durable: string[] = [];
  store.begin(model);
  store.commit([model.step(1, numbers(0, 10_000))], () => durable.push('snapshot'));
  store.commit([model.step(2, [20_000])], () => durable.push('step'));
  expect([store.log.last, durable, disk.checkpoints]).toEqual([2, [], 1]);
  await store.close();
  expect(durable).toEqual(['snapshot', 'step']);
  const again = opened(disk, forever());
  expectHeld(again, model);
  expect([again.log.epoch, again.log.last]).toEqual([store.log.epoch, 2]);
  await again.close();
});

test('wherever the process dies meanwhile, the store has all of it or begins anew', async () => {
  let [whole, anew] = [0, 0];
  for (let at = 1; whole === 0 || anew < 10; at++) {
    const disk = memoryDisk({atomic: true});
    await opened(disk, forever()).close();
    const [own, model] = [life({at, made: at % 2 === 0}), new Model()];
    const durable: string[] = [];
    let told: string | undefined;
    try {
      const store = opened(disk, own);
      store.begin(model);
      store.commit([model.step(1, numbers(0, 9000))], () => durable.push('snapshot'));
      told = store.log.epoch;
      store.commit([model.step(2, [9000])], () => durable.push('step'));
      await store.close();
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
    const again = opened(disk, forever());
    const where = own.how?.message ?? 'lived';
    if (again.sources.size > 0) {
      whole += 1;
      expect([again.log.epoch, again.log.last], where).toEqual([told, 2]);
      expectHeld(again, model);
    } else {
      if (own.dead) anew += 1;
      const rows = [...again.queries.values()].flatMap((query) => [...query.rows]);
      expect([durable, again.log.last, rows], where).toEqual([[], 0, []]);
      // Whoever was told of it learns that this is another life.
      if (told !== undefined) expect(again.log.epoch, where).not.toBe(told);
    }
    await again.close();
    expect(at).toBeLessThan(200);
  }
});

test('queries that were noted outlive a first snapshot that a crash takes back, without results', async () => {
  const disk = memoryDisk({atomic: true});
  const [own, model] = [life({at: 12, made: true}), new Model()];
  const note = (queryId: string, memo: string | null): Step => ({
    ...{transaction: undefined, events: []},
    notes: [{queryId, memo}],
  });
  const store = opened(disk, forever());
  store.begin(model);
  store.commit([note('added', 'first'), note('gone', 'soon')], () => {});
  store.commit([note('added', 'last'), note('gone', null)], () => {});
  await store.close();
  const dies = async () => {
    const begun = opened(disk, own);
    begun.begin(model);
    begun.commit([note('late', 'late')], () => {});
    begun.commit([model.step(1, numbers(0, 9000))], () => {});
    await begun.close();
  };
  await expect(dies()).rejects.toThrow(Death);
  const again = opened(disk, forever());
  expect(again.sources.size).toBe(0);
  const held = Array.from(again.queries, ([id, {memo, sequence, rows}]) => [
    ...[id, memo, sequence, rows.size],
  ]);
  expect(held).toContainEqual(['added', 'last', 0, 0]);
  expect(held).toContainEqual(['late', 'late', 0, 0]);
  expect(held.map(([id]) => id)).not.toContain('gone');
  await again.close();
  // And once more: they stand in the file as it is now.
  expect(opened(disk, forever()).queries.get('added')?.memo).toBe('last');
});

test('an event larger than the log may be is passed over, with those before it', async () => {
  const disk = memoryDisk({atomic: true});
  const [store, model] = [opened(disk, forever(), {eventLogBytes: 1000}), new Model()];
  store.begin(model);
  store.commit([model.step(1, numbers(0, 200))], () => {});
  expect([store.log.last, store.log.trimmed]).toEqual([1, 1]);
  store.commit([model.step(2, [900])], () => {});
  expect(store.log.read(1, 9).map(({sequence}) => sequence)).toEqual([2]);
  await store.close();
  const again = opened(disk, forever(), {eventLogBytes: 1000});
  expect([again.log.last, again.log.trimmed]).toEqual([2, 1]);
  expectHeld(again, model);
  await again.close();
});

test.each([
  ['of fewer rows', 1, ROWS - 60],
  ['into a store that has had transactions', 2, 5000],
])('a snapshot %s is durable when it is told', async (_what, sequence, rows) => {
  const disk = memoryDisk({atomic: true});
  const [store, model] = [opened(disk, forever()), new Model()];
  let durable = 0;
  store.begin(model);
  for (let one = 1; one < sequence; one++) store.commit([model.step(one, [one])], () => {});
  const step = model.step(sequence, numbers(0, rows));
  store.commit([{...step, transaction: {...step.transaction!, kind: 'resync'}}], () => {
    durable += 1;
  });
  expect(durable).toBe(1);
  const again = opened(disk, forever());
  expectHeld(again, model);
  await again.close();
});

test('a stop while it is written gives up turns, and calls nothing durable until the last', async () => {
  const disk = memoryDisk({atomic: true});
  const [store, model] = [opened(disk, forever()), new Model()];
  let durable = false;
  store.begin(model);
  store.commit([model.step(1, numbers(0, 60_000))], () => {
    durable = true;
  });
  const closed = store.close().then(() => 'closed');
  const turn = () => new Promise((resolve) => setImmediate(() => resolve('turn')));
  let turns = 0;
  while ((await Promise.race([closed, turn()])) === 'turn') if (!durable) turns += 1;
  // A page has some thousand rows, of the table and of the result.
  expect([turns > 20, durable]).toEqual([true, true]);
  const again = opened(disk, forever());
  expectHeld(again, model);
  await again.close();
});

test('whoever waits for such a stop with a limit waits no longer than that', async () => {
  const clock = simulatedClock(0);
  const [store, model] = [opened(memoryDisk({atomic: true}), forever(), {clock}), new Model()];
  let durable = false;
  store.begin(model);
  store.commit([model.step(1, numbers(0, 60_000))], () => {
    durable = true;
  });
  const closed = store.close();
  const ended = endsWithin(closed, {clock, limitMs: 8000});
  await clock.pass(8000);
  expect([await ended, durable]).toEqual([false, false]);
  await closed;
  expect(durable).toBe(true);
});

test.each([
  ['has been', 0],
  ['is being', 1],
])(
  'a first snapshot is written whole where a checkpoint %s made before it',
  async (_what, rows) => {
    const disk = memoryDisk({atomic: true});
    const choices = {checkpointBytes: 100};
    const [store, model] = [opened(disk, forever(), choices), new Model()];
    // A checkpoint of something takes a turn at least.
    for (let row = 0; row < rows; row++) model.remembered.set(String(row), 'text');
    store.begin(model);
    const memory = new Map(model.remembered);
    store.commit([{...NOTHING, notes: [{queryId: 'q', memo: 'm'.repeat(200), memory}]}], () => {});
    let durable = 0;
    store.commit([model.step(1, numbers(0, 9000))], () => {
      durable += 1;
    });
    expect(durable).toBe(0);
    store.commit([model.step(2, [9000])], () => {});
    await store.close();
    expect(durable).toBe(1);
    const again = opened(disk, forever());
    expectHeld(again, model);
    expect(again.queries.get('q')!.memory).toEqual(model.remembered);
    expect([again.log.epoch, again.log.last]).toEqual([store.log.epoch, 2]);
    await again.close();
  },
);
