import {afterEach, expect, test} from 'vitest';
import {type ApiOptions, api} from '../../src/api/api.ts';
import type {ApiService, SourceView} from '../../src/api/service.ts';
import {listeners} from '../../src/http/listeners.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {Problem} from '../../src/lib/problem.ts';
import type {SourceStatus} from '../../src/source/source.ts';
import {listenerOptions, row, type World, world} from '../reaction/world.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const TOKEN = 'a-token-of-the-api';
const lost = new Problem('slot-lost', {message: 'replication slot "s" was lost'});

const STATUS: SourceStatus = {
  state: {kind: 'streaming'},
  sinceMs: 5,
  receivedLsn: 0x1a2b3c8n,
  acknowledgedLsn: 0x1a2b3c0n,
  serverLsn: 0x1a2b400n,
  lagBytes: 64,
  lagMs: 1500,
  tables: ['public.t'],
  warnings: [],
  transactions: 42,
  heartbeat: {atMs: 1000, roundTripMs: 12},
  slot: {
    name: 's',
    atMs: 7,
    walStatus: 'extended',
    loss: undefined,
    activePid: 71,
    retainedBytes: 3000,
    unconfirmedBytes: 2000,
    safeBytes: undefined,
    logEnd: 0x1a2b400n,
    catalogXminAge: 3,
    failover: false,
    blocker: {kind: 'service'},
    furtherSlots: [{name: 'other', active: false, retainedBytes: 9000}],
    limitBytes: 9000,
    walBytesPerSecond: 200,
    growthBytesPerSecond: 100,
    endsBy: 'limit',
    endsInMs: 60_000,
  },
};

function sourceOf(
  status: Partial<SourceStatus> = {},
  resync = (): void => {},
  id = 's',
): SourceView {
  return {id, kind: 'postgres', status: () => ({...STATUS, ...status}), resync};
}

async function serve(service: Partial<ApiService>, of: World = world()): Promise<string> {
  const all = listeners(listenerOptions);
  const options: ApiOptions = {
    service: {...of.service, ...service},
    events: (_request, response) => void response.end(),
    corsAllowedOrigins: [],
    apiToken: TOKEN,
    limits: {pageRows: 1000, stalledMs: 5000, bodyBytes: 1000},
    clock: systemClock(),
  };
  const mount = {host: '127.0.0.1', port: 0, setting: 'port'};
  const {port} = await all.mount(mount, ['/api'], (listener) => api(options, listener));
  ends.push(() => all.close());
  return `http://127.0.0.1:${port}`;
}

const json = async (url: string) => (await fetch(url)).json();

test('a source tells what its slot costs, and so does a place of its own', async () => {
  const url = await serve({sources: () => [sourceOf()]});
  const {data} = await json(`${url}/api/v1/sources/s`);
  expect(data).toMatchObject({
    transactions: 42,
    heartbeat: {roundTripMs: 12},
    stale: null,
    slot: {
      retainedBytes: 3000,
      safeBytes: null,
      limitBytes: 9000,
      endsBy: 'limit',
      minutesToLoss: 1,
      logEnd: '0/1A2B400',
      lost: null,
      blocker: {kind: 'service'},
      furtherSlots: [{name: 'other', retainedBytes: 9000}],
    },
    links: {slot: '/api/v1/sources/s/slot'},
  });
  expect((await json(`${url}/api/v1/sources/s/slot`)).data).toEqual(data.slot);
});

test('a slot that was not read yet is null', async () => {
  const url = await serve({sources: () => [sourceOf({slot: undefined})]});
  expect(await json(`${url}/api/v1/sources/s/slot`)).toMatchObject({success: true, data: null});
});

test('a resync begins with the request, which needs the token', async () => {
  let asked = 0;
  const url = await serve({sources: () => [sourceOf({}, () => void asked++)]});
  const post = (headers: Record<string, string>) =>
    fetch(`${url}/api/v1/sources/s/resync`, {method: 'POST', headers});
  expect([(await post({})).status, asked]).toEqual([401, 0]);
  const response = await post({Authorization: `Bearer ${TOKEN}`});
  expect([response.status, asked]).toEqual([202, 1]);
  expect((await response.json()).data).toMatchObject({source: {id: 's'}});
  const unknown = await fetch(`${url}/api/v1/sources/x/resync`, {
    method: 'POST',
    headers: {Authorization: `Bearer ${TOKEN}`},
  });
  expect((await unknown.json()).error.code).toBe('source-not-found');
});

test('a source that is stopped is not compared', async () => {
  const url = await serve({sources: () => [sourceOf({state: {kind: 'stopped'}})]});
  const headers = {Authorization: `Bearer ${TOKEN}`};
  const response = await fetch(`${url}/api/v1/sources/s/resync`, {method: 'POST', headers});
  expect([response.status, (await response.json()).error.code]).toEqual([409, 'source-stopped']);
});

test('results are served while their source is away, and say that they are stale', async () => {
  const of = world();
  of.commit({q: [{key: 1, after: row(1, 'a', '1')}]});
  let stale: SourceStatus['stale'];
  const url = await serve({sources: () => [sourceOf({stale})]}, of);
  const results = `${url}/api/v1/queries/q/results`;
  const fresh = await fetch(results);
  expect((await fresh.json()).data).not.toHaveProperty('stale');
  expect((await json(`${url}/api/v1/queries/q`)).data.stale).toBeNull();

  stale = {sinceMs: 1_700_000_000_000, why: lost};
  const tag = fresh.headers.get('etag') ?? '';
  // Who holds the rows is not told that nothing is new, for that is not known.
  const again = await fetch(results, {headers: {'If-None-Match': tag}});
  expect(again.status).toBe(200);
  const told = {source: 's', since: '2023-11-14T22:13:20.000Z', problem: {code: 'slot-lost'}};
  expect((await again.json()).data).toMatchObject({results: [{id: 1}], stale: told});
  expect((await json(`${url}/api/v1/queries/q`)).data.stale).toMatchObject(told);
  expect((await json(`${url}/api/v1/queries`)).data[0].stale).toMatchObject(told);
  expect((await json(`${url}/api/v1/sources/s`)).data.stale).toMatchObject({
    sinceMs: 1_700_000_000_000,
    problem: {code: 'slot-lost'},
  });
});

test('metrics tell of sources and queries, with labels that cannot break out', async () => {
  const of = world();
  of.commit({q: [{key: 1, after: row(1, 'a', '1')}]});
  const odd = 'a"} 1\nevil{x="';
  const url = await serve(
    {sources: () => [sourceOf(), sourceOf({stale: {sinceMs: 1, why: lost}}, undefined, odd)]},
    of,
  );
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'tailrace_source_lag_bytes{source="s"} 64',
      'tailrace_source_lag_seconds{source="s"} 1.5',
      'tailrace_source_slot_retained_bytes{source="s"} 3000',
      'tailrace_source_slot_ends_in_seconds{source="s"} 60',
      'tailrace_source_state{source="s",state="streaming"} 1',
      'tailrace_source_state{source="s",state="waiting"} 0',
      'tailrace_source_transactions_total{source="s"} 42',
      'tailrace_source_stale{source="s"} 0',
      'tailrace_source_stale{source="a\\"} 1\\nevil{x=\\""} 1',
      'tailrace_query_rows{query="q"} 1',
      'tailrace_query_sequence{query="q"} 1',
      'tailrace_query_state{query="q",state="running"} 1',
    ]),
  );
  // What is not known is left out: it is not 0.
  expect(lines.filter((line) => line.startsWith('tailrace_source_slot_safe_bytes{'))).toEqual([]);
  expect(lines.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
});

test('metrics of two services in a process are apart, and a second look counts nothing twice', async () => {
  const one = await serve({sources: () => [sourceOf()]});
  const other = await serve({sources: () => [sourceOf({transactions: 7})]});
  const transactions = async (url: string) =>
    /^tailrace_source_transactions_total\S* (\d+)$/m.exec(
      await (await fetch(`${url}/metrics`)).text(),
    )?.[1];
  expect([await transactions(one), await transactions(other)]).toEqual(['42', '7']);
  expect(await transactions(one)).toBe('42');
});
