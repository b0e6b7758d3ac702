import {mkdtemp, readdir, rm, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {parseDecimal} from '../../src/data/decimal.ts';
import type {Edit} from '../../src/data/delta.ts';
import type {Event} from '../../src/data/event.ts';
import type {Key} from '../../src/data/key.ts';
import type {Row} from '../../src/data/value.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {random} from '../../src/lib/random.ts';
import {checkedBytes} from '../../src/store/checked-text.ts';
import {lmdbFile} from '../../src/store/lmdb-file.ts';
import {type LmdbStoreOptions, lmdbStore} from '../../src/store/lmdb-store.ts';
import type {LiveRows, Step, Store} from '../../src/store/store.ts';

const log = {debug() {}, info() {}, warn() {}, error() {}};
const done = (): void => {};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-store-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

function options(path: string, choices: Partial<LmdbStoreOptions> = {}): LmdbStoreOptions {
  return {
    path,
    epoch: 'first',
    durability: 'group',
    flushMs: 20,
    checkpointBytes: 1024 * 1024,
    eventLogEvents: 1000,
    eventLogBytes: 1_000_000,
    eventLogMs: 1_000_000,
    pid: process.pid,
    clock: systemClock(),
    log,
    fail: (error) => {
      throw error;
    },
    ...choices,
  };
}

/** What a service would hold, and the steps that it would take. */
class Model implements LiveRows {
  readonly table = new Map<Key, Row>();
  readonly results = new Map<string, Map<string, string>>([['q', new Map()]]);
  readonly remembered = new Map<string, Map<string, string>>([['q', new Map()]]);
  readonly events: Event[] = [];
  lsn = 0n;
  sourceIds = (): Iterable<string> => ['s'];
  *tables() {
    yield {sourceId: 's', table: 'public.t'};
  }
  rows = (): Iterable<readonly [Key, Row]> => this.table;
  queryIds = (): Iterable<string> => this.results.keys();
  result = (id: string) => this.results.get(id) ?? [];
  memory = (id: string) => this.remembered.get(id) ?? [];

  /** A transaction over a few rows, which the query shows as they are. */
  step(next: () => number): Step {
    const edits: Edit[] = [];
    const added: Event['added'][number][] = [];
    const deleted: Event['deleted'][number][] = [];
    const updated: Event['updated'][number][] = [];
    const memory = new Map<string, string | undefined>();
    const shown = this.results.get('q')!;
    const keys = new Set(Array.from({length: 3}, () => Math.floor(next() * 50)));
    for (const number of keys) {
      const key = next() < 0.5 ? number : `text ${number}|ü`;
      const before = this.table.get(key);
      const after: Row | undefined =
        next() < 0.7 ? [key, parseDecimal(`${next()}`)!, -0, null, next() < 0.5] : undefined;
      if (!before && !after) continue;
      edits.push({key, before, after});
      const text = after && JSON.stringify({key: String(key), n: next(), 'a\u0001': 'line\nline'});
      const was = shown.get(String(key));
      if (after) this.table.set(key, after);
      else this.table.delete(key);
      if (text === undefined) {
        deleted.push({key: String(key), before: was!});
        shown.delete(String(key));
        memory.set(String(key), undefined);
        this.remembered.get('q')!.delete(String(key));
      } else {
        if (was === undefined) added.push({key: String(key), after: text});
        else updated.push({key: String(key), before: was, after: text});
        shown.set(String(key), text);
        memory.set(String(key), text);
        this.remembered.get('q')!.set(String(key), text);
      }
    }
    this.lsn += 8n;
    const transaction = {
      kind: 'stream' as const,
      sourceId: 's',
      lsn: this.lsn,
      xid: 5,
      commitTime: Number(this.lsn) * 1000,
      changes: new Map([['public.t', edits]]),
    };
    const place = {
      kind: 'stream' as const,
      source: 's',
      lsn: '0/1',
      xid: 5,
      commitTime: 1,
      part: 1,
      parts: 1,
    };
    const event: Event = {
      sequence: this.events.length + 1,
      queryId: 'q',
      added,
      updated,
      deleted,
      transaction: place,
    };
    if (edits.length > 0) this.events.push(event);
    return {
      transaction,
      events: edits.length > 0 ? [event] : [],
      memo: this.lsn === 8n ? 'memo' : undefined,
      notes: [{queryId: 'q', memo: 'query', memory}],
    };
  }
}

function expectModel(store: Store, model: Model, seed: number): void {
  const where = `seed ${seed}`;
  expect(store.log.last, where).toBe(model.events.length);
  const held = store.log.read(store.log.trimmed, 1e6);
  expect(held, where).toEqual(model.events.slice(store.log.trimmed));
  if (model.lsn === 0n) return;
  const source = store.sources.get('s')!;
  expect([source.lsn, source.commitTime, source.memo], where).toEqual([
    model.lsn,
    Number(model.lsn) * 1000,
    'memo',
  ]);
  expect(source.rows.get('public.t') ?? new Map(), where).toEqual(model.table);
  const query = store.queries.get('q')!;
  expect([query.memo, query.sequence], where).toEqual(['query', model.events.length]);
  expect(query.rows, where).toEqual(model.results.get('q'));
  expect(query.memory, where).toEqual(model.remembered.get('q'));
}

test.each([1, 2, 3, 4, 5, 6])(
  'whatever the history, a store opened again has all that was taken: seed %i',
  async (seed) => {
    const next = random(seed);
    const path = await folder();
    const model = new Model();
    let checkpoints = 0;
    const choices = {
      checkpointBytes: seed % 2 === 0 ? 2000 : 1e9,
      durability: seed % 3 === 0 ? ('interval' as const) : ('group' as const),
      eventLogEvents: 40,
    };
    for (let life = 0; life < 6; life++) {
      const store = await lmdbStore(options(path, choices));
      expectModel(store, model, seed);
      store.begin(model);
      const steps = Math.floor(next() * 60);
      for (let i = 0; i < steps; i++) {
        const group = Array.from({length: 1 + Math.floor(next() * 3)}, () => model.step(next));
        store.commit(group, done);
        // A checkpoint takes several turns: some steps come while it is made.
        if (next() < 0.5) await new Promise(setImmediate);
      }
      expect(store.log.epoch).toBe('first');
      expect(store.log.last - store.log.trimmed).toBeLessThanOrEqual(40);
      const {checkpointMs} = store.status();
      if (checkpointMs !== undefined) checkpoints += 1;
      await store.close();
    }
    if (seed % 2 === 0) expect(checkpoints, `seed ${seed}`).toBeGreaterThan(0);
  },
);

test('events that are only on disk are read like those in memory', async () => {
  const path = await folder();
  const next = random(7);
  const model = new Model();
  const first = await lmdbStore(options(path));
  first.begin(model);
  for (let i = 0; i < 300; i++) first.commit([model.step(next)], done);
  await first.close();
  const again = await lmdbStore(options(path));
  again.begin(model);
  for (let i = 0; i < 5; i++) again.commit([model.step(next)], done);
  for (const after of [0, 1, 250, model.events.length - 6, model.events.length - 1]) {
    expect(again.log.read(after, 4)).toEqual(model.events.slice(after, after + 4));
  }
  await again.close();
});

test('an event of many rows goes through pieces and comes back whole', async () => {
  const path = await folder();
  const model = new Model();
  const added = Array.from({length: 50_001}, (_, key) => ({
    key: String(key),
    after: `{"a":${key}}`,
  }));
  const transaction = {
    kind: 'stream' as const,
    source: 's',
    lsn: '0/1',
    xid: 1,
    commitTime: 1,
    part: 1,
    parts: 1,
  };
  const event = {sequence: 1, queryId: 'q', added, updated: [], deleted: [], transaction};
  const first = await lmdbStore(options(path));
  first.begin(model);
  first.commit(
    [{transaction: undefined, events: [event], notes: [{queryId: 'q', memo: 'm'}]}],
    done,
  );
  await first.close();
  const again = await lmdbStore(options(path, {eventLogBytes: 100_000_000}));
  expect(again.log.read(0, 9)).toEqual([event]);
  expect(again.queries.get('q')!.rows.size).toBe(50_001);
  await again.close();
});

test('a second process is refused, and the first goes on', async () => {
  const path = await folder();
  const store = await lmdbStore(options(path));
  store.begin(new Model());
  const refused = lmdbStore(options(path, {pid: process.ppid}));
  await expect(refused).rejects.toMatchObject({code: 'store-in-use'});
  store.commit([new Model().step(random(1))], done);
  await store.close();
});

test('whoever lost the store to another process writes no more', async () => {
  const path = await folder();
  const model = new Model();
  const first = await lmdbStore(options(path));
  first.begin(model);
  // As from another machine: its process cannot be told from one that has gone.
  await rm(join(path, (await readdir(path)).find((name) => name.startsWith('run.'))!));
  const second = await lmdbStore(options(path));
  expect(() => first.commit([model.step(random(1))], done)).toThrow(
    expect.objectContaining({code: 'store-in-use'}),
  );
  await second.close();
});

test('a store of another format, and one that is damaged, are refused and left as they are', async () => {
  const path = await folder();
  const store = await lmdbStore(options(path));
  await store.close();
  const file = lmdbFile(path);
  file.write([{map: 'facts', key: 'format', bytes: checkedBytes('99')}], () => {});
  await file.close();
  await expect(lmdbStore(options(path))).rejects.toMatchObject({
    code: 'store-version',
    message: expect.stringContaining('99'),
  });
  const other = await folder();
  await writeFile(join(other, 'data.mdb'), 'this is no database at all'.repeat(1000));
  await expect(lmdbStore(options(other))).rejects.toMatchObject({code: 'store-corrupt'});
  await truncate(join(path, 'data.mdb'), 8192);
  await expect(lmdbStore(options(path))).rejects.toMatchObject({code: 'store-corrupt'});
  const file2 = await folder();
  await writeFile(join(file2, 'x'), '');
  const refused = lmdbStore(options(join(file2, 'x')));
  await expect(refused).rejects.toMatchObject({code: 'store-denied'});
});

test('with an interval, whoever did not close it properly begins a new epoch', async () => {
  const path = await folder();
  const store = await lmdbStore(options(path, {durability: 'interval'}));
  await store.close();
  const again = await lmdbStore(options(path, {durability: 'interval', epoch: 'second'}));
  expect(again.log.epoch).toBe('first');
  // Not closed: as if killed.
  await rm(join(path, (await readdir(path)).find((name) => name.startsWith('run.'))!));
  const third = await lmdbStore(options(path, {durability: 'interval', epoch: 'third'}));
  expect(third.log.epoch).toBe('third');
  await third.close();
});

test('with interval, what a small log holds is read from disk or memory, never from neither', async () => {
  const store = await lmdbStore(
    options(await folder(), {durability: 'interval', flushMs: 1e6, eventLogBytes: 1000}),
  );
  store.begin(new Model());
  const place = {source: 's', lsn: '0/8', xid: 1, commitTime: 1, part: 1, parts: 1};
  const transaction = {kind: 'stream', ...place} as const;
  for (let sequence = 1; sequence <= 9; sequence++) {
    const added = [{key: String(sequence), after: JSON.stringify('x'.repeat(300))}];
    const event = {sequence, queryId: 'q', added, updated: [], deleted: [], transaction};
    store.commit([{transaction: undefined, events: [event]}], done);
    const {trimmed, last} = store.log;
    for (let place = trimmed; place < last; place++) {
      expect(store.log.read(place, 99), `after ${place} of ${last}`).toHaveLength(last - place);
    }
  }
  expect(store.log.trimmed).toBeGreaterThan(0);
  await store.close();
});

test('with interval, a look through the log goes from what is on disk on to what is not yet', async () => {
  const store = await lmdbStore(
    options(await folder(), {durability: 'interval', flushMs: 1e6, eventLogEvents: 10_000}),
  );
  store.begin(new Model());
  const place = {source: 's', lsn: '0/8', xid: 1, commitTime: 1, part: 1, parts: 1};
  const transaction = {kind: 'stream', ...place} as const;
  const events = (from: number, to: number): Event[] =>
    Array.from({length: to - from + 1}, (_, i) => {
      const added = [{key: 'k', after: '{}'}];
      return {sequence: from + i, queryId: 'q', added, updated: [], deleted: [], transaction};
    });
  // So many are written at once, and not in memory.
  store.commit([{transaction: undefined, events: events(1, 2100)}], done);
  store.commit([{transaction: undefined, events: events(2101, 2102)}], done);
  expect(store.log.read(2050, 256)).toEqual(events(2051, 2102));
  expect(store.log.read(2050, 51)).toEqual(events(2051, 2101));
  await store.close();
});

test.each<[what: string, side: 'before' | 'after', text: string, edits: number, most: number]>([
  ['steps of nothing', 'after', '', 0, 20_000],
  ['rows', 'after', '', 1, 15_000],
  ['wide rows', 'after', 'x'.repeat(100_000), 1, 50],
  ['wide rows that go', 'before', 'x'.repeat(100_000), 1, 50],
  ['many rows', 'after', 'x'.repeat(100), 10_000, 3],
])('with interval, %s that change no result wait in bounded number', async (...row) => {
  const [, side, text, edits, most] = row;
  const store = await lmdbStore(options(await folder(), {durability: 'interval', flushMs: 1e6}));
  store.begin(new Model());
  const none = {before: undefined, after: undefined};
  const delta = Array.from({length: edits}, (_, key) => ({key, ...none, [side]: [text]}));
  const changes = new Map(edits > 0 ? [['public.t', delta]] : []);
  let durable = 0;
  for (let step = 1; step <= most; step++) {
    const place = {sourceId: 's', lsn: BigInt(step), xid: 1, commitTime: 1};
    const transaction = {...place, kind: 'stream' as const, changes};
    store.commit([{transaction, events: [], memo: 'm'}], () => {
      durable += 1;
    });
  }
  expect(durable).toBeGreaterThan(0);
  await store.close();
  expect(durable).toBe(most);
});

test('with interval, what time functions remember is not kept in any amount either', async () => {
  const store = await lmdbStore(options(await folder(), {durability: 'interval', flushMs: 1e6}));
  store.begin(new Model());
  let durable = false;
  for (let key = 0; key < 50; key++) {
    const memory = new Map([[String(key), 'x'.repeat(100_000)]]);
    const notes = [{queryId: 'q', memory}];
    store.commit([{transaction: undefined, events: [], notes}], () => {
      durable = true;
    });
  }
  expect(durable).toBe(true);
  await store.close();
});
