import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {testDatabase} from '../support/postgres.ts';
import {
  caughtUp,
  queryYaml,
  type TestService,
  type TestServiceOptions,
  testService,
} from '../support/service.ts';
import {TABLES} from '../support/tutorial.ts';

const ALL = queryYaml('all', 'SELECT id, value FROM metrics');
const HIGH = queryYaml('high', 'SELECT id, value FROM metrics WHERE value > 50');
const TOP = queryYaml('top', 'SELECT id, value FROM metrics ORDER BY value DESC, id LIMIT 3');

async function serve(choices: Partial<TestServiceOptions> = {}): Promise<TestService> {
  const service = await testService({sql: TABLES, queries: ALL + HIGH + TOP, ...choices});
  onTestFinished(() => service.close());
  return service;
}

const results = (query: string, parameters = '') => `/api/v1/queries/${query}/results${parameters}`;
const history = (query: string, parameters = '') => `/api/v1/queries/${query}/history${parameters}`;

interface State {
  readonly sequence: number;
  readonly lsn: string;
  readonly results: unknown;
}

/** Changes rows step by step, and notes after each what a query answers. */
async function steps(service: TestService, query: string): Promise<State[]> {
  const states: State[] = [];
  for (const sql of [
    'SELECT 1',
    'UPDATE metrics SET value = value + 1 WHERE id <= 2',
    'DELETE FROM metrics WHERE id = 2',
    "INSERT INTO metrics (id, name, value, unit) VALUES (99, 'new', 99, 'percent')",
    'UPDATE metrics SET value = 0',
    'TRUNCATE metrics',
  ]) {
    await service.database.query(sql);
    await caughtUp(service);
    states.push(await service.get(results(query)));
  }
  return states;
}

test('a past result is the one that there was, by sequence and by position', async () => {
  const service = await serve();
  const states = await steps(service, 'all');
  for (const {sequence, lsn, results: rows} of states) {
    expect(await service.get(results('all', `?at=${sequence}`))).toMatchObject({
      ...{results: rows, sequence, cursor: null, count: (rows as unknown[]).length},
    });
    expect((await service.get(results('all', `?at=${lsn}`))).results).toEqual(rows);
  }
});

test('a time means what had committed by then', async () => {
  const service = await serve();
  const times: string[] = [];
  for (const value of [11, 22, 33]) {
    await service.database.query('UPDATE metrics SET value = $1 WHERE id = 1', [value]);
    const [row] = await service.database.query<{now: string}>(
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now`,
    );
    times.push(row!.now);
  }
  await caughtUp(service);
  const valueAt = async (time: string) => {
    const {results: rows} = await service.get(results('all', `?at=${time}`));
    return rows.find(({id}: {id: number}) => id === 1).value;
  };
  expect([await valueAt(times[0]!), await valueAt(times[1]!), await valueAt(times[2]!)]).toEqual([
    11, 22, 33,
  ]);
});

test('a past result of an ordered query is by identity, in pages that agree while rows change', async () => {
  const service = await serve();
  const [before] = await steps(service, 'top');
  const {sequence, results: rows} = before as {sequence: number; results: {id: number}[]};
  const ids = rows.map(({id}) => id).toSorted((a, b) => a - b);
  const url = service.addresses.api + results('top', `?at=${sequence}&limit=2`);
  const first = await fetch(url);
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
  expect(next).toContain(`at=${sequence}`);
  await service.database.query(
    'INSERT INTO metrics (id, name, value, unit) VALUES (5, $1, 1, $1)',
    ['x'],
  );
  await caughtUp(service);
  const page = await first.json();
  const {results: rest, cursor} = await service.get(next!);
  const paged = [...page.data.results, ...rest].map(({id}: {id: number}) => id);
  expect([paged, cursor]).toEqual([ids, null]);
});

test('a past result has the tag of its event, and the form that is asked for', async () => {
  const service = await serve();
  const [{sequence}] = (await steps(service, 'all')) as [State];
  const url = service.addresses.api + results('all', `?at=${sequence}`);
  const tag = (await fetch(url)).headers.get('etag')!;
  const again = await fetch(url, {headers: {'If-None-Match': tag}});
  expect([tag, again.status]).toEqual([
    expect.stringMatching(new RegExp(`^"[0-9a-z]+-${sequence}-at"$`)),
    304,
  ]);
  const csv = await (await fetch(url, {headers: {Accept: 'text/csv'}})).text();
  expect(csv.split('\r\n')[0]).toBe('id,value');
  const array = await service.get(results('all', `?at=${sequence}&shape=array`));
  expect(array).toHaveLength(csv.trim().split('\r\n').length - 1);
});

test('a query that was changed since had the columns that it had', async () => {
  const service = await serve();
  const {sequence, results: rows} = await service.get(results('high'));
  await service.send(
    'PUT',
    '/api/v1/queries/high',
    'query: SELECT id, name, value * 2 AS twice FROM metrics\nsources: [{sourceId: db}]',
  );
  const past = await service.get(results('high', `?at=${sequence}`));
  expect([past.results, rows.length > 0]).toEqual([rows, true]);
  const csv = await fetch(service.addresses.api + results('high', `?at=${sequence}`), {
    headers: {Accept: 'text/csv'},
  });
  expect((await csv.text()).split('\r\n')[0]).toBe('id,value');
});

test('the history between two states is what makes the later one of the earlier', async () => {
  const service = await serve();
  const states = await steps(service, 'high');
  const all = await service.get(history('high'));
  expect(all).toMatchObject({truncated: false, cursor: null, heldFrom: {sequence: 1}});
  const held = new Map<string, unknown>();
  let state = 0;
  for (const event of all.events) {
    expect(event.queryId).toBe('high');
    for (const {key} of event.deleted) held.delete(key);
    for (const {key, after} of [...event.added, ...event.updated]) held.set(key, after);
    while (states[state] && states[state]!.sequence <= event.sequence) {
      if (states[state]!.sequence === event.sequence) {
        expect([...held.values()]).toEqual(expect.arrayContaining(states[state]!.results as []));
      }
      state += 1;
    }
  }
  expect(held.size).toBe(0);
});

test('a part of the history is asked for by sequence, position or time, page by page', async () => {
  const service = await serve();
  await steps(service, 'all');
  const {events} = await service.get(history('all'));
  const sequences = async (parameters: string): Promise<number[]> =>
    (await service.get(history('all', parameters))).events.map(
      ({sequence}: {sequence: number}) => sequence,
    );
  const of = (from: number, to: number) =>
    events.slice(from, to + 1).map((one: State) => one.sequence);
  const {sequence, transaction} = events[1];
  const time = new Date(Math.floor(transaction.commitTime / 1000)).toISOString();
  expect(await sequences(`?from=${sequence}&to=${events[3].sequence}`)).toEqual(of(1, 3));
  expect(await sequences(`?from=${transaction.lsn}&to=${events[3].transaction.lsn}`)).toEqual(
    of(1, 3),
  );
  expect(await sequences(`?from=${time}`)).toEqual(of(1, events.length));
  const paged: number[] = [];
  let path = history('all', '?limit=2');
  for (let pages = 0; path && pages < 10; pages++) {
    const response = await fetch(service.addresses.api + path);
    const {data} = await response.json();
    paged.push(...data.events.map((one: State) => one.sequence));
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
  }
  expect(paged).toEqual(of(0, events.length));
  expect(await sequences(`?from=${events.at(-1).sequence + 1}`)).toEqual([]);
});

test('what the log has lost, and what is not there yet, is refused with the reason', async () => {
  const service = await serve({limits: '{eventLogEvents: 4}'});
  await steps(service, 'all');
  const {heldFrom, truncated} = await service.get(history('all'));
  expect([truncated, heldFrom.sequence > 4]).toEqual([true, true]);
  const code = async (path: string): Promise<[number, string]> => {
    const response = await fetch(service.addresses.api + path);
    return [response.status, (await response.json()).error.code];
  };
  const before = heldFrom.sequence - 2;
  expect(await code(results('all', `?at=${before}`))).toEqual([410, 'history-not-held']);
  expect(await code(results('all', '?at=0/1'))).toEqual([410, 'history-not-held']);
  expect(await code(history('all', '?to=2001-01-01'))).toEqual([410, 'history-not-held']);
  expect(await code(results('all', '?at=9999'))).toEqual([409, 'history-ahead']);
  expect(await code(results('all', '?at=FF/0'))).toEqual([409, 'history-ahead']);
  expect(await code(results('all', '?at=2999-01-01'))).toEqual([409, 'history-ahead']);
  expect(await code(history('all', '?from=9999'))).toEqual([409, 'history-ahead']);
  expect(await code(results('all', '?at=yesterday'))).toEqual([400, 'parameter-invalid']);
  for (const from of ['2999-01-01', 'FF/0']) {
    expect(await code(history('all', `?from=${from}`))).toEqual([409, 'history-ahead']);
  }
  const fraction = Buffer.from('1.5').toString('base64url');
  expect(await code(history('all', `?cursor=${fraction}`))).toEqual([400, 'parameter-invalid']);
  expect(await code(history('all', '?from=7&to=6'))).toEqual([400, 'parameter-invalid']);
  expect(await code(history('all', '?cursor=x'))).toEqual([400, 'parameter-invalid']);
  const said = await service.get(results('all', '?at=1'));
  expect(said.detail).toContain(`It begins with event ${heldFrom.sequence}, at ${heldFrom.lsn}`);
  expect(await service.get(history('all', '?from=1'))).toMatchObject({truncated: true});
});

test('events of a query that is gone stand for their moments all the same', async () => {
  const service = await serve({limits: '{eventLogEvents: 4}'});
  await service.database.query('UPDATE metrics SET value = 1 WHERE id = 1');
  const body = `id: gone
autoStart: true
query: SELECT id FROM metrics
sources: [{sourceId: db}]`;
  for (const _ of [1, 2]) {
    await service.send('POST', '/api/v1/queries', body);
    await service.send('DELETE', '/api/v1/queries/gone');
  }
  await service.database.query('UPDATE metrics SET value = 2 WHERE id = 1');
  await caughtUp(service);
  const {sequence: last} = await service.get(results('all'));
  const {heldFrom, truncated} = await service.get(history('all', `?from=${last - 2}`));
  expect([heldFrom.sequence < last, truncated]).toEqual([true, false]);
  expect((await service.get(results('all', `?at=${heldFrom.sequence}`))).lsn).toBe(heldFrom.lsn);
  expect((await service.get(results('all', `?at=${heldFrom.lsn}`))).count).toBeGreaterThan(0);
});

test('the past of an id is what clients were told of it, whatever queries had it', async () => {
  const service = await serve();
  const path = '/api/v1/queries/all';
  const {sequence, results: rows} = await service.get(results('all'));
  const other =
    'id: all\nautoStart: true\nquery: SELECT id, name FROM metrics WHERE id = 1\nsources: [{sourceId: db}]';
  expect((await service.send('DELETE', path)).status).toBe(200);
  const {status} = await service.send('POST', '/api/v1/queries', other);
  expect(status).toBe(200);
  expect((await service.get(results('all', `?at=${sequence}`))).results).toEqual(rows);
  const {events} = await service.get(history('all', `?from=${sequence + 1}`));
  const sizes = events.map(({added, deleted}: Record<string, unknown[]>) => [
    added!.length,
    deleted!.length,
  ]);
  expect(sizes).toEqual([
    [0, rows.length],
    [1, 0],
  ]);
});

test('a stopped query has a past by the moments of its source', async () => {
  const service = await serve();
  await service.send('POST', '/api/v1/queries/high/stop');
  await steps(service, 'all');
  const {events} = await service.get(history('all'));
  const stood = await service.get(results('high'));
  for (const {transaction} of events.slice(1)) {
    const {lsn} = transaction;
    const [stopped, running] = await Promise.all(
      ['high', 'all'].map((id) => service.get(results(id, `?at=${lsn}`))),
    );
    expect(stopped.results).toEqual(stood.results);
    expect([stopped.sequence, stopped.lsn]).toEqual([running.sequence, lsn]);
  }
  const from = events.at(-1).transaction.lsn;
  expect((await service.get(history('high', `?from=${from}`))).events).toEqual([]);
});

test('a result since which too many rows have changed is refused', async () => {
  const service = await serve({limits: '{historyRows: 2}'});
  await steps(service, 'all');
  const response = await fetch(service.addresses.api + results('all', '?at=0'));
  expect([response.status, (await response.json()).error.code]).toEqual([413, 'history-too-large']);
});

test('the past goes over a restart with the store', async () => {
  const database = await testDatabase();
  const path = await mkdtemp(join(tmpdir(), 'tailrace-history-'));
  onTestFinished(async () => {
    await database.drop();
    await rm(path, {recursive: true, force: true});
  });
  await database.query(TABLES);
  const choices = {sql: 'SELECT 1', queries: ALL + HIGH + TOP, database, stateStore: {path}};
  const first = await testService(choices);
  const states = await steps(first, 'all').finally(() => first.stop());
  const second = await testService(choices);
  onTestFinished(() => second.stop());
  for (const {sequence, results: rows} of states) {
    expect((await second.get(results('all', `?at=${sequence}`))).results).toEqual(rows);
  }
});
