import {afterEach, expect, test} from 'vitest';
import {type ApiOptions, api} from '../../src/api/api.ts';
import type {ApiService, QueryView} from '../../src/api/service.ts';
import {eventJson} from '../../src/data/event.ts';
import {frameText} from '../../src/http/frame.ts';
import {listeners} from '../../src/http/listeners.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {Problem} from '../../src/lib/problem.ts';
import {queryStream} from '../../src/reaction/query-stream.ts';
import {listenerOptions, row, streamOptions, type World, world} from '../reaction/world.ts';
import {sseClient} from '../support/sse-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const TOKEN = 'a-token-of-the-api';

async function serve(
  of: World,
  service: Partial<ApiService> = {},
  more: Partial<Pick<ApiOptions, 'apiToken' | 'corsAllowedOrigins'>> = {},
): Promise<string> {
  const all = listeners(listenerOptions);
  const stream = queryStream({
    ...streamOptions,
    world: of,
    queries: of.queries,
    encode: (event, id) => frameText({id, data: eventJson(event)}),
  });
  const options = {
    service: {...of.service, ...service},
    events: stream.open,
    corsAllowedOrigins: ['http://localhost:3000'],
    apiToken: TOKEN,
    limits: {pageRows: 1000, stalledMs: 5000, bodyBytes: 1000},
    clock: systemClock(),
    ...more,
  };
  const {port} = await all.mount(
    {host: '127.0.0.1', port: 0, setting: 'port'},
    ['/api'],
    (listener) => api(options, listener),
  );
  cleanups.push(async () => {
    stream.close();
    await all.close();
  });
  return `http://127.0.0.1:${port}`;
}

function filled(): World {
  const of = world();
  of.commit({
    q: [
      {key: 10, after: row(10, 'b', '95.00')},
      {key: 9, after: row(9, 'a', '12345678901234567890.10')},
      {key: 'x|2', after: row(2, null, '1')},
    ],
  });
  return of;
}

const results = '/api/v1/queries/q/results';

test('results are in the order of identity, with the digits they have', async () => {
  const url = await serve(filled());
  const response = await fetch(url + results);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(await response.text()).toBe(
    '{"success":true,"data":{"results":[' +
      '{"id":9,"name":"a","value":12345678901234567890.10},' +
      '{"id":10,"name":"b","value":95.00},' +
      '{"id":2,"name":null,"value":1}],' +
      '"count":3,"sequence":1,"lsn":"0/1010","asOf":"2023-11-14T22:13:20.000Z","cursor":null},"error":null}',
  );
});

test('in the shape array the data is the list of rows', async () => {
  const url = await serve(filled());
  const body = await (await fetch(`${url + results}?shape=array`)).json();
  expect(body.data.map(({id}: {id: number}) => id)).toEqual([9, 10, 2]);
});

test('an answer is 304 until the result changes', async () => {
  const of = filled();
  const url = await serve(of);
  const etag = (await fetch(url + results)).headers.get('etag')!;
  expect(etag).toBe('"e1-1"');
  const again = (tag: string, headers = {}) =>
    fetch(url + results, {headers: {'If-None-Match': tag, 'Cache-Control': '', ...headers}});
  expect((await again(etag)).status).toBe(304);
  expect((await again(`"x", W/${etag}`)).status).toBe(304);
  expect((await again(etag, {Accept: 'text/csv'})).status).toBe(200);
  of.commit({q: [{key: 10, after: undefined}]});
  const fresh = await again(etag);
  expect([fresh.status, fresh.headers.get('etag')]).toEqual([200, '"e1-2"']);
});

test('CSV quotes what needs it, and tells NULL from an empty text', async () => {
  const of = world();
  const names = ['plain', 'a,b', 'say "hi"', 'two\nlines', ' edge', '', null, '=1+1'];
  of.commit({q: names.map((name, id) => ({key: id, after: row(id, name, '1.50')}))});
  const response = await fetch((await serve(of)) + results, {headers: {Accept: 'text/csv'}});
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(await response.text()).toBe(
    [
      'id,name,value',
      '0,plain,1.50',
      '1,"a,b",1.50',
      '2,"say ""hi""",1.50',
      '3,"two\nlines",1.50',
      '4," edge",1.50',
      '5,"",1.50',
      '6,,1.50',
      '7,=1+1,1.50',
      '',
    ].join('\r\n'),
  );
});

test('a condition is honoured from pages too, whose fetch adds no-cache to it', async () => {
  const url = (await serve(filled())) + results;
  const {headers} = await fetch(url);
  for (const tag of [headers.get('etag')!, `W/${headers.get('etag')}`, '"other", *']) {
    const answer = await fetch(url, {
      headers: {'If-None-Match': tag, 'Cache-Control': 'no-cache'},
    });
    expect(answer.status).toBe(304);
  }
});

test('a walk by cursor meets every row that stays exactly once, while others come and go', async () => {
  const of = world();
  of.commit({
    q: Array.from({length: 100}, (_, i) => ({key: i * 2, after: row(i * 2, 'stays', '1')})),
  });
  const url = await serve(of);
  const seen: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const at: string = cursor && `&cursor=${cursor}`;
    const response = await fetch(`${url + results}?limit=7${at}`);
    const {data} = await response.json();
    seen.push(...data.results.map(({id}: {id: number}) => id));
    cursor = data.cursor;
    const link = response.headers.get('link');
    expect(link).toBe(cursor && `<${results}?limit=7&cursor=${cursor}>; rel="next"`);
    // The row the cursor stands on goes, and rows come before and behind it.
    const last = seen.at(-1)!;
    if (last % 4 === 0 && last < 150)
      of.commit({
        q: [
          {key: last, after: undefined},
          {key: last - 1, after: row(last - 1, 'new', '1')},
        ],
      });
  }
  const even = seen.filter((id) => id % 2 === 0);
  expect(even).toEqual(Array.from({length: 100}, (_, i) => i * 2));
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test('identities sort part by part, whole numbers by size', async () => {
  const of = world();
  const keys = [
    2,
    '10|b',
    10,
    '9|b',
    '9|a',
    '12345678901234567891',
    'abc',
    '-3',
    '12345678901234567890',
    '10|a|1',
  ];
  of.commit({q: keys.map((key, id) => ({key, after: row(id, String(key), '1')}))});
  const {data} = await (await fetch((await serve(of)) + results)).json();
  expect(data.results.map(({name}: {name: string}) => name)).toEqual([
    '-3',
    '2',
    '9|a',
    '9|b',
    '10',
    '10|a|1',
    '10|b',
    '12345678901234567890',
    '12345678901234567891',
    'abc',
  ]);
});

test('a large result comes in pieces and whole', async () => {
  const of = world();
  of.commit({
    q: Array.from({length: 30_000}, (_, id) => ({key: id, after: row(id, 'x'.repeat(50), '1')})),
  });
  const response = await fetch((await serve(of)) + results);
  let pieces = 0;
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body!) {
    pieces += 1;
    text += decoder.decode(piece as Uint8Array, {stream: true});
  }
  const {data} = JSON.parse(text);
  expect([data.results.length, data.results.at(-1).id, data.count]).toEqual([
    30_000, 29_999, 30_000,
  ]);
  expect(pieces).toBeGreaterThan(5);
});

test.each([
  ['?limit=0', 400, 'parameter-invalid'],
  ['?limit=1001', 400, 'parameter-invalid'],
  ['?limit=1e1', 400, 'parameter-invalid'],
  ['?limit=1&limit=2', 400, 'parameter-invalid'],
  ['?cursor=zzz', 400, 'parameter-invalid'],
  ['?cursor=', 400, 'parameter-invalid'],
  ['?cursor=bnVsbA', 400, 'parameter-invalid'],
  ['?shape=table', 400, 'parameter-invalid'],
])('results%s is refused', async (search, status, code) => {
  const response = await fetch((await serve(filled())) + results + search);
  expect([response.status, (await response.json()).error.code]).toEqual([status, code]);
});

test.each([
  ['GET', '/api/v1/queries/metrcs', {}, 404, 'query-not-found'],
  ['GET', '/api/v1/queries/..%2f..%2fetc/results', {}, 404, 'query-not-found'],
  ['GET', '/api/v1/queries/%00%3Cscript%3E', {}, 404, 'query-not-found'],
  ['GET', '/api/v1/queries/__proto__', {}, 404, 'query-not-found'],
  ['GET', '/api/v1/sources/s', {}, 404, 'source-not-found'],
  ['GET', '/api/v1/reactions/r', {}, 404, 'reaction-not-found'],
  ['GET', '/api/v1/nothing', {}, 404, 'route-not-found'],
  ['GET', '/api/v1/queries/%ff', {}, 400, 'bad-request'],
  ['DELETE', results, {}, 405, 'method-not-allowed'],
  ['POST', '/health', {}, 405, 'method-not-allowed'],
  ['GET', results, {Accept: 'image/png'}, 406, 'not-acceptable'],
  ['GET', '/api/v1/events?queries=nope', {}, 404, 'query-not-streamed'],
])('%s %s %j is answered %i %s', async (method, path, headers, status, code) => {
  const response = await fetch((await serve(filled())) + path, {method, headers});
  const body = await response.json();
  expect(response.status).toBe(status);
  expect(body).toMatchObject({success: false, data: null, error: {code}});
  if (status === 405) expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test.each([
  ['/api/v1/query', 'did you mean /api/v1/queries?'],
  [
    '/api/v1/querys/critical-metrics/result',
    'did you mean /api/v1/queries/critical-metrics/results?',
  ],
  ['/api/queries', 'did you mean /api/v1/queries?'],
  ['/api/v2/sources/a%20b', 'did you mean /api/v1/sources/a%20b?'],
  ['/api/v1/quite/something/else', 'docs/api.md lists the paths; GET /api/v1/queries, the queries'],
  [`/api${'/v1'.repeat(2000)}`, 'docs/api.md lists the paths; GET /api/v1/queries, the queries'],
  ['/apy', 'did you mean /api?'],
])('of the path %s, which nobody serves, it is said: %s', async (path, hint) => {
  const response = await fetch((await serve(filled())) + path);
  const {error} = await response.json();
  expect(response.status).toBe(404);
  expect(error).toMatchObject({code: 'route-not-found', hint});
});

test('an id that nearly is one is answered with the one that was meant', async () => {
  const url = await serve(world({queries: ['critical-metrics']}));
  const {error} = await (await fetch(`${url}/api/v1/queries/critical_metric`)).json();
  expect(error.hint).toBe('did you mean "critical-metrics"?');
});

test('ids in paths are decoded', async () => {
  const of = world({queries: ['a b/ü%']});
  const url = await serve(of);
  const {data} = await (await fetch(`${url}/api/v1/queries`)).json();
  expect(data[0].links.results).toBe('/api/v1/queries/a%20b%2F%C3%BC%25/results');
  expect((await fetch(url + data[0].links.results)).status).toBe(200);
});

test.each([results, '/health', '/ready', '/api/v1/queries', '/api/v1/events'])(
  'HEAD %s has the head of GET and no body',
  async (path) => {
    const response = await fetch((await serve(filled())) + path, {method: 'HEAD'});
    expect([response.status, await response.text()]).toEqual([200, '']);
  },
);

const waiting = (of: World, more: Partial<QueryView> = {}): QueryView => ({
  ...of.service.query('q')!,
  state: {kind: 'waiting'},
  result: () => undefined,
  ...more,
});

test('ready says which query it waits for, and then that it is', async () => {
  const of = world();
  let query = waiting(of);
  const url = await serve(of, {queries: () => [query]});
  const unready = await fetch(`${url}/ready`);
  expect([unready.status, unready.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await unready.json()).toEqual({
    status: 'unready',
    reasons: [
      {
        query: 'q',
        reason: 'query "q" has no result yet',
        detail: 'It waits for the first rows of its source.',
        problems: [],
      },
    ],
  });
  expect((await fetch(`${url}/health`)).status).toBe(200);
  query = waiting(of, {autoStart: false});
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  query = of.service.query('q')!;
  expect((await fetch(`${url}/ready`)).status).toBe(200);
});

test('a service that is stopping is not ready', async () => {
  const response = await fetch(`${await serve(world(), {draining: true})}/ready`);
  expect([response.status, (await response.json()).reasons]).toEqual([
    503,
    [{reason: 'the service is stopping'}],
  ]);
});

test('a query that has failed without a result says why, and does not ask to come back', async () => {
  const of = world();
  const problems = [new Problem('no-such-column', {message: 'there is no column "x"'})];
  const url = await serve(of, {query: () => waiting(of, {state: {kind: 'failed', problems}})});
  const response = await fetch(url + results);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, null]);
  expect((await response.json()).error).toEqual({
    code: 'query-not-ready',
    message: 'query "q" has no result yet',
    detail: 'It failed: there is no column "x".',
    problem: {code: 'no-such-column', message: 'there is no column "x"'},
  });
  const {data} = await (await fetch(`${url}/api/v1/queries/q`)).json();
  expect(data).toMatchObject({status: 'Error', error: {code: 'no-such-column'}, count: null});
});

test('a query is told with its text, its columns and its place', async () => {
  const url = await serve(filled());
  const {data} = await (await fetch(`${url}/api/v1/queries/q`)).json();
  expect(data).toMatchObject({
    id: 'q',
    status: 'Running',
    error: null,
    queryLanguage: 'Cypher',
    sources: ['s'],
    columns: [
      {name: 'id', type: 'int4'},
      {name: 'name', type: 'text'},
      {name: 'value', type: 'numeric'},
    ],
    count: 3,
    sequence: 1,
  });
  expect(await (await fetch(url + data.links.plan)).text()).toBe('scan metrics\n');
});

test('sources and reactions are told with state, lag and what is wrong, positions as Postgres prints them', async () => {
  const problem = new Problem('connection-refused', {message: 'no answer', hint: 'start it'});
  const source = {
    id: 'db',
    kind: 'postgres',
    resync: () => {},
    status: () => ({
      state: {kind: 'waiting', problem, retryAtMs: 5} as const,
      sinceMs: 1,
      receivedLsn: 0x1a2b3c8n,
      acknowledgedLsn: undefined,
      serverLsn: 0x100000000n,
      lagBytes: 12,
      lagMs: 34,
      tables: ['public.metrics'],
      warnings: [],
    }),
  };
  const reaction = {
    id: 'live',
    kind: 'sse',
    queries: ['q'],
    status: () => ({
      state: {kind: 'running'} as const,
      sequence: 7,
      lagEvents: 2,
      lagMs: 5,
      clients: 3,
      warnings: [],
    }),
  };
  const url = await serve(world(), {sources: () => [source], reactions: () => [reaction]});
  const list = (await (await fetch(`${url}/api/v1/sources`)).json()).data;
  expect(list).toMatchObject([
    {
      status: 'Error',
      error: {code: 'connection-refused', hint: 'start it'},
      state: {kind: 'waiting', retryAtMs: 5},
      receivedLsn: '0/1A2B3C8',
      acknowledgedLsn: null,
      serverLsn: '1/0',
      lagBytes: 12,
      lagMs: 34,
    },
  ]);
  expect((await (await fetch(`${url}/api/v1/sources/db`)).json()).data).toEqual(list[0]);
  expect((await (await fetch(`${url}/api/v1/reactions/live`)).json()).data).toMatchObject({
    status: 'Running',
    error: null,
    sequence: 7,
    lagEvents: 2,
    clients: 3,
  });
});

test('pages of listed origins may read answers and their tags, others not', async () => {
  const url = await serve(filled());
  const headersFor = async (origin: string) =>
    (await fetch(url + results, {headers: {Origin: origin}})).headers;
  const allowed = await headersFor('http://localhost:3000');
  expect(allowed.get('access-control-allow-origin')).toBe('http://localhost:3000');
  expect(allowed.get('access-control-expose-headers')).toContain('ETag');
  expect(allowed.get('vary')).toBe('Origin, Accept');
  expect((await headersFor('http://evil.example')).get('access-control-allow-origin')).toBeNull();
});

test('results and the stream of all queries join without a gap', async () => {
  const of = filled();
  const url = await serve(of);
  const reader = await sseClient(`${url}/api/v1/events?snapshot=true`);
  cleanups.push(() => reader.close());
  await reader.until(({lastId}) => lastId === 'e1-1');
  of.commit({q: [{key: 10, after: undefined}]});
  await reader.until((one) => one.messageCount === 1);
  const {data} = await (await fetch(url + results)).json();
  expect(reader.named('snapshot')[0].rows).toHaveLength(3);
  expect(reader.messages()[0].sequence).toBe(data.sequence);
});

test('versions are those that there are', async () => {
  const url = await serve(world());
  expect(await (await fetch(`${url}/api/versions`)).json()).toEqual({
    versions: ['v1'],
    current: 'v1',
  });
});

const QUERY = {'Content-Type': 'application/yaml'};
const bearer = (token: string) => ({Authorization: `Bearer ${token}`});

test.each<[method: string, path: string, headers: Record<string, string>, number, string]>([
  ['POST', '/api/v1/queries', {}, 401, 'token-missing'],
  ['PUT', '/api/v1/queries/q', QUERY, 401, 'token-missing'],
  ['DELETE', '/api/v1/queries/q', {Authorization: `Basic ${TOKEN}`}, 401, 'token-missing'],
  ['DELETE', '/api/v1/queries/q', bearer(`${TOKEN}x`), 401, 'token-wrong'],
  ['DELETE', '/api/v1/queries/q', bearer(TOKEN.slice(1)), 401, 'token-wrong'],
  ['POST', '/api/v1/queries/q/start', bearer('x'), 401, 'token-wrong'],
  ['POST', '/api/v1/queries/q/stop', {}, 401, 'token-missing'],
  [
    'POST',
    '/api/v1/queries',
    {...bearer(TOKEN), 'Content-Type': 'text/plain'},
    415,
    'media-type-unsupported',
  ],
  [
    'POST',
    '/api/v1/queries',
    {...bearer(TOKEN), 'Content-Type': 'application/x-www-form-urlencoded'},
    415,
    'media-type-unsupported',
  ],
  ['POST', '/api/v1/queries', {...bearer(TOKEN), ...QUERY}, 413, 'body-too-large'],
  ['PATCH', '/api/v1/queries/q', bearer(TOKEN), 405, 'method-not-allowed'],
])(
  '%s %s with %j is answered %i %s, and changes nothing',
  async (method, path, headers, status, code) => {
    const body = method === 'DELETE' ? undefined : 'x'.repeat(1001);
    const request = {method, headers, ...(body !== undefined && {body})};
    const response = await fetch((await serve(filled())) + path, request);
    expect([response.status, (await response.json()).error.code]).toEqual([status, code]);
    expect(response.headers.has('www-authenticate')).toBe(status === 401);
  },
);

test('a body that does not say how long it is, is read up to the limit', async () => {
  let left = 3;
  const pieces = new ReadableStream({
    pull(controller) {
      if (left-- === 0) controller.close();
      else controller.enqueue(new TextEncoder().encode('x'.repeat(500)));
    },
  });
  const response = await fetch(`${await serve(filled())}/api/v1/queries`, {
    method: 'POST',
    headers: {...bearer(TOKEN), ...QUERY},
    body: pieces,
    duplex: 'half',
  } as RequestInit);
  expect([response.status, (await response.json()).error.code]).toEqual([413, 'body-too-large']);
});

test('without a token in the configuration nobody changes anything, whatever they carry', async () => {
  const url = await serve(filled(), {}, {apiToken: ''});
  for (const headers of [{}, bearer(''), bearer('x'), bearer(TOKEN)]) {
    const response = await fetch(`${url}/api/v1/queries/q`, {method: 'DELETE', headers});
    const {error} = await response.json();
    expect([response.status, error.code]).toEqual([403, 'changes-disabled']);
    expect(error.hint).toContain('apiToken: ');
  }
});

test('a service that is stopping takes no changes', async () => {
  const url = await serve(filled(), {draining: true});
  const request = {method: 'DELETE', headers: bearer(TOKEN)};
  const response = await fetch(`${url}/api/v1/queries/q`, request);
  expect([response.status, (await response.json()).error.code]).toEqual([503, 'service-stopping']);
});

test.each([
  [['http://localhost:3000'], 'http://localhost:3000', true],
  [['http://localhost:3000'], 'http://evil.example', false],
  [[], 'http://localhost:3000', false],
  [['*'], 'http://localhost:3000', false],
  [['*', 'http://localhost:3000'], 'http://localhost:3000', true],
])('with %j listed, a page of %s may ask to write: %s', async (listed, origin, may) => {
  const url = await serve(filled(), {}, {corsAllowedOrigins: listed});
  const {headers} = await fetch(`${url}/api/v1/queries/q`, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'authorization,content-type',
    },
  });
  const allowed =
    headers.get('access-control-allow-origin') === origin &&
    (headers.get('access-control-allow-methods') ?? '').split(',').includes('PUT');
  expect(allowed).toBe(may);
  if (listed.length > listed.indexOf('*') + 1) expect(headers.get('vary')).toContain('Origin');
});
