import type {Socket} from 'node:net';
import {expect, test} from 'vitest';
import {FEED_LIMITS} from '../../src/reaction/query-feed.ts';
import type {SseOptions} from '../../src/reaction/sse.ts';
import {until} from '../support/until.ts';
import {deafClient, serve} from './serving.ts';
import {row, type World, world} from './world.ts';

const limits = {...FEED_LIMITS, behindEvents: 50};

/** What a socket has been sent of a stream so far, from when it begins to read. */
function heard(socket: Socket): () => string {
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.resume();
  return () => text;
}

/** The data of the unnamed events of a stream whose head and chunk sizes are left in. */
function messages(text: string): Message[] {
  return [...text.matchAll(/^data: (\{"queryId".*\})\r?$/gm)].flatMap(([, json]) => {
    try {
      return [JSON.parse(json!) as Message];
    } catch {
      // A chunk's end fell into it: a text for people, not a parser of HTTP.
      return [];
    }
  });
}
interface Message {
  readonly queryId: string;
  readonly sequence: number;
  readonly coalesced?: boolean;
  readonly from?: number;
  readonly to?: number;
  readonly updated: readonly {key: string; before: {value: number}; after: {value: number}}[];
}

const big = 'x'.repeat(50_000);

/** So much that it stands in no socket's buffers. */
async function flood(of: World, events: number): Promise<void> {
  for (let step = 1; step <= events; step++) {
    of.commit({q: [{key: 1, after: row(1, big, String(step))}]});
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a client that reads again after it stood still is told in one event what it missed', async () => {
  const of = world();
  const {reaction, url} = await serve(of, {}, {limits});
  of.commit({q: [{key: 1, after: row(1, big, '0')}]});
  const socket = deafClient(url);
  await until(() => reaction.status().clients === 1);
  await flood(of, 300);
  expect(reaction.status().lagEvents).toBeGreaterThan(100);
  const text = heard(socket);
  await until(() => text().includes(`id: e1-${of.log.last}\n`));
  expect(text()).not.toContain('event: reset');
  expect(text()).not.toContain('event: snapshot');
  expect(text().match(/"coalesced":true/g)).toHaveLength(1);
  // What it was told is less than a third of the 30 MB that there were.
  expect(text().length).toBeLessThan(10_000_000);

  of.commit({q: [{key: 1, after: row(1, 'y', '1000')}]});
  await until(() => messages(text()).at(-1)?.sequence === of.log.last);
  expect(messages(text()).at(-1)?.coalesced).toBeUndefined();
});

test('a client that comes back from far behind is told in short, or each event where it asks', async () => {
  const of = world({queries: ['q', 'other']});
  for (let step = 1; step <= 100; step++) {
    of.commit({q: [{key: 1, after: row(1, 'x', String(step))}]});
  }
  of.commit({other: [{key: 1, after: row(1, 'x', '1')}]});
  const {client} = await serve(of, {}, {limits});
  const [short, each] = [
    await client('/events?lastEventId=e1-10'),
    await client('/events?lastEventId=e1-10&coalesce=false'),
  ];
  await short.until(({lastId}) => lastId === 'e1-101');
  await each.until(({lastId}) => lastId === 'e1-101');
  expect(each.messages().map(({sequence}) => sequence)).toEqual(
    Array.from({length: 91}, (_, i) => i + 11),
  );
  expect(short.messages()).toMatchObject([
    {
      queryId: 'q',
      sequence: 100,
      coalesced: true,
      from: 11,
      to: 101,
      updated: [{key: '1', before: {value: 10}, after: {value: 100}}],
      transaction: {part: 1, parts: 2},
    },
    {queryId: 'other', sequence: 101, coalesced: true, transaction: {part: 2, parts: 2}},
  ]);

  // Cut off between the two, it comes back with the id of the first.
  const between = short.received.find(({data}) => data !== undefined)!.id!;
  expect(between).toBe('e1-10-100-101');
  const again = await client('/events', {'Last-Event-ID': between});
  await again.until(({lastId}) => lastId === 'e1-101');
  expect(again.received.map(({id}) => id)).toEqual([undefined, between, 'e1-101']);
  expect(again.messages().map(({queryId}) => queryId)).toEqual(['other']);
});

const templates: Partial<SseOptions> = {
  routes: {
    q: {
      added: {template: '+{{after.name}}'},
      updated: {template: '{{before.value}}->{{after.value}}', path: 'changes'},
    },
  },
};

test('templates word the net diff, each change on its path, and every path has the id', async () => {
  const of = world();
  of.commit({q: [{key: 1, after: row(1, 'one', '0')}]});
  for (let step = 1; step <= 99; step++) {
    of.commit({q: [{key: 1, after: row(1, 'one', String(step))}]});
  }
  of.commit({q: [{key: 2, after: row(2, 'two', '2')}]});
  of.commit({q: [{key: 3, after: row(3, 'gone', '3')}]});
  of.commit({q: [{key: 3, after: undefined}]});
  const {client} = await serve(of, templates, {limits});
  const [own, changes] = [
    await client('/events?lastEventId=e1-1'),
    await client('/events/changes?lastEventId=e1-1'),
  ];
  for (const one of [own, changes]) await one.until(({lastId}) => lastId === 'e1-103');
  const data = ({received}: typeof own) => received.flatMap(({data}) => data ?? []);
  expect(data(own)).toEqual(['+two']);
  expect(data(changes)).toEqual(['0->99']);
});

test("Drasi's clients are told the net diff as one list of changes", async () => {
  const of = world();
  for (let step = 0; step < 100; step++) {
    of.commit({q: [{key: step % 3, after: row(step % 3, 'x', String(step))}]});
  }
  const {client} = await serve(of, {format: 'drasi'}, {limits});
  const reader = await client('/events?lastEventId=e1-2');
  await reader.until(({lastId}) => lastId === 'e1-100');
  expect(reader.messages()).toMatchObject([
    {
      queryId: 'q',
      results: [
        {type: 'ADD', data: {id: 2, value: 98}},
        {type: 'UPDATE', before: {id: 0, value: 0}, after: {id: 0, value: 99}},
        {type: 'UPDATE', before: {id: 1, value: 1}, after: {id: 1, value: 97}},
      ],
    },
  ]);
});

test('whoever is cut off between a reset and the end of its snapshots begins anew', async () => {
  const of = world();
  for (let key = 1; key <= 3; key++) of.commit({q: [{key, after: row(key, 'kept', '0')}]});
  for (let key = 4; key <= 100; key++)
    of.commit({q: [{key, after: row(key, 'x'.repeat(500), '0')}]});
  const {client} = await serve(of, {}, {limits: {...limits, netSize: 20_000}});
  const cut = await client('/events?lastEventId=e1-3');
  await cut.until((one) => one.named('reset').length === 1);
  expect(cut.named('reset')).toMatchObject([{reason: 'too-much'}]);
  const upToReset = cut.received.slice(
    0,
    cut.received.findIndex(({event}) => event === 'reset') + 1,
  );
  // What it missed comes to little in the end: to whoever still had what it was told before.
  for (let key = 4; key <= 100; key++) of.commit({q: [{key, after: undefined}]});
  of.commit({q: [{key: 1, after: row(1, 'kept', '1')}]});
  const id = upToReset.findLast((one) => one.id !== undefined)?.id ?? 'e1-3';
  const back = await client('/events', {'Last-Event-ID': id});
  await back.until(({lastId}) => lastId === `e1-${of.log.last}`);
  expect(back.named('reset')).toMatchObject([{reason: 'too-much'}]);
  expect(back.named('snapshot').flatMap(({rows}) => rows)).toHaveLength(3);
  expect(back.messages()).toEqual([]);
});
