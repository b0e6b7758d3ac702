import {expect, test} from 'vitest';
import {type Message, type State, stateModule} from './modules.ts';

const {fold, initialState} = await stateModule();

type Row = Readonly<Record<string, unknown>>;
const METRICS = 'current-metrics';
const cpu = {id: 1, name: 'cpu_usage', value: 40, unit: 'percent'};
const disk = {id: 2, name: 'disk_usage', value: 78, unit: 'percent'};

const opened: Message = {kind: 'opened', atMs: 10};
const lost: Message = {kind: 'lost', atMs: 500, retryAtMs: undefined};

function snapshot(sequence: number, rows: Record<string, Row>, more: object = {}): Message {
  const keyed = Object.entries(rows).map(([key, after]) => ({key, after}));
  const part = {queryId: METRICS, sequence, lsn: '0/10', rows: keyed, part: 1, parts: 1};
  return {kind: 'snapshot', atMs: 20, snapshot: {...part, ...more}};
}

function event(sequence: number, diff: object, more: object = {}): Message {
  const empty = {queryId: METRICS, added: [], updated: [], deleted: []};
  const transaction = {kind: 'stream', lsn: `0/${sequence}`, part: 1, parts: 1};
  return {
    kind: 'event',
    atMs: 1000 + sequence,
    event: {...empty, ...diff, sequence, timestamp: 1000 + sequence, transaction, ...more},
  };
}

const cpuAt = (before: number, after: number): object => ({
  updated: [{key: '1', before: {...cpu, value: before}, after: {...cpu, value: after}}],
});
const after = (...messages: readonly Message[]): State => messages.reduce(fold, initialState(0));
const rowsOf = (state: State, id = METRICS): unknown =>
  Object.fromEntries([...(state.results.get(id)?.rows ?? [])].map(([key, {row}]) => [key, row]));

test('a snapshot and the events after it add up to the result', () => {
  const state = after(
    opened,
    snapshot(7, {1: cpu}),
    event(8, cpuAt(40, 41)),
    event(9, {added: [{key: '2', after: disk}]}),
    event(10, {deleted: [{key: '1', before: {...cpu, value: 41}}]}),
  );
  expect(rowsOf(state)).toEqual({2: disk});
  expect(state.position).toBe(10);
});

test('a row deleted and added under one key by one diff is there', () => {
  const diff = {deleted: [{key: '1', before: cpu}], added: [{key: '1', after: disk}]};
  expect(rowsOf(after(snapshot(1, {1: cpu}), event(2, diff)))).toEqual({1: disk});
});

test('keys that are numbers and keys that are texts are the same keys', () => {
  const diff = {deleted: [{key: 1, before: cpu}]};
  expect(rowsOf(after(snapshot(1, {1: cpu}), event(2, diff)))).toEqual({});
});

test('an event that the snapshot holds already changes nothing', () => {
  const base = after(opened, snapshot(7, {1: cpu}));
  expect(fold(base, event(7, cpuAt(39, 40)))).toBe(base);
});

test('an event that comes twice is taken once', () => {
  const base = after(snapshot(7, {1: cpu}), event(8, cpuAt(40, 41)));
  expect(fold(base, event(8, cpuAt(40, 41)))).toBe(base);
  expect(base.log.length).toBe(1);
});

test('snapshots of different positions are joined, each to the events after its own', () => {
  const alert = {queryId: 'active-alerts'};
  const state = after(
    opened,
    snapshot(7, {1: cpu}),
    snapshot(5, {}, alert),
    event(6, {added: [{key: 'a', after: {message: 'six'}}]}, alert),
    event(7, cpuAt(39, 40)),
    event(8, cpuAt(40, 41)),
  );
  expect(state.gap).toBeUndefined();
  expect(rowsOf(state, 'active-alerts')).toEqual({a: {message: 'six'}});
  expect(rowsOf(state)).toEqual({1: {...cpu, value: 41}});
});

test('a snapshot in parts is shown when it is whole, and not before', () => {
  const first = snapshot(7, {1: cpu}, {part: 1, parts: 2});
  const second = snapshot(7, {2: disk}, {part: 2, parts: 2});
  expect(rowsOf(after(first))).toEqual({});
  expect(rowsOf(after(first, second))).toEqual({1: cpu, 2: disk});
});

test('half a snapshot of a connection that broke is not joined to the next one', () => {
  const half = snapshot(7, {1: cpu}, {part: 1, parts: 2});
  const state = after(opened, half, lost, opened, snapshot(9, {2: disk}));
  expect(rowsOf(state)).toEqual({2: disk});
});

test('a missed event is noticed, and nothing is built upon it', () => {
  const state = after(snapshot(7, {1: cpu}), event(9, cpuAt(41, 42)), event(10, cpuAt(42, 43)));
  expect(state.gap).toEqual({expected: 8, got: 9});
  expect(rowsOf(state)).toEqual({1: cpu});
});

test('a fresh start after a missed event goes on from its own snapshot', () => {
  const broken = after(snapshot(7, {1: cpu}), event(9, cpuAt(41, 42)));
  const restarted: Message = {kind: 'restarted', atMs: 3000};
  const messages = [
    restarted,
    opened,
    snapshot(12, {1: {...cpu, value: 50}}),
    event(13, cpuAt(50, 51)),
  ];
  const state = messages.reduce(fold, broken);
  expect(state.gap).toBeUndefined();
  expect(rowsOf(state)).toEqual({1: {...cpu, value: 51}});
});

test('a resumed stream goes on where it stopped, and still notices a missed event', () => {
  const held = [opened, snapshot(7, {1: cpu}), event(8, cpuAt(40, 41)), lost, opened];
  expect(after(...held, event(9, cpuAt(41, 42))).gap).toBeUndefined();
  expect(after(...held, event(10, cpuAt(41, 42))).gap).toEqual({expected: 9, got: 10});
});

test('after a reset the numbers may start anew', () => {
  const reset: Message = {kind: 'reset', reason: 'other-epoch', atMs: 2000};
  const state = after(
    snapshot(70, {1: cpu}),
    reset,
    snapshot(0, {2: disk}),
    event(1, {
      deleted: [{key: '2', before: disk}],
    }),
  );
  expect(state.gap).toBeUndefined();
  expect(rowsOf(state)).toEqual({});
});

test('what is held stays when the connection is lost, and is dated by the first loss', () => {
  const state = after(opened, snapshot(7, {1: cpu}), lost, {...lost, atMs: 900});
  expect(rowsOf(state)).toEqual({1: cpu});
  expect(state.link).toMatchObject({kind: 'lost', sinceMs: 500, farewell: undefined});
});

test('a service that says good-bye is told from a broken connection', () => {
  expect(after(opened, {kind: 'bye', reason: 'closing', atMs: 400}, lost).link).toMatchObject({
    kind: 'lost',
    sinceMs: 400,
    farewell: 'closing',
  });
});

test('attempts in vain are counted, and the end of a stream is none', () => {
  const vain: Message = {...lost, vain: true};
  const bye: Message = {kind: 'bye', reason: 'closing', atMs: 400};
  expect(after(opened, bye, lost, vain, vain).link).toMatchObject({tries: 2, sinceMs: 400});
  expect(after(opened, lost, vain, opened, lost).link).toMatchObject({tries: 0});
});

test('that the service began anew is said, where the log begins anew too', () => {
  const reset: Message = {kind: 'reset', reason: 'other-epoch', atMs: 2000};
  const before = after(opened, snapshot(1, {1: cpu}), event(2, cpuAt(40, 41)), lost, opened);
  const anew = [reset, snapshot(1, {1: cpu}), event(2, cpuAt(40, 42))].reduce(fold, before);
  expect(anew.notice).toMatchObject({
    atMs: 2000,
    text: expect.stringMatching(/started anew, without its earlier history/),
  });
  expect(anew.log.map(({kind}) => kind)).toEqual(['updated', 'notice', 'updated']);
  expect(anew.log[1]).toMatchObject({atMs: 2000, text: anew.notice?.text});
  // Sequences count from 1 again: entries of both lives stand in one log.
  expect(new Set(anew.log.map(({id}) => id)).size).toBe(3);
  expect(fold(anew, {kind: 'dismissed', atMs: 3000}).notice).toBeUndefined();
});

test.each([
  ['too-old', /longer than the service keeps its events/],
  ['too-much', /more has changed/i],
  ['unknown-id', /began anew|started anew/],
  ['of-a-later-version', /present state/],
])('a stream that cannot go on where it was, %s, is no silent change', (reason, text) => {
  expect(after(snapshot(1, {1: cpu}), {kind: 'reset', reason, atMs: 5}).notice?.text).toMatch(text);
});

test('only a row that came or changed before our eyes counts as changed', () => {
  const rows = after(
    snapshot(7, {1: cpu, 2: disk}),
    event(8, {...cpuAt(40, 41), added: [{key: '3', after: cpu}]}),
  ).results.get(METRICS)?.rows;
  expect([...(rows ?? [])].map(([key, {changes}]) => [key, changes])).toEqual([
    ['1', 1],
    ['2', 0],
    ['3', 1],
  ]);
});

test('a snapshot that says the same as before changes no row', () => {
  const base = after(snapshot(7, {1: cpu}), event(8, cpuAt(40, 41)));
  const again = [lost, opened, snapshot(8, {1: {...cpu, value: 41}})].reduce(fold, base);
  expect(again.results.get(METRICS)?.rows.get('1')).toBe(base.results.get(METRICS)?.rows.get('1'));
});

test('readings are kept of each metric, the newest 120 of them', () => {
  const events = Array.from({length: 150}, (_, i) => event(i + 2, cpuAt(i, i + 1)));
  const readings = after(snapshot(1, {1: {...cpu, value: 0}}), ...events).readings.get('1');
  expect(readings?.length).toBe(120);
  expect(readings?.at(-1)).toEqual([1151, 150]);
});

test('a reconnect without news adds no reading, and a metric that is gone leaves none', () => {
  const base = after(snapshot(1, {1: cpu, 2: disk}));
  const state = [lost, opened, snapshot(1, {1: cpu})].reduce(fold, base);
  expect(state.readings.get('1')?.length).toBe(1);
  expect(state.readings.has('2')).toBe(false);
});

test('the log tells each row of a diff, newest first, and what changed in it', () => {
  const {log} = after(
    snapshot(1, {1: cpu}),
    event(2, cpuAt(40, 41)),
    event(3, {deleted: [{key: '1', before: {...cpu, value: 41}}]}),
  );
  expect(log.map(({kind, label, lsn}) => [kind, label, lsn])).toEqual([
    ['deleted', ['cpu_usage'], '0/3'],
    ['updated', ['cpu_usage'], '0/2'],
  ]);
  expect(log[1]?.changes).toEqual([{field: 'value', before: '40', after: '41'}]);
});

test('a big diff leaves room in the log, and says how many rows are not listed', () => {
  const added = Array.from({length: 1000}, (_, i) => ({key: String(i), after: {id: i}}));
  const {log} = after(snapshot(1, {1: cpu}), event(2, cpuAt(40, 41)), event(3, {added}));
  expect(log.length).toBe(21);
  expect(log[0]?.unlisted).toBe(980);
});

test('the log keeps 200 entries', () => {
  const events = Array.from({length: 250}, (_, i) => event(i + 2, cpuAt(i, i + 1)));
  const {log} = after(snapshot(1, {1: cpu}), ...events);
  expect(log.length).toBe(200);
  expect(log[0]?.lsn).toBe('0/251');
});

test('events of one transaction are counted as one transaction', () => {
  const transaction = (part: number): object => ({transaction: {lsn: '0/2', part, parts: 2}});
  const state = after(
    snapshot(1, {1: cpu}),
    event(2, cpuAt(40, 41), transaction(1)),
    event(3, cpuAt(41, 42), {queryId: 'critical-metrics', ...transaction(2)}),
  );
  expect(state.transactions).toBe(1);
});

const top = (rows: readonly (readonly [string, Row])[], cursor: string | null = null): Message => ({
  kind: 'top',
  atMs: 50,
  queryId: METRICS,
  top: {results: rows.map(([key, after]) => ({key, after})), cursor},
});
const topOf = (state: State): unknown =>
  [...(state.tops.get(METRICS)?.rows ?? [])].map(([key, {changes}]) => [key, changes]);

test('the first rows of an order are those of the last answer, and in its order', () => {
  const first = after(top([['1', cpu]], 'more'));
  expect([topOf(first), first.tops.get(METRICS)?.more]).toEqual([[['1', 0]], true]);
  const next = fold(
    first,
    top([
      ['10', disk],
      ['9', disk],
      ['1', cpu],
    ]),
  );
  expect([topOf(next), next.tops.get(METRICS)?.more]).toEqual([
    [
      ['10', 1],
      ['9', 1],
      ['1', 0],
    ],
    false,
  ]);
});

test('a row that changes and moves has changed once, and one that only moves not at all', () => {
  const hot = {...cpu, value: 99};
  const state = after(
    top([
      ['2', disk],
      ['1', cpu],
    ]),
    top([
      ['1', hot],
      ['2', disk],
    ]),
  );
  expect(topOf(state)).toEqual([
    ['1', 1],
    ['2', 0],
  ]);
  expect(state.tops.get(METRICS)?.rows.get('1')).toMatchObject({row: hot, before: cpu});
});
