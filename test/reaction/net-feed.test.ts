import {setImmediate as nextTurn} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import {expect, test} from 'vitest';
import {eventJson} from '../../src/data/event.ts';
import type {Feed, Stretch, Waiting} from '../../src/http/feed.ts';
import {frameText} from '../../src/http/frame.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {random} from '../../src/lib/random.ts';
import type {QueryChoice} from '../../src/reaction/query-feed.ts';
import {FEED_LIMITS, type FeedLimits, queryFeed} from '../../src/reaction/query-feed.ts';
import {row, type World, world} from './world.ts';

function feedOf(of: World, limits: Partial<FeedLimits> = {}): Feed<QueryChoice> {
  return queryFeed({
    world: of,
    queries: of.queries,
    encode: (event, id) => frameText({id, data: eventJson(event)}),
    limits: {...FEED_LIMITS, ...limits},
    clock: systemClock(),
  });
}

const ALL: QueryChoice = {path: '', key: '', named: undefined, each: false};

/** A transaction that changes some rows of some queries: few values, so that they collide. */
function write(of: World, next: () => number): void {
  const touched = [...of.queries.keys()].filter(() => next() < 0.5);
  const edits = touched.map((id) => {
    const keys = [1, 2, 3, 4].filter(() => next() < 0.4);
    return [
      id,
      keys.map((key) => {
        const there = [...of.queries.get(id)!.rows()].some(([held]) => held === key);
        if (there && next() < 0.5) return {key, after: undefined};
        return {key, after: row(key, 'x', String(Math.floor(next() * 3)))};
      }),
    ] as const;
  });
  const moving = edits.filter(([id, rows]) => changes(of, id, rows));
  if (moving.length > 0) of.commit(Object.fromEntries(moving));
}

/** What changes nothing is no event. */
function changes(of: World, id: string, rows: readonly {key: number; after: unknown}[]): boolean {
  const held = new Map(of.queries.get(id)!.rows());
  return rows.some(({key, after}) => !isDeepStrictEqual(held.get(key), after));
}

interface Told {
  readonly queryId: string;
  readonly added: readonly Line[];
  readonly updated: readonly Line[];
  readonly deleted: readonly Line[];
  readonly coalesced?: boolean;
}
type Line = {readonly key: string; readonly before?: object; readonly after?: object};

/** Folds what it is told, and throws where that does not follow on what it holds. */
function strictFold() {
  const results = new Map<string, Map<string, object>>();
  let id = 'e1-0';
  return {
    get id() {
      return id;
    },
    results,
    hear(text: string): void {
      for (const frame of text.split('\n\n').filter(Boolean)) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data && !frame.startsWith('event: progress')) apply(results, JSON.parse(data));
        id = /^id: (.*)$/m.exec(frame)?.[1] ?? id;
      }
    },
  };
}

function apply(results: Map<string, Map<string, object>>, told: Told): void {
  const rows = results.get(told.queryId) ?? new Map<string, object>();
  results.set(told.queryId, rows);
  for (const {key, before, after} of [...told.deleted, ...told.updated, ...told.added]) {
    if (!isDeepStrictEqual(rows.get(key), before)) {
      throw new Error(`row ${key} was ${JSON.stringify(rows.get(key))}: ${JSON.stringify(told)}`);
    }
    if (after) rows.set(key, after);
    else rows.delete(key);
  }
}

function held(of: World): Map<string, Map<string, object>> {
  const wanted = new Map<string, Map<string, object>>();
  for (const [id, result] of of.queries) {
    const rows = Array.from(result.rows(), ([key, [number, name, value]]) => {
      return [String(key), {id: number, name, value: Number(String(value))}] as const;
    });
    if (rows.length > 0) wanted.set(id, new Map(rows));
  }
  return wanted;
}

const nobody: Waiting = {open: true, ready: () => {}};

/** The next piece of a stretch, however many turns it takes. */
async function piece(feed: Feed<QueryChoice>, stretch: Stretch) {
  for (let turn = 0; turn < 1000; turn++) {
    const net = feed.net(stretch, ALL, nobody);
    if (net.kind !== 'making') return net;
    await nextTurn();
  }
  throw new Error('a net diff is never made');
}

/** Reads one piece, or a net diff to any place, of which it may be cut off in the middle. */
async function step(
  feed: Feed<QueryChoice>,
  client: ReturnType<typeof strictFold>,
  next: () => number,
) {
  const at = feed.placeOf(client.id);
  if (at.kind === 'lost') throw new Error(`${client.id} is lost: ${at.reason}`);
  const place = at.kind === 'held' ? at.place : at.stretch.from;
  if (at.kind === 'held' && place === feed.last) return;
  if (at.kind === 'held' && next() < 0.5) {
    client.hear(feed.read(place, ALL)!.bytes.toString());
    return;
  }
  const to = place + 1 + Math.floor(next() * (feed.last - place));
  let stretch = at.kind === 'within' ? at.stretch : {from: place, sent: place, to};
  while (stretch.sent < stretch.to && next() < 0.8) {
    const net = await piece(feed, stretch);
    if (net.kind === 'lost') throw new Error(net.reason);
    client.hear(net.bytes.toString());
    stretch = {...stretch, sent: net.sent};
  }
}

test.each(Array.from({length: 300}, (_, seed) => seed))(
  'whatever mixture of events and net diffs a client is told, cut off anywhere, it holds the results: seed %i',
  async (seed) => {
    const next = random(seed);
    const of = world({queries: ['a', 'b', 'c']});
    const feed = feedOf(of, {turnRows: 1 + Math.floor(next() * 5), netSize: 2500 + next() * 2000});
    const client = strictFold();
    for (let turn = 0; turn < 25; turn++) {
      for (let i = next() * 4; i > 0; i--) write(of, next);
      await step(feed, client, next);
    }
    for (let turn = 0; client.id !== feed.idOf(feed.last); turn++) {
      expect(turn, 'it never gets to the end').toBeLessThan(1000);
      await step(feed, client, next);
    }
    const folded = new Map([...client.results].filter(([, rows]) => rows.size > 0));
    expect(folded).toEqual(held(of));
  },
);

test('a net diff tells first and last of a row, and nothing of what came and went', async () => {
  const of = world({queries: ['a', 'b', 'c']});
  const put = (id: number, value: string) => ({key: id, after: row(id, 'x', value)});
  of.commit({a: [put(1, '1'), put(2, '2'), put(3, '3')], b: [put(1, '1')]});
  of.commit({a: [put(1, '10'), {key: 2, after: undefined}, put(4, '4')]});
  of.commit({c: [put(9, '9')], b: [put(1, '2')]});
  of.commit({a: [put(1, '11'), put(3, '30'), {key: 4, after: undefined}]});
  of.commit({a: [put(3, '3')], c: [{key: 9, after: undefined}], b: [put(1, '5')]});
  const feed = feedOf(of);
  const first = await piece(feed, {from: 2, sent: 2, to: of.log.last});
  const second = await piece(feed, {from: 2, sent: 7, to: of.log.last});
  const text = (net: typeof first) => (net.kind === 'made' ? net.bytes.toString() : net.kind);
  const data = (net: typeof first) => JSON.parse(/^data: (.*)$/m.exec(text(net))![1]!);
  expect(data(first)).toEqual({
    queryId: 'a',
    added: [],
    updated: [
      {key: '1', before: {id: 1, name: 'x', value: 1}, after: {id: 1, name: 'x', value: 11}},
    ],
    deleted: [{key: '2', before: {id: 2, name: 'x', value: 2}}],
    sequence: 7,
    coalesced: true,
    from: 3,
    to: 9,
    timestamp: 1_700_000_000_000,
    transaction: expect.objectContaining({part: 1, parts: 2}),
  });
  expect(text(first)).toContain('id: e1-2-7-9\n');
  expect(data(second)).toMatchObject({queryId: 'b', sequence: 9, transaction: {part: 2, parts: 2}});
  expect(text(second)).toContain('id: e1-9\n');
});

test('a stretch that comes to nothing is the place it leads to', async () => {
  const of = world();
  of.commit({q: [{key: 1, after: row(1, 'x', '1')}]});
  of.commit({q: [{key: 1, after: undefined}]});
  const net = await piece(feedOf(of), {from: 0, sent: 0, to: 2});
  expect(net).toEqual({
    kind: 'made',
    bytes: Buffer.from('event: progress\nid: e1-2\ndata: {"sequence":2}\n\n'),
    sent: 2,
  });
});

test('who is behind by more than the limit of events or of bytes is told in short', () => {
  const of = world();
  const feed = feedOf(of, {behindEvents: 100, behindBytes: 100_000});
  const commit = (text: string) => of.commit({q: [{key: 1, after: row(of.log.last, text, '1')}]});
  for (let i = 0; i < 100; i++) commit('x');
  expect(feed.stretch(0, ALL)).toBeUndefined();
  commit('x');
  expect(feed.stretch(0, ALL)).toEqual({from: 0, sent: 0, to: 101});
  expect(feed.stretch(1, ALL)).toBeUndefined();
  for (let i = 0; i < 20; i++) commit('x'.repeat(5000));
  expect(feed.stretch(101, ALL)).toEqual({from: 101, sent: 101, to: 121});
  // A few are told one by one, however large they are.
  expect(feed.stretch(105, ALL)).toBeUndefined();
  expect(feed.stretch(0, {...ALL, each: true})).toBeUndefined();
});

test('clients at one place share one net diff, though the log has moved on', async () => {
  const of = world();
  const feed = feedOf(of, {behindEvents: 100});
  const commit = () => of.commit({q: [{key: 1, after: row(of.log.last, 'x', '1')}]});
  for (let i = 0; i < 150; i++) commit();
  const first = feed.stretch(0, ALL)!;
  const one = await piece(feed, first);
  for (let i = 0; i < 40; i++) commit();
  const second = feed.stretch(0, ALL)!;
  expect(second).toEqual(first);
  const other = feed.net(second, ALL, nobody);
  // One and the same buffer, at once.
  expect(other.kind === 'made' && one.kind === 'made' && other.bytes === one.bytes).toBe(true);
  for (let i = 0; i < 20; i++) commit();
  expect(feed.stretch(0, ALL)).toEqual({from: 0, sent: 0, to: 210});
});

test('a long way is looked through in many turns, and given up where nobody waits for it', async () => {
  const of = world();
  const feed = feedOf(of, {turnRows: 10});
  for (let i = 0; i < 1000; i++) of.commit({q: [{key: i, after: row(i, 'x', '1')}]});
  let open = true;
  let ready = 0;
  const waiting: Waiting = {
    get open() {
      return open;
    },
    ready: () => {
      ready += 1;
    },
  };
  const stretch = {from: 0, sent: 0, to: 1000};
  expect(feed.net(stretch, ALL, waiting)).toEqual({kind: 'making'});
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  expect(ready).toBe(0);
  open = false;
  for (let turn = 0; turn < 500; turn++) await nextTurn();
  expect(ready).toBe(0);
  open = true;
  expect(feed.net(stretch, ALL, waiting)).toEqual({kind: 'making'});
  for (let turn = 0; turn < 500; turn++) await nextTurn();
  expect(ready).toBe(1);
  expect(feed.net(stretch, ALL, waiting).kind).toBe('made');
});

test('a net diff larger than what may be held is given up for a snapshot', async () => {
  const of = world();
  const feed = feedOf(of, {netSize: 10_000});
  for (let i = 0; i < 200; i++) of.commit({q: [{key: i, after: row(i, 'x'.repeat(100), '1')}]});
  expect(await piece(feed, {from: 0, sent: 0, to: 200})).toEqual({
    kind: 'lost',
    reason: 'too-much',
  });
});

test('a net diff whose beginning is trimmed before it is made is given up for a snapshot', async () => {
  const of = world({eventLogEvents: 100});
  const feed = feedOf(of, {turnRows: 10});
  const commit = (n: number) => of.commit({q: [{key: 1, after: row(n, 'x', '1')}]});
  for (let i = 0; i < 100; i++) commit(i);
  const stretch = {from: 0, sent: 0, to: 100};
  expect(feed.net(stretch, ALL, nobody)).toEqual({kind: 'making'});
  for (let i = 0; i < 60; i++) commit(i);
  expect(await piece(feed, stretch)).toEqual({kind: 'lost', reason: 'too-old'});
});

test.each([
  ['e1-5-4-9', 'unknown-id'],
  ['e1-5-10-9', 'unknown-id'],
  ['e1-5-6-99', 'unknown-id'],
  ['e1-5-6', 'unknown-id'],
  ['e1-5-6-7-8', 'unknown-id'],
  ['e0-5-6-9', 'other-epoch'],
  ['e1-1-6-9', 'too-old'],
])('the id %s of a net diff is %s', (id, reason) => {
  const of = world({eventLogEvents: 8});
  for (let i = 0; i < 10; i++) of.commit({q: [{key: 1, after: row(i, 'x', '1')}]});
  const feed = feedOf(of);
  expect(feed.placeOf(id)).toEqual({kind: 'lost', reason});
  expect(feed.placeOf('e1-5-6-9')).toMatchObject({
    kind: 'within',
    stretch: {from: 5, sent: 6, to: 9},
  });
});
