import {expect, test} from 'vitest';
import {Problem} from '../../src/lib/problem.ts';
import type {StaleResult} from '../../src/reaction/stream-world.ts';
import {until} from '../support/until.ts';
import {deafClient, serve} from './serving.ts';
import {row, type World, world} from './world.ts';

const lost = (code = 'connection-lost'): StaleResult => ({
  reason: 'source',
  source: 's',
  since: '2026-01-02T03:04:05.678Z',
  problem: new Problem(code, {message: 'lost the connection'}),
});

function fail(of: World, id: string, stale: StaleResult | undefined): void {
  if (stale) of.troubles.stale.set(id, stale);
  else of.troubles.stale.delete(id);
  of.troubles.tell();
}

test('a result that becomes stale, or well again, is told at once and not with the heartbeat', async () => {
  const of = world({queries: ['a', 'b']});
  const {client} = await serve(of, {heartbeatIntervalMs: 600_000});
  const [all, other] = [await client(), await client('/events?queries=b')];
  fail(of, 'a', lost());
  await all.until((one) => one.named('progress').length === 1);
  expect(all.named('progress')[0].stale).toMatchObject({
    query: 'a',
    reason: 'source',
    source: 's',
    problem: {code: 'connection-lost'},
  });
  fail(of, 'a', undefined);
  await all.until((one) => one.named('progress').length === 2);
  expect(all.named('progress')[1]).toMatchObject({stale: null, waiting: null});
  // Whose results are all well is not told of those of others.
  fail(of, 'b', lost());
  await other.until((one) => one.named('progress').length > 0);
  expect(other.named('progress')).toMatchObject([{stale: {query: 'b'}}]);
});

test('whoever joins while a result is not there yet is told so at once, and what it waits for', async () => {
  const of = world();
  const problem = new Problem('slot-in-use', {message: 'the slot is in use', hint: 'end it'});
  const detail = 'Its source "s" waits: the slot is in use.';
  const waiting = {reason: 'source', source: 's', detail, hint: 'end it', problem, retryMs: 900};
  of.troubles.waiting.set('q', waiting);
  const {client, url} = await serve(of, {heartbeatIntervalMs: 600_000, queries: ['q', 'later']});
  const reader = await client('/events?queries=q');
  await reader.until((one) => one.named('progress').length === 1);
  expect(reader.named('progress')[0].waiting).toEqual({
    query: 'q',
    ...{...waiting, problem: {code: 'slot-in-use', message: 'the slot is in use', hint: 'end it'}},
  });
  of.troubles.waiting.set('later', waiting);
  const snapshot = await fetch(`${url}/snapshot/later`);
  expect([snapshot.status, snapshot.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await snapshot.json()).error).toMatchObject({
    ...{code: 'snapshot-not-ready', detail, hint: 'end it', problem: {code: 'slot-in-use'}},
  });
});

test('whoever joins while all is well is told nothing of it', async () => {
  const of = world();
  const {client} = await serve(of, {heartbeatIntervalMs: 600_000}, {progressMs: 1});
  const reader = await client();
  of.troubles.tell();
  of.commit({q: [{key: 1, after: row(1, 'a', '1')}]});
  await reader.until((one) => one.messageCount === 1);
  expect(reader.named('progress')).toEqual([]);
});

test('a source that flaps is told of in time, and no client more often than that', async () => {
  const of = world();
  const progressMs = 150;
  const {client} = await serve(of, {heartbeatIntervalMs: 600_000}, {progressMs});
  const readers = [await client(), await client(), await client('/events?queries=q')];
  const begunMs = performance.now();
  for (let i = 0; i < 100; i++) {
    fail(of, 'q', i % 2 === 0 ? lost() : undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  fail(of, 'q', lost('slot-lost'));
  for (const reader of readers) {
    await reader.until((one) => one.named('progress').at(-1)?.stale?.problem?.code === 'slot-lost');
    const most = 2 + (performance.now() - begunMs) / progressMs;
    expect(reader.named('progress').length).toBeLessThanOrEqual(most);
  }
});

test('that time passes and a source tries again is no other condition', async () => {
  const of = world();
  const {client} = await serve(of, {heartbeatIntervalMs: 600_000}, {progressMs: 1});
  const reader = await client();
  fail(of, 'q', lost());
  await reader.until((one) => one.named('progress').length === 1);
  for (let i = 0; i < 5; i++) {
    fail(of, 'q', {...lost(), since: new Date(i).toISOString()});
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  fail(of, 'q', undefined);
  await reader.until((one) => one.named('progress').at(-1)?.stale === null);
  expect(reader.named('progress')).toHaveLength(2);
});

test('a client that takes nothing is told once it has been sent all that came before', async () => {
  const of = world();
  const big = 'x'.repeat(4_000_000);
  of.commit({q: [1, 2, 3].map((id) => ({key: id, after: row(id, big, '1')}))});
  const {url} = await serve(of, {heartbeatIntervalMs: 600_000}, {progressMs: 10});
  const deaf = deafClient(url, '/events?snapshot=true');
  await new Promise<void>((resolve) => deaf.once('connect', resolve));
  fail(of, 'q', lost());
  let heard = '';
  deaf.on('data', (bytes) => {
    heard = (heard + bytes.toString('latin1')).slice(-2000);
  });
  deaf.resume();
  await until(() => heard.includes('event: progress') || heard.includes('event:progress'));
  expect(heard).toContain('"code":"connection-lost"');
});
