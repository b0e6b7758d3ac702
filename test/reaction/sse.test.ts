import {once} from 'node:events';
import {connect} from 'node:net';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {EventSource} from 'eventsource';
import {expect, test} from 'vitest';
import {listeners} from '../../src/http/listeners.ts';
import {sseReaction} from '../../src/reaction/sse.ts';
import type {SseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';
import {cleanups, deafClient, serve} from './serving.ts';
import {listenerOptions, row, sseOptions, streamOptions, type World, world} from './world.ts';

const collectGarbage = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

function heldBufferBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

const put = (id: number, value: string) => ({q: [{key: id, after: row(id, `m${id}`, value)}]});

test('a change comes as one unnamed event with its id, its digits kept', async () => {
  const of = world();
  const {client} = await serve(of);
  const reader = await client();
  await reader.until(({lastId}) => lastId === 'e1-0');
  of.commit(put(1, '95.00'));
  of.commit(put(1, '12345678901234567890.10'));
  await reader.until((one) => one.messageCount === 2);

  expect(reader.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(reader.headers.get('cache-control')).toBe('no-cache, no-transform');
  expect(reader.headers.get('x-accel-buffering')).toBe('no');
  const [added, updated] = reader.received.filter(({data}) => data !== undefined);
  expect(added?.id).toBe('e1-1');
  expect(JSON.parse(added!.data!)).toMatchObject({
    queryId: 'q',
    sequence: 1,
    updated: [],
    deleted: [],
  });
  expect(added?.data).toContain('"after":{"id":1,"name":"m1","value":95.00}');
  expect(updated?.data).toContain('"before":{"id":1,"name":"m1","value":95.00}');
  expect(updated?.data).toContain('"value":12345678901234567890.10');
});

test('the first thing a client hears is when to come back and where it stands', async () => {
  const of = world();
  of.commit(put(1, '1'));
  const {client} = await serve(of);
  const reader = await client();
  await reader.until(({lastId}) => lastId !== undefined);
  expect(reader.received).toEqual([
    {id: undefined, event: 'message', data: undefined, retry: expect.stringMatching(/^[23]\d$/)},
    {id: 'e1-1', event: 'message', data: undefined, retry: undefined},
  ]);
});

test.each(['header', 'lastEventId', 'last_event_id'])(
  'a client that comes back by %s gets what it missed and nothing twice',
  async (way) => {
    const of = world();
    const {client} = await serve(of);
    for (const id of [1, 2, 3, 4]) of.commit(put(id, '1'));
    const reader =
      way === 'header'
        ? await client('/events?snapshot=true', {'Last-Event-ID': 'e1-2'})
        : await client(`/events?snapshot=true&${way}=e1-2`);
    await reader.until((one) => one.messageCount === 2);
    of.commit(put(5, '1'));
    await reader.until((one) => one.messageCount === 3);
    expect(reader.messages().map(({sequence}) => sequence)).toEqual([3, 4, 5]);
    expect(reader.named('snapshot')).toEqual([]);
  },
);

test.each([
  ['of another life of the store', 'e0-1', 'other-epoch'],
  ['older than the log', 'e1-1', 'too-old'],
  ['not yet given out', 'e1-99', 'unknown-id'],
  ['of a reset that was told before', 'e1-too-much', 'too-much'],
  ['of a reset in another life of the store', 'e0-too-old', 'other-epoch'],
  ['that is no id at all', 'x\u00e4"<1', 'unknown-id'],
])('an id %s is answered with a reset and everything afresh', async (_name, id, reason) => {
  const of = world({eventLogEvents: 2});
  const {client} = await serve(of);
  for (const key of [1, 2, 3, 4]) of.commit(put(key, '1'));
  const reader = await client(`/events?lastEventId=${encodeURIComponent(id)}`);
  await reader.until(({lastId}) => lastId === 'e1-4');
  of.commit(put(5, '1'));
  await reader.until((one) => one.messageCount === 1);

  expect(reader.named('reset')).toMatchObject([{reason, epoch: 'e1', sequence: 4}]);
  expect(reader.named('snapshot')).toMatchObject([
    {
      queryId: 'q',
      sequence: 4,
      part: 1,
      parts: 1,
      rows: [{key: '1'}, {key: '2'}, {key: '3'}, {key: '4'}],
    },
  ]);
  expect(reader.messages().map(({sequence}) => sequence)).toEqual([5]);
});

test('a snapshot in parts has its id on the last part alone', async () => {
  const of = world({queries: ['q', 'empty']});
  of.commit({q: Array.from({length: 1201}, (_, id) => ({key: id, after: row(id, 'x', '1')}))});
  const {client} = await serve(of);
  const reader = await client('/events?snapshot=true');
  await reader.until(({lastId}) => lastId !== undefined);

  const parts = reader.received.filter(({event}) => event === 'snapshot');
  expect(parts.map(({id}) => id)).toEqual([undefined, undefined, undefined, 'e1-1']);
  const bodies = reader.named('snapshot');
  expect(
    bodies.map(({queryId, part, parts: of, rows}) => [queryId, part, of, rows.length]),
  ).toEqual([
    ['q', 1, 3, 500],
    ['q', 2, 3, 500],
    ['q', 3, 3, 201],
    ['empty', 1, 1, 0],
  ]);
});

test('a snapshot and the stream after it make the result, while writes go on', async () => {
  const of = world();
  const {client} = await serve(of);
  let writing = true;
  let step = 0;
  const writer = (async () => {
    while (writing) {
      step += 1;
      of.commit({
        q: [
          {
            key: step % 50,
            after:
              step % 7 === 0 && of.queries.get('q')!.size > 49
                ? undefined
                : row(step % 50, 'x', String(step)),
          },
        ],
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const readers = await Promise.all(
    Array.from({length: 10}, () => client('/events?snapshot=true')),
  );
  await Promise.all(readers.map((reader) => reader.until((one) => one.messageCount > 200)));
  writing = false;
  await writer;
  const wanted = Array.from(of.queries.get('q')!.rows(), ([key, [, , value]]) => [
    String(key),
    String(value),
  ]);
  for (const reader of readers) {
    await reader.until(({lastId}) => lastId === `e1-${of.log.last}`);
    expect([...folded(reader)].sort()).toEqual(wanted.sort());
  }
});

/** Snapshot and diffs put together as a page would. */
function folded(reader: SseClient): Map<string, string> {
  const rows = new Map<string, string>();
  const valueText = (after: {value: number}): string => String(after.value);
  for (const {rows: part} of reader.named('snapshot')) {
    for (const {key, after} of part) rows.set(key, valueText(after));
  }
  for (const {added, updated, deleted} of reader.messages()) {
    for (const {key, after} of [...added, ...updated]) rows.set(key, valueText(after));
    for (const {key} of deleted) rows.delete(key);
  }
  return rows;
}

test('ten clients killed in the middle of writes see every event of their queries once, in order', async () => {
  const all = ['a', 'b', 'c'];
  const of = world({queries: all});
  const {client} = await serve(of);
  const choices = [all, ['a'], ['b'], ['a', 'c'], all, ['c'], ['b', 'a'], ['c'], ['a'], all];
  const lives = 12;
  let inEarlierLives = choices.length;

  const written = (queries: readonly string[]): number[] =>
    queries.flatMap((id) => of.sequencesOf(id)).sort((a, b) => a - b);

  async function write(): Promise<void> {
    for (let step = 0; inEarlierLives > 0; step++) {
      const id = all[step % all.length]!;
      of.commit({[id]: [{key: 1, after: row(1, id, String(step))}]});
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function read(queries: readonly string[], index: number): Promise<number[]> {
    const seen: number[] = [];
    let id = 'e1-0';
    for (let life = 1; life <= lives; life++) {
      const path = `/events?queries=${queries.join(',')}`;
      const reader = await client(path, {'Last-Event-ID': id});
      const enough = 1 + ((index * 7 + life * 11) % 60);
      if (life < lives) await reader.until((one) => one.messageCount >= enough);
      else {
        inEarlierLives -= 1;
        await writing;
        const last = `e1-${written(queries).at(-1)}`;
        await reader.until(({lastId}) => lastId === last);
      }
      reader.close();
      seen.push(...reader.messages().map(({sequence}) => sequence));
      id = reader.lastId!;
    }
    return seen;
  }

  const writing = write();
  const seen = await Promise.all(choices.map(read));
  await writing;
  expect(seen).toEqual(choices.map(written));
}, 30_000);

test('a browser resumes by itself after its connection was cut', async () => {
  const of = world();
  const {reaction, url} = await serve(of);
  const seen: number[] = [];
  const source = new EventSource(`${url}/events`);
  cleanups.push(() => source.close());
  source.onmessage = ({data}) => void seen.push(JSON.parse(data).sequence);
  await until(() => reaction.status().clients === 1);
  of.commit(put(1, '1'));
  await until(() => seen.length === 1);
  const byes: unknown[] = [];
  source.addEventListener('bye', ({data}) => byes.push(JSON.parse(data)));
  const port = Number(new URL(url).port);
  await reaction.stop();
  await until(() => byes.length === 1);
  of.commit(put(2, '1'));

  const again = await serve(of, {port});
  await until(() => seen.length === 2);
  of.commit(put(3, '1'));
  await until(() => seen.length === 3);
  expect([seen, byes]).toEqual([[1, 2, 3], [{reason: 'closing'}]]);
  expect(again.reaction.status().clients).toBe(1);
});

test('a client that does not read costs little, and others hear everything', async () => {
  const of = world();
  const {reaction, url, client} = await serve(of, {}, {stalledMs: 60_000});
  deafClient(url);
  const reader = await client();
  await until(() => reaction.status().clients === 2);
  const before = heldBufferBytes();

  const text = 'x'.repeat(40_000);
  for (let step = 1; step <= 2000; step++) {
    of.commit({q: [{key: step, after: row(step, text, '1')}]});
    if (step % 10 === 0) await reader.until((one) => one.received.length >= step - 50);
  }
  await reader.until(({lastId}) => lastId === 'e1-2000');
  const sequences = reader.messages().map(({sequence}) => sequence);
  expect(sequences).toEqual(Array.from({length: 2000}, (_, i) => i + 1));
  expect(reaction.status().clients).toBe(2);
  expect(reaction.status().lagEvents).toBeGreaterThan(500);
  // All of it was 80 MB. The cache of encoded events may hold 8 of them.
  await until(() => heldBufferBytes() - before < 24 * 1024 * 1024);
}, 30_000);

test('a client that takes nothing for long is cut off, alone', async () => {
  const of = world();
  const {reaction, url, client} = await serve(of, {}, {stalledMs: 1500});
  const deaf = deafClient(url);
  const reader = await client();
  await until(() => reaction.status().clients === 2);
  const text = 'x'.repeat(100_000);
  for (let step = 1; step <= 200; step++)
    of.commit({q: [{key: step, after: row(step, text, '1')}]});
  await until(() => reaction.status().clients === 1);
  deaf.resume();
  await until(() => deaf.closed);
  await reader.until(({lastId}) => lastId === 'e1-200');
  of.commit(put(1, '1'));
  await reader.until(({lastId}) => lastId === 'e1-201');
}, 30_000);

test('a client that fell behind the log is told so, and starts afresh in the same stream', async () => {
  const of = world({eventLogEvents: 20});
  const {reaction, url} = await serve(of);
  const socket = deafClient(url);
  let heard = '';
  await until(() => reaction.status().clients === 1);
  const text = 'x'.repeat(100_000);
  for (let step = 1; step <= 200; step++) {
    of.commit({q: [{key: 1, after: row(step, text, '1')}]});
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1');
  });
  socket.resume();
  await until(() => heard.includes('event: reset'));
  await until(() => heard.includes(`id: e1-${of.log.last}`));
  expect(heard).toContain('"reason":"too-old"');
  expect(heard.indexOf('event: reset')).toBeLessThan(heard.indexOf('event: snapshot'));
});

test('one event larger than a socket holds still arrives, and the one after it', async () => {
  const of = world();
  const {client} = await serve(of);
  const reader = await client();
  await reader.until(({lastId}) => lastId === 'e1-0');
  of.commit({q: [{key: 1, after: row(1, 'y'.repeat(5_000_000), '1')}]});
  of.commit(put(2, '1'));
  await reader.until((one) => one.messageCount === 2);
  expect(reader.messages()[0].added[0].after.name).toHaveLength(5_000_000);
});

test.each([
  ['in all', {clients: 2}, 'clients'],
  ['of one address', {clientsPerAddress: 2}, 'clientsPerAddress'],
])(
  'a client too many %s is sent away so that it comes back by itself',
  async (_name, limits, limit) => {
    const of = world();
    const {reaction, client} = await serve(of, {}, limits);
    const [first] = [await client(), await client()];
    const third = await client();
    await third.until(({ended}) => ended);
    expect(third.status).toBe(200);
    expect(third.named('bye')).toEqual([{reason: 'too-many-clients', limit}]);
    expect(Number(third.received[0]?.retry)).toBeGreaterThanOrEqual(160);

    first?.close();
    await until(() => reaction.status().clients === 1);
    const fourth = await client();
    await fourth.until(({lastId}) => lastId !== undefined);
  },
);

test('queries are chosen by name, and the place moves on past the others', async () => {
  const of = world({queries: ['a', 'b']});
  const {client} = await serve(of, {heartbeatIntervalMs: 20});
  const reader = await client('/events?queries=b');
  await reader.until(({lastId}) => lastId === 'e1-0');
  of.commit({a: [{key: 1, after: row(1, 'x', '1')}]});
  await reader.until(({lastId}) => lastId === 'e1-1');
  expect(reader.messages()).toEqual([]);
  expect(reader.named('progress').at(-1)).toMatchObject({
    sequence: 1,
    lsn: '0/1010',
    lagBytes: 0,
    lagMs: 0,
  });
  expect(reader.comments.length).toBeGreaterThan(0);
});

test('a query that is not there is refused before the stream begins', async () => {
  const {url} = await serve(world({queries: ['metrics']}));
  const response = await fetch(`${url}/events?queries=metrcs`, {
    headers: {Accept: 'text/event-stream'},
  });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    success: false,
    data: null,
    error: {
      code: 'query-not-streamed',
      message: 'query "metrcs" is not on this stream',
      hint: 'did you mean "metrics"?',
    },
  });
});

test.each([
  ['POST', {method: 'POST'}, 405],
  ['a client that wants JSON only', {headers: {Accept: 'application/json'}}, 406],
])('%s is refused', async (_name, request, status) => {
  const {url} = await serve(world());
  expect((await fetch(`${url}/events`, request)).status).toBe(status);
});

test('HEAD is answered with the head, and holds no place', async () => {
  const {url, reaction} = await serve(world(), {}, {clients: 1});
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`${url}/events`, {method: 'HEAD'});
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
  }
  expect(reaction.status().clients).toBe(0);
});

test('pages of listed origins may read, others not', async () => {
  const {url} = await serve(world(), {corsAllowedOrigins: ['http://a.example']});
  const allowed = async (origin: string): Promise<(string | null)[]> => {
    const {headers} = await fetch(`${url}/events`, {method: 'HEAD', headers: {Origin: origin}});
    return [headers.get('access-control-allow-origin'), headers.get('vary')];
  };
  expect(await allowed('http://a.example')).toEqual(['http://a.example', 'Origin']);
  expect(await allowed('http://b.example')).toEqual([null, 'Origin']);
});

test('where no origin is listed any page may read', async () => {
  const {url} = await serve(world(), {corsAllowedOrigins: []});
  const {headers} = await fetch(`${url}/events`, {method: 'HEAD', headers: {Origin: 'null'}});
  expect(headers.get('access-control-allow-origin')).toBe('*');
});

test("Drasi's heartbeat comes at once and again", async () => {
  const {client} = await serve(world(), {heartbeat: 'data', heartbeatIntervalMs: 20});
  const reader = await client();
  await reader.until((one) => one.messageCount >= 3);
  expect(reader.messages()[0]).toEqual({type: 'heartbeat', ts: expect.any(Number)});
});

test("Drasi's snapshot is the list of rows", async () => {
  const of = world();
  of.commit(put(1, '95.00'));
  of.commit(put(2, '1'));
  const {url} = await serve(of);
  const response = await fetch(`${url}/snapshot/q`);
  expect(await response.text()).toBe(
    '[{"id":1,"name":"m1","value":95.00},{"id":2,"name":"m2","value":1}]',
  );
  expect((await fetch(`${url}/snapshot/other`)).status).toBe(404);
});

test('the snapshot of a query that has no result yet is to be asked for again', async () => {
  const {url} = await serve(world(), {queries: ['q', 'later']});
  const response = await fetch(`${url}/snapshot/later`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    error: {code: 'snapshot-not-ready', message: 'query "later" has no result yet'},
  });
});

test('in the format drasi an event is a list of changes', async () => {
  const of = world();
  const {client} = await serve(of, {format: 'drasi'});
  const reader = await client('/events', {'Last-Event-ID': 'e1-0'});
  of.commit(put(1, '1'));
  of.commit(put(1, '2'));
  of.commit({q: [{key: 1, after: undefined}]});
  await reader.until((one) => one.messageCount === 3);
  const before = {id: 1, name: 'm1', value: 1};
  const after = {id: 1, name: 'm1', value: 2};
  expect(reader.messages().map(({results}) => results)).toEqual([
    [{type: 'ADD', data: before}],
    [{type: 'UPDATE', data: after, before, after}],
    [{type: 'DELETE', data: after}],
  ]);
});

test('templates send each change to its path, as text, the id on the last of them', async () => {
  const of = world();
  const {client} = await serve(of, {
    routes: {
      q: {
        added: {template: '+{{after.name}}={{after.value}}'},
        updated: {template: '{{{before.value}}} ->\n{{after.value}}', path: 'changes/{{after.id}}'},
        deleted: {template: '', path: '/gone'},
      },
    },
  });
  const [own, seven, gone] = [
    await client(),
    await client('/events/changes/7'),
    await client('/gone'),
  ];
  for (const one of [own, seven, gone]) await one.until(({lastId}) => lastId === 'e1-0');
  of.commit({
    q: [
      {key: 7, after: row(7, 'a"b', '95.00')},
      {key: 8, after: row(8, 'x', '0.10')},
    ],
  });
  of.commit({
    q: [
      {key: 7, after: row(7, 'a', '95.50')},
      {key: 8, after: row(8, 'x', '0.20')},
    ],
  });
  of.commit({q: [{key: 7, after: undefined}]});
  const data = (one: SseClient) =>
    one.received.filter((event) => event.data !== undefined).map(({id, data}) => [id, data]);
  // Each stream goes at its own pace.
  await gone.until((one) => one.lastId === 'e1-3');
  await own.until((one) => data(one).length === 2);
  await seven.until((one) => data(one).length === 1);
  expect(data(own)).toEqual([
    [undefined, '+a&quot;b=95.00'],
    ['e1-1', '+x=0.10'],
  ]);
  expect(data(seven)).toEqual([['e1-2', '95.00 ->\n95.50']]);
  expect(JSON.parse(data(gone)[0]![1]!)).toEqual({
    queryId: 'q',
    result: {type: 'DELETE', data: {id: 7, name: 'a', value: 95.5}},
    timestamp: 1_700_000_000_000,
  });
});

test('a row can not break out of its event', async () => {
  const of = world();
  const {client} = await serve(of, {defaultTemplate: {added: {template: '{{{after.name}}}'}}});
  const reader = await client();
  await reader.until(({lastId}) => lastId === 'e1-0');
  of.commit({q: [{key: 1, after: row(1, 'a\r\n\r\nevent: reset\rdata: {}\nid: e9-9', '1')}]});
  await reader.until(({lastId}) => lastId === 'e1-1');
  expect(reader.named('reset')).toEqual([]);
  expect(reader.received.at(-1)?.data).toBe('a\n\nevent: reset\ndata: {}\nid: e9-9');
});

test('a template that is none fails its reaction alone, and says where', async () => {
  const of = world();
  const all = listeners(listenerOptions);
  const env = {...streamOptions, world: of, listeners: all};
  const bad = sseReaction(
    {...sseOptions, id: 'bad', routes: {q: {added: {template: '{{#if x}}'}}}},
    env,
  );
  const good = sseReaction({...sseOptions, id: 'good'}, env);
  cleanups.push(() => good.stop());
  await Promise.all([bad.start(), good.start()]);
  expect(bad.status().state).toMatchObject({
    kind: 'failed',
    problem: {
      code: 'template-invalid',
      message: 'reaction "bad" has an invalid template at routes.q.added.template',
    },
  });
  expect(good.status().state).toEqual({kind: 'running'});
});

test('two reactions share a port; two on one path do not', async () => {
  const of = world();
  const {all, url} = await serve(of, {ssePath: '/one'});
  const port = Number(new URL(url).port);
  const env = {...streamOptions, world: of, listeners: all};
  const second = sseReaction({...sseOptions, id: 'second', port, ssePath: '/two'}, env);
  const third = sseReaction({...sseOptions, id: 'third', port, ssePath: '/one'}, env);
  cleanups.push(() => second.stop());
  await second.start();
  await third.start();
  for (const path of ['/one', '/two'])
    expect((await fetch(url + path, {method: 'HEAD'})).status).toBe(200);
  expect(third.status().state).toMatchObject({kind: 'failed', problem: {code: 'path-taken'}});
  await second.stop();
  expect((await fetch(`${url}/two`, {method: 'HEAD'})).status).toBe(404);
  expect((await fetch(`${url}/one`, {method: 'HEAD'})).status).toBe(200);
});

test('each event is written once, however many clients read it', async () => {
  const of = world();
  let encoded = 0;
  const counted: World = {
    ...of,
    log: {
      ...of.log,
      get last() {
        return of.log.last;
      },
      get trimmed() {
        return of.log.trimmed;
      },
      // `eventJson` asks an event for its transaction once each time it writes it.
      read: (after, limit) =>
        of.log.read(after, limit).map((event) => ({
          ...event,
          get transaction() {
            encoded += 1;
            return event.transaction;
          },
        })),
    },
  };
  const {client} = await serve(counted);
  const readers = await Promise.all(Array.from({length: 50}, () => client()));
  for (const reader of readers) await reader.until(({lastId}) => lastId === 'e1-0');
  for (let step = 1; step <= 40; step++) {
    of.commit(put(step, '1'));
    if (step % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const reader of readers) await reader.until((one) => one.messageCount === 40);
  expect(encoded).toBe(40);
});

test('a stopped reaction lets go of its port and its clients', async () => {
  const {reaction, client, url} = await serve(world());
  const reader = await client();
  await reader.until(({lastId}) => lastId !== undefined);
  await reaction.stop();
  await reader.until(({ended}) => ended);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
});
