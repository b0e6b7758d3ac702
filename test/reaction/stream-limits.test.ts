import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {FEED_LIMITS} from '../../src/reaction/query-feed.ts';
import {simulatedClock} from '../support/simulated-clock.ts';
import {until} from '../support/until.ts';
import {deafClient, serve} from './serving.ts';
import {row, world} from './world.ts';

const put = (id: number, value: string) => ({key: id, after: row(id, `m${id}`, value)});

test('progress says what each result of the stream comes to, at its own sequence', async () => {
  const of = world({queries: ['a', 'b']});
  const {client} = await serve(of, {heartbeatIntervalMs: 20});
  of.commit({a: [put(1, '95.00'), put(2, '1')], b: [put(1, '1')]});
  const reader = await client('/events?queries=a');
  await reader.until((one) => one.named('progress').length > 0);
  const texts = ['1\n{"id":1,"name":"m1","value":95.00}', '2\n{"id":2,"name":"m2","value":1}'];
  const checksum = texts.reduce((sum, text) => (sum + crc32(text)) % 2 ** 32, 0);
  expect(reader.named('progress')[0]).toEqual({
    sequence: 2,
    time: expect.any(Number),
    lsn: '0/1010',
    lagBytes: 0,
    lagMs: 0,
    stale: null,
    waiting: null,
    results: {a: {count: 2, checksum}},
  });
  of.commit({a: [{key: 2, after: undefined}]});
  await reader.until((one) => one.named('progress').at(-1).sequence === 3);
  expect(reader.named('progress').at(-1).results).toEqual({
    a: {count: 1, checksum: crc32(texts[0]!)},
  });
});

test('the results of a stream of many queries take turns, and all have theirs', async () => {
  const ids = Array.from({length: 7}, (_, i) => `q${i}`);
  const limits = {...FEED_LIMITS, progressResults: 3};
  const {client} = await serve(world({queries: ids}), {heartbeatIntervalMs: 10}, {limits});
  const reader = await client();
  await reader.until((one) => one.named('progress').length >= 7);
  const told = reader.named('progress').map(({results}) => Object.keys(results));
  expect(new Set(told.map(({length}) => length))).toEqual(new Set([3]));
  expect(new Set(told.flat())).toEqual(new Set(ids));
});

test('a stream may name so many queries, each counted once', async () => {
  const {url, client} = await serve(world({queries: ['a', 'b', 'c']}), {}, {queriesMax: 2});
  const many = await fetch(`${url}/events?queries=a,b,c`);
  expect([many.status, (await many.json()).error]).toMatchObject([
    400,
    {code: 'too-many-queries-asked', message: '3 queries are named; a stream has at most 2'},
  ]);
  const few = await client('/events?queries=a,b&queries=b,a');
  await few.until(({lastId}) => lastId === 'e1-0');
});

test('a snapshot too large is refused before a row of it is taken', async () => {
  const of = world({queries: ['a', 'b'], eventLogEvents: 1});
  of.commit({a: Array.from({length: 6}, (_, i) => put(i, '1'))});
  of.commit({b: Array.from({length: 5}, (_, i) => put(i, '1'))});
  const limits = {...FEED_LIMITS, snapshotRows: 10};
  let taken = 0;
  const counting: typeof of = {
    ...of,
    results(id) {
      const result = of.results(id);
      return (
        result && {
          ...result,
          rows() {
            taken += 1;
            return result.rows();
          },
        }
      );
    },
  };
  const {url, reaction, client} = await serve(counting, {}, {limits});
  for (const query of ['snapshot=true', 'lastEventId=e1-0']) {
    const answer = await fetch(`${url}/events?${query}`);
    expect([answer.status, (await answer.json()).error.code]).toEqual([422, 'snapshot-too-large']);
  }
  expect([taken, reaction.status().clients]).toEqual([0, 0]);
  const one = await client('/events?snapshot=true&queries=a');
  await one.until(({lastId}) => lastId === 'e1-2');
  expect(one.named('snapshot')[0].rows).toHaveLength(6);
});

test('a client that falls off the log where the snapshot is too large is told so', async () => {
  const of = world({eventLogEvents: 20});
  const limits = {...FEED_LIMITS, snapshotRows: 10};
  const {reaction, url} = await serve(of, {}, {limits});
  const socket = deafClient(url);
  await until(() => reaction.status().clients === 1);
  for (let step = 1; step <= 300; step++) {
    of.commit({q: [{key: step % 12, after: row(step, 'x'.repeat(50_000), '1')}]});
    await new Promise((resolve) => setImmediate(resolve));
  }
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.resume();
  await until(() => text.includes('event: bye'));
  expect(text).toContain('"reason":"snapshot-too-large"');
  await until(() => reaction.status().clients === 0);
});

test('clients that begin at one place share the rows of their snapshots', async () => {
  const of = world();
  of.commit({q: Array.from({length: 2000}, (_, i) => put(i, '1'))});
  let taken = 0;
  const counting: typeof of = {
    ...of,
    results: (id) => ({
      ...of.results(id)!,
      rows() {
        taken += 1;
        return of.queries.get(id)!.rows();
      },
    }),
  };
  const {client} = await serve(counting);
  const readers = await Promise.all(
    Array.from({length: 20}, () => client('/events?snapshot=true')),
  );
  for (const reader of readers) {
    await reader.until(({lastId}) => lastId === 'e1-1');
    expect(reader.named('snapshot').flatMap(({rows}) => rows)).toHaveLength(2000);
  }
  // What nobody is sent any more may be let go, so that it has to be taken again.
  expect(taken).toBeLessThan(10);
});

test('streams are closed one after the other in the time there is, with a retry each', async () => {
  const {reaction, client} = await serve(world(), {}, {byeMs: 400});
  const readers = await Promise.all(Array.from({length: 200}, () => client()));
  await until(() => reaction.status().clients === 200);
  const left = new Set<number>();
  const begun = performance.now();
  const stopped = reaction.stop();
  await until(() => {
    left.add(readers.filter(({ended}) => !ended).length);
    return readers.every(({ended}) => ended);
  });
  await stopped;
  expect(performance.now() - begun).toBeGreaterThan(100);
  // Some were still there when others had gone.
  expect([...left].filter((count) => count > 0 && count < 200).length).toBeGreaterThan(1);
  const retries = readers.map(({received}) => Number(received.at(-1)?.retry));
  expect(readers.every((one) => one.named('bye')[0]?.reason === 'closing')).toBe(true);
  expect(Math.min(...retries)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...retries)).toBeLessThanOrEqual(40);
  expect(new Set(retries).size).toBeGreaterThan(5);
});

test('while it closes, who comes is sent away, and who is there still hears what happens', async () => {
  const of = world();
  const {reaction, client} = await serve(of, {}, {byeMs: 1000});
  const readers = await Promise.all(Array.from({length: 300}, () => client()));
  await until(() => reaction.status().clients === 300);
  const stopping = reaction.stop();
  await until(() => readers.some(({ended}) => ended));
  of.commit({q: [put(1, '1')]});
  const late = await client();
  await late.until(({ended}) => ended);
  expect(late.named('bye')).toEqual([{reason: 'closing'}]);
  await stopping;
  await until(() => readers.every(({ended}) => ended));
  expect(readers.filter((one) => one.messageCount === 1).length).toBeGreaterThan(10);
});

test('with rotation a long stream is ended once it has been sent all, and goes on by its id', async () => {
  const clock = simulatedClock(0);
  const of = world();
  const {client, reaction} = await serve(
    of,
    {heartbeatIntervalMs: 1000},
    {clock, rotateMs: 10_000},
  );
  const reader = await client();
  await until(() => reaction.status().clients === 1);
  await clock.pass(7_000);
  of.commit({q: [put(1, '1')]});
  await reader.until((one) => one.messageCount === 1);
  expect(reader.ended).toBe(false);
  await clock.pass(6_000);
  await reader.until(({ended}) => ended);
  expect(reader.named('bye')).toEqual([{reason: 'rotating'}]);
  of.commit({q: [put(2, '1')]});
  const next = await client('/events', {'Last-Event-ID': reader.lastId!});
  await next.until((one) => one.messageCount === 1);
  expect(next.messages()[0].sequence).toBe(2);
});

test('what may be at once of one address is counted by what the proxy in front says', async () => {
  const {client} = await serve(world(), {}, {clientsPerAddress: 1, trustProxy: 1});
  const from = (address: string) => client('/events', {'X-Forwarded-For': address});
  const [first, other] = [await from('192.0.2.1'), await from('192.0.2.2')];
  for (const one of [first, other]) await one.until(({lastId}) => lastId === 'e1-0');
  // What a client itself writes into the header stands before what the proxy adds.
  const again = await from('192.0.2.9, 192.0.2.1');
  await again.until(({ended}) => ended);
  expect(again.named('bye')).toEqual([{reason: 'too-many-clients', limit: 'clientsPerAddress'}]);
});

test('without a proxy in front nobody is believed who speaks for another address', async () => {
  const {client} = await serve(world(), {}, {clientsPerAddress: 1});
  const first = await client('/events', {'X-Forwarded-For': '192.0.2.1'});
  await first.until(({lastId}) => lastId === 'e1-0');
  const second = await client('/events', {'X-Forwarded-For': '192.0.2.2'});
  await second.until(({ended}) => ended);
  expect(second.named('bye')).toMatchObject([{limit: 'clientsPerAddress'}]);
});
