import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {parseLsn} from '../../src/data/lsn.ts';
import {random} from '../../src/lib/random.ts';
import {type Folded, folded} from '../support/folded.ts';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {TABLES} from '../support/tutorial.ts';
import {until} from '../support/until.ts';

let service: TestService;
let client: SseClient;

beforeAll(async () => {
  const queries = queryYaml('all', 'MATCH (m:metrics) RETURN m.id, m.name, m.value');
  service = await testService({sql: TABLES, queries, limits: '{queries: 40, queryRetryMs: 300}'});
});
afterAll(() => service.close());

beforeEach(async () => {
  client = await sseClient(`${service.addresses.api}/api/v1/events?snapshot=true`);
});
afterEach(async () => {
  client.close();
  for (const {id} of await service.get('/api/v1/queries')) {
    if (id !== 'all') await service.send('DELETE', `/api/v1/queries/${id}`);
  }
});

const QUERIES = '/api/v1/queries';

/** A query as a request carries it; `more` are further lines of YAML. */
const yaml = (text: string, more = ''): string =>
  `query: ${JSON.stringify(text)}\nsources: [{sourceId: db}]\nautoStart: true\n${more}`;

const put = (id: string, text: string, more = '') =>
  service.send('PUT', `${QUERIES}/${id}`, yaml(text, more));

let marks = 0;

/** Waits until the client has heard everything that was said until now. */
async function heard(): Promise<void> {
  marks += 1;
  const id = `mark-${marks}`;
  await put(id, `MATCH (m:metrics) WHERE m.id = 1 RETURN m.id, '${id}' AS mark`);
  await service.send('DELETE', `${QUERIES}/${id}`);
  await client.until((one) => one.messages().filter(({queryId}) => queryId === id).length === 2);
}

/** The events of a query so far. */
const eventsOf = (id: string) => client.messages().filter(({queryId}) => queryId === id);

test('the first result of an added query is one event with all its rows, at the position of the source', async () => {
  const position = async () => parseLsn((await service.get(`${QUERIES}/all`)).lsn)!;
  const before = await position();
  const {status, body} = await service.send(
    'POST',
    QUERIES,
    yaml('MATCH (m:metrics) WHERE m.value < 60 RETURN m.id, m.name', 'id: low'),
  );
  const after = await position();
  expect([status, body.success, body.error]).toEqual([200, true, null]);
  expect(body.data).toMatchObject({
    message: "Query 'low' added",
    query: {id: 'low', status: 'Running', origin: 'api', count: 2},
  });
  expect(body.data.note).toContain('in memory');
  await heard();
  const [event, ...more] = eventsOf('low');
  expect(more).toEqual([]);
  expect([event.added.length, event.updated, event.deleted]).toEqual([2, [], []]);
  expect(event.transaction).toMatchObject({kind: 'resync', part: 1, parts: 1});
  expect(event.transaction).not.toHaveProperty('xid');
  // Others write into the log of that server: the position moves while nothing changes here.
  expect(parseLsn(event.transaction.lsn)).toBeGreaterThanOrEqual(before);
  expect(parseLsn(event.transaction.lsn)).toBeLessThanOrEqual(after);
  expect((await service.get(`${QUERIES}/low/results`)).sequence).toBe(event.sequence);
});

test('an added query moves with the next transaction, in the same step as the others', async () => {
  await put('cpu', "MATCH (m:metrics) WHERE m.name = 'cpu_usage' RETURN m.id, m.value");
  await service.database.query("UPDATE metrics SET value = value + 1 WHERE name = 'cpu_usage'");
  await caughtUp(service);
  await heard();
  const [, moved] = eventsOf('cpu');
  expect(moved.updated).toMatchObject([{key: '1', before: {value: 45.5}, after: {value: 46.5}}]);
  expect(moved.transaction).toMatchObject({kind: 'stream', part: 2, parts: 2});
  await service.database.query("UPDATE metrics SET value = 45.5 WHERE name = 'cpu_usage'");
});

test('a changed query sends what differs, each side of a row in the columns it has there', async () => {
  await put('q', 'MATCH (m:metrics) WHERE m.id IN [1, 2] RETURN m.id, m.name');
  const tag = async () =>
    (await fetch(`${service.addresses.api}${QUERIES}/q/results`)).headers.get('etag');
  const earlier = await tag();
  const {status, body} = await put(
    'q',
    'MATCH (m:metrics) WHERE m.id IN [2, 3] RETURN m.unit AS unit',
  );
  expect([status, body.data.message]).toEqual([200, "Query 'q' changed"]);
  await heard();
  expect(eventsOf('q')[1]).toMatchObject({
    added: [{key: '3', after: {unit: 'percent'}}],
    updated: [{key: '2', before: {id: 2, name: 'memory_usage'}, after: {unit: 'percent'}}],
    deleted: [{key: '1', before: {id: 1, name: 'cpu_usage'}}],
  });
  expect(await service.results('q')).toEqual([{unit: 'percent'}, {unit: 'percent'}]);
  expect(await tag()).not.toBe(earlier);
});

test('a change of columns alone changes the tag of a result without rows', async () => {
  const columns = async () => {
    const response = await fetch(`${service.addresses.api}${QUERIES}/none/results`, {
      headers: {Accept: 'text/csv'},
    });
    return [response.headers.get('etag'), await response.text()];
  };
  await put('none', 'MATCH (m:metrics) WHERE m.id < 0 RETURN m.id');
  const [first, header] = await columns();
  await put('none', 'MATCH (m:metrics) WHERE m.id < 0 RETURN m.name');
  const [second, other] = await columns();
  expect([header, other]).toEqual(['id\r\n', 'name\r\n']);
  expect(second).not.toBe(first);
  await service.send('DELETE', `${QUERIES}/none`);
  await put('none', 'MATCH (m:metrics) WHERE m.id < 0 RETURN m.id');
  expect([first, second]).not.toContain((await columns())[0]);
});

test('a change that changes no row says nothing', async () => {
  await put('q', 'MATCH (m:metrics) RETURN m.id, m.name');
  await put('q', 'MATCH (n:metrics) WHERE n.id > 0 RETURN n.id, n.name');
  await heard();
  expect(eventsOf('q')).toHaveLength(1);
});

test('a dropped query says that its rows are gone, and is not there any more', async () => {
  const named = await sseClient(`${service.addresses.api}/api/v1/events?queries=all`);
  await put('q', 'MATCH (m:metrics) RETURN m.id');
  expect((await service.send('DELETE', `${QUERIES}/q`)).body.data.message).toBe(
    "Query 'q' deleted",
  );
  expect((await service.get(`${QUERIES}/q`)).code).toBe('query-not-found');
  expect((await service.get(`${QUERIES}/q/results`)).code).toBe('query-not-found');
  expect((await service.get('/api/v1/events?queries=q')).code).toBe('query-not-streamed');
  expect((await service.send('DELETE', `${QUERIES}/q`)).status).toBe(404);
  await heard();
  expect(eventsOf('q')[1]).toMatchObject({added: [], updated: [], deleted: {length: 5}});
  expect(named.messages()).toEqual([]);
  named.close();
});

test('a client that comes back hears of what was added and dropped meanwhile', async () => {
  await heard();
  const id = client.lastId!;
  client.close();
  await put('q', 'MATCH (m:metrics) RETURN m.id');
  await service.send('DELETE', `${QUERIES}/q`);
  client = await sseClient(`${service.addresses.api}/api/v1/events`, {'Last-Event-ID': id});
  await heard();
  const events = eventsOf('q');
  expect(events.map(({added, deleted}) => [added.length, deleted.length])).toEqual([
    [5, 0],
    [0, 5],
  ]);
});

test('a stopped query keeps its last result, and started again sends what changed meanwhile', async () => {
  await put('q', 'MATCH (m:metrics) WHERE m.id < 3 RETURN m.id, m.value');
  expect((await service.send('POST', `${QUERIES}/q/stop`)).body.data.query.status).toBe('Stopped');
  const stopped = await service.get(`${QUERIES}/q`);
  await service.database.query('UPDATE metrics SET value = value + 1 WHERE id = 2');
  await caughtUp(service);
  expect(await service.get(`${QUERIES}/q`)).toEqual(stopped);
  expect((await service.send('POST', `${QUERIES}/q/stop`)).body.data.message).toContain('already');
  expect((await service.send('POST', `${QUERIES}/q/start`)).body.data.query.status).toBe('Running');
  expect((await service.send('POST', `${QUERIES}/q/start`)).body.data.message).toContain('already');
  await heard();
  expect(eventsOf('q').slice(1)).toMatchObject([
    {updated: [{key: '2', before: {value: 62.3}, after: {value: 63.3}}], added: [], deleted: []},
  ]);
  await service.database.query('UPDATE metrics SET value = value - 1 WHERE id = 2');
  expect((await service.send('POST', `${QUERIES}/nope/start`)).status).toBe(404);
});

test('a query without autoStart is added stopped, and changing it does not start it', async () => {
  const body = 'query: MATCH (m:metrics) RETURN m.id\nsources: [{source_id: db}]';
  const added = await service.send('PUT', `${QUERIES}/q`, body);
  expect(added.body.data.query).toMatchObject({status: 'Stopped', count: null});
  expect(added.body.data.message).toContain('autoStart');
  const again = await service.send('PUT', `${QUERIES}/q`, body);
  expect(again.body.data.query.status).toBe('Stopped');
  expect((await put('q', 'MATCH (m:metrics) RETURN m.id')).body.data.query.status).toBe('Running');
  const kept = await service.send('PUT', `${QUERIES}/q`, body);
  expect(kept.body.data.query.status).toBe('Running');
});

test('a text that does not fit is refused with every problem, and the old query goes on', async () => {
  await put('q', 'MATCH (m:metrics) WHERE m.id = 1 RETURN m.id, m.value');
  const {status, body} = await put('q', 'MATCH (m:metrics) RETURN m.nme, m.valu');
  expect(status).toBe(422);
  expect(body).toMatchObject({success: false, data: null, error: body.errors[0]});
  expect(body.errors.map(({message}: {message: string}) => message)).toEqual([
    expect.stringContaining('nme'),
    expect.stringContaining('valu'),
  ]);
  expect(body.error.place).toEqual({file: 'body', line: 1, column: 36});
  await service.database.query('UPDATE metrics SET value = 1 WHERE id = 1');
  await caughtUp(service);
  expect(await service.results('q')).toEqual([{id: 1, value: 1}]);
  await service.database.query('UPDATE metrics SET value = 45.5 WHERE id = 1');
  expect((await put('other', 'MATCH (m:nothing) RETURN m.id')).status).toBe(422);
  expect((await service.get(`${QUERIES}/other`)).code).toBe('query-not-found');
});

test('a query that fails on a row is refused with the row, and the old one goes on', async () => {
  await put('q', 'MATCH (m:metrics) RETURN m.id, m.name');
  const {status, body} = await put('q', 'MATCH (m:metrics) RETURN 1 / (m.id - 3) AS x');
  expect([status, body.error.code]).toEqual([409, 'expression-failed']);
  expect((await service.get(`${QUERIES}/q`)).status).toBe('Running');
  expect((await put('new', 'MATCH (m:metrics) RETURN 1 / (m.id - 3) AS x')).status).toBe(409);
  expect((await service.get(`${QUERIES}/new`)).code).toBe('query-not-found');
});

test.each<[string, string, number, string]>([
  ['a body that is no YAML', 'query: [', 400, 'yaml-syntax'],
  ['an alias', 'id: x\nquery: &q RETURN 1\nsources: *q', 400, 'yaml-syntax'],
  ['a list', '- 1', 400, 'query-not-a-map'],
  ['nothing', '', 400, 'query-not-a-map'],
  ['an unknown key', yaml('MATCH (m:metrics) RETURN m.id', 'id: x\nqury: 1'), 400, 'unknown-key'],
  ['no id', yaml('MATCH (m:metrics) RETURN m.id'), 400, 'missing-key'],
  ['a bad id', yaml('MATCH (m:metrics) RETURN m.id', 'id: a/b'), 400, 'invalid-value'],
  [
    'an unknown source',
    'id: x\nquery: MATCH (m:metrics) RETURN m.id\nsources: [{sourceId: d}]',
    400,
    'unknown-source',
  ],
  [
    'a second source',
    'id: x\nquery: MATCH (m:metrics) RETURN m.id\nsources: [{sourceId: db}, {sourceId: db}]',
    400,
    'several-sources',
  ],
  ['an id that is taken', yaml('MATCH (m:metrics) RETURN m.id', 'id: all'), 409, 'query-exists'],
  ['a large body', yaml('x'.repeat(2_000_000), 'id: x'), 413, 'body-too-large'],
])('%s is refused', async (_name, body, status, code) => {
  const answer = await service.send('POST', QUERIES, body);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  expect(await service.get(QUERIES)).toHaveLength(1);
});

test('a body of JSON is read like one of YAML, its problems placed in it', async () => {
  const json = {'Content-Type': 'application/json; charset=utf-8'};
  const query = {query: 'MATCH (m:metrics)\nRETURN m.id', sources: [{sourceId: 'db'}]};
  const text = JSON.stringify({...query, autoStart: true}, undefined, '\t');
  expect((await service.send('PUT', `${QUERIES}/q`, text, json)).body.data.query.count).toBe(5);
  const other = await service.send('PUT', `${QUERIES}/q`, '{"id": "r",\n "query": 1}', json);
  expect([other.status, other.body.error.code]).toEqual([400, 'query-id-differs']);
  expect(other.body.error.place).toEqual({file: 'body', line: 1, column: 8});
  const broken = await service.send('PUT', `${QUERIES}/q`, '{"query": "x",\n}', json);
  expect([broken.status, broken.body.error.code]).toEqual([400, 'json-syntax']);
  expect(broken.body.error.place).toEqual({file: 'body', line: 2, column: 1});
});

test('what the environment holds is not read into a query', async () => {
  const variable = '$' + '{PATH}';
  const body = `query: MATCH (m:metrics) RETURN m.id\nsources: [{sourceId: "${variable}"}]`;
  const refused = await service.send('PUT', `${QUERIES}/q`, body);
  expect(refused.body.error).toMatchObject({
    code: 'unknown-source',
    message: expect.stringContaining(`"${variable}"`),
  });
});

test('of requests that add one id at the same time, one adds it', async () => {
  const body = yaml('MATCH (m:metrics) RETURN m.id', 'id: q');
  const answers = await Promise.all(
    Array.from({length: 10}, () => service.send('POST', QUERIES, body)),
  );
  expect(answers.map(({status}) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
});

test('there are no more queries than the configuration allows', async () => {
  const texts = Array.from({length: 39}, (_, i) => `q${i}`);
  const all = await Promise.all(texts.map((id) => put(id, 'MATCH (m:metrics) RETURN m.id')));
  expect(new Set(all.map(({status}) => status))).toEqual(new Set([200]));
  const {status, body} = await put('more', 'MATCH (m:metrics) RETURN m.id');
  expect([status, body.error.code]).toEqual([409, 'too-many-queries']);
  expect((await put('q1', 'MATCH (m:metrics) RETURN m.name')).status).toBe(200);
});

test('a query that failed recovers once the row is right, and the others never notice', async () => {
  await put('q', 'MATCH (m:metrics) RETURN m.id, 1 / (m.id - 77) AS x');
  await service.database.query("INSERT INTO metrics (id, name, value) VALUES (77, 'bad', 1)");
  await caughtUp(service);
  expect(await service.get(`${QUERIES}/q`)).toMatchObject({status: 'Error', count: 5});
  for (let i = 0; i < 20; i++) {
    await service.database.query('UPDATE metrics SET value = value + 1 WHERE id = 77');
  }
  await service.database.query('DELETE FROM metrics WHERE id = 77');
  await caughtUp(service);
  // Nothing is written any more: what is left to be tried is tried by itself.
  await until(async () => (await service.get(`${QUERIES}/q`)).status === 'Running');
  const positions = (await service.get(QUERIES)).map(({lsn}: {lsn: string}) => lsn);
  expect(positions).toEqual([positions[0], positions[0]]);
});

/** Queries, and what Postgres answers to them. */
const TEXTS: readonly [cypher: string, sql: string][] = [
  [
    'MATCH (m:metrics) WHERE m.value > 50 RETURN m.id, m.name, m.value',
    'SELECT id, name, value FROM metrics WHERE value > 50',
  ],
  [
    'MATCH (m:metrics) WHERE m.value > 30 RETURN m.id AS number, m.value AS reading',
    'SELECT id AS number, value AS reading FROM metrics WHERE value > 30',
  ],
  [
    "MATCH (m:metrics) WHERE m.name = 'n3' RETURN m.id, m.value",
    "SELECT id, value FROM metrics WHERE name = 'n3'",
  ],
  [
    'MATCH (m:metrics) RETURN m.name AS name, count(m) AS n, sum(m.value) AS total',
    'SELECT name, count(*) AS n, sum(value) AS total FROM metrics GROUP BY name',
  ],
  ['MATCH (a:alerts) RETURN a.id, a.message', 'SELECT id, message FROM alerts'],
  ['MATCH (m:metrics) RETURN m.id', 'SELECT id FROM metrics'],
];

const WRITES = [
  'INSERT INTO metrics (name, value) SELECT $$n$$ || (random() * 5)::int, (random() * 100)::int FROM generate_series(1, 5)',
  'UPDATE metrics SET value = (random() * 100)::int WHERE id % 3 = 0',
  'DELETE FROM metrics WHERE id IN (SELECT id FROM metrics WHERE id > 5 ORDER BY id LIMIT 3)',
  'UPDATE metrics SET id = id + 100000 WHERE id = (SELECT min(id) FROM metrics WHERE id > 5)',
  'BEGIN; INSERT INTO alerts (metric_name, severity, message) VALUES ($$a$$, $$b$$, random()::text); UPDATE metrics SET name = $$n3$$ WHERE id = 1; COMMIT',
];

async function writing(seed: number, count: number): Promise<void> {
  const next = random(seed);
  for (let i = 0; i < count; i++) {
    await service.database.query(WRITES[Math.floor(next() * WRITES.length)]!);
  }
}

/** Does as chance has it to queries `q0` … `q5`; answers which text each then has. */
async function changing(seed: number, rounds: number): Promise<ReadonlyMap<string, number>> {
  const next = random(seed);
  const pick = (below: number): number => Math.floor(next() * below);
  const texts = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    // Several at once, each of another query.
    const ids = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5'].filter(() => next() < 0.5);
    await Promise.all(ids.map((id) => change(id, {dice: next(), text: pick(TEXTS.length)}, texts)));
  }
  return texts;
}

async function change(
  id: string,
  {dice, text}: {dice: number; text: number},
  texts: Map<string, number>,
): Promise<void> {
  const known = texts.has(id);
  const path = `${QUERIES}/${id}`;
  if (known && dice < 0.2) {
    texts.delete(id);
    expect((await service.send('DELETE', path)).status).toBe(200);
  } else if (known && dice < 0.4) {
    expect((await service.send('POST', `${path}/stop`)).status).toBe(200);
    expect((await service.send('POST', `${path}/start`)).status).toBe(200);
  } else {
    texts.set(id, text);
    expect((await put(id, TEXTS[text]![0])).status).toBe(200);
  }
}

test.each([1, 2, 3])(
  'whatever is done to queries under writes, stream, REST and Postgres agree (seed %i)',
  async (seed) => {
    const [texts] = await Promise.all([changing(seed, 25), writing(seed, 150)]);
    await caughtUp(service);
    await heard();
    const held: Folded = folded(client.named('snapshot'), client.messages());
    for (const [id, text] of texts) {
      const rows = await service.database.query(TEXTS[text]![1]);
      const inPostgres = rows.map((row) => JSON.stringify(plain(row))).sort();
      const overRest = (await service.results(id)).map((row) => JSON.stringify(plain(row))).sort();
      const streamed = [...held.rows(id)].map((row) => JSON.stringify(plain(row))).sort();
      expect(overRest, `${id}: ${TEXTS[text]![0]}`).toEqual(inPostgres);
      expect(streamed, `${id}: ${TEXTS[text]![0]}`).toEqual(inPostgres);
    }
    const ids = (await service.get(QUERIES)).map((query: {id: string}) => query.id);
    expect(held.queries().sort()).toEqual(ids.sort().filter((id: string) => held.rows(id).length));
    await service.database.query('DELETE FROM metrics WHERE id > 5; DELETE FROM alerts');
    await service.database.query("UPDATE metrics SET name = 'cpu_usage' WHERE id = 1");
  },
  60_000,
);

/** Numbers as numbers: the driver answers numeric and bigint as texts. */
const plain = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value,
    ]),
  );
