import {afterAll, beforeAll, expect, test} from 'vitest';
import {queryYaml, type TestService, testService} from '../support/service.ts';
import {until} from '../support/until.ts';

let service: TestService;

beforeAll(async () => {
  service = await testService({
    sql: `
      CREATE TABLE players (id int PRIMARY KEY, name text NOT NULL, score int);
      CREATE PUBLICATION test_publication FOR TABLE players;
      INSERT INTO players SELECT n, 'p' || n, (n * 37) % 50 FROM generate_series(1, 40) AS n;
      INSERT INTO players VALUES (41, 'new', NULL)`,
    queries: [
      queryYaml('ranking', 'SELECT id, score FROM players ORDER BY score DESC NULLS LAST, id'),
      queryYaml('top', 'SELECT id, score FROM players ORDER BY score DESC NULLS LAST, id LIMIT 3'),
      queryYaml('by-name', 'MATCH (p:players) RETURN p.name AS name ORDER BY p.name DESC'),
      queryYaml('names', 'SELECT name FROM players ORDER BY score DESC NULLS LAST, id LIMIT 5'),
      queryYaml('any', 'SELECT id FROM players'),
      queryYaml(
        'shares',
        'SELECT id, 1000 / score AS share FROM players WHERE id > 20 AND id < 60 ORDER BY share, id',
      ),
    ].join(''),
  });
});
afterAll(() => service.close());

const RANKING = 'SELECT id, score FROM players ORDER BY score DESC NULLS LAST, id';

test('results come in the order that the query asks for', async () => {
  const ranking = await service.database.query(RANKING);
  expect(await service.results('ranking')).toEqual(ranking);
  expect(await service.results('top')).toEqual(ranking.slice(0, 3));
  const names = await service.results('by-name');
  expect(names).toEqual([...names].sort((a, b) => (String(a.name) < String(b.name) ? 1 : -1)));
});

test('a query says what it is ordered by, where its columns show it', async () => {
  const orderBy = async (id: string) => (await service.get(`/api/v1/queries/${id}`)).orderBy;
  expect(await orderBy('ranking')).toEqual([
    {column: 'score', direction: 'desc', nulls: 'last'},
    {column: 'id', direction: 'asc', nulls: 'last'},
  ]);
  expect(await orderBy('by-name')).toEqual([{column: 'name', direction: 'desc', nulls: 'first'}]);
  expect(await orderBy('names')).toEqual([
    {column: null, direction: 'desc', nulls: 'last'},
    {column: null, direction: 'asc', nulls: 'last'},
  ]);
  expect(await orderBy('any')).toEqual([]);
});

test('rows come with the identities that streams name them by', async () => {
  const path = '/api/v1/queries/ranking/results?shape=keyed&limit=10';
  const {results, count, cursor} = await service.get(path);
  const ranking = await service.database.query(`${RANKING} LIMIT 10`);
  expect(results).toEqual(ranking.map((after) => ({key: String(after.id), after})));
  expect(count).toBe(41);
  const {results: rest} = await service.get(`${path}&cursor=${cursor}`);
  expect(rest[0].after).toEqual((await service.database.query(`${RANKING} OFFSET 10`))[0]);
});

test('an order that no row shows has an ETag of its own, for each page', async () => {
  const url = `${service.addresses.api}/api/v1/queries/names/results?limit=`;
  const tags = async () =>
    Promise.all([1, 5].map(async (limit) => (await fetch(url + limit)).headers.get('etag') ?? ''));
  const [first, five] = await tags();
  const [, , third, fourth] = await service.database.query(`${RANKING} LIMIT 5`);
  const sequence = (await service.get('/api/v1/queries/names')).sequence;
  await service.database.query(
    `UPDATE players SET score = CASE id WHEN $1 THEN $3::int ELSE $4::int END WHERE id IN ($1, $2)`,
    [third?.id, fourth?.id, fourth?.score, third?.score],
  );
  await until(async () => (await tags())[1] !== five);
  expect((await service.get('/api/v1/queries/names')).sequence).toBe(sequence);
  expect((await tags())[0]).toBe(first);
  const again = await fetch(`${url}1`, {headers: {'If-None-Match': first ?? ''}});
  expect(again.status).toBe(304);
  expect(await service.results('names')).toEqual(
    (await service.database.query(RANKING)).slice(0, 5).map(({id}) => ({name: `p${id}`})),
  );
});

test('a query that is stopped keeps its order', async () => {
  const ranking = await service.results('ranking');
  await service.send('POST', '/api/v1/queries/ranking/stop');
  expect(await service.results('ranking')).toEqual(ranking);
  expect((await service.get('/api/v1/queries/ranking/results?limit=3')).results).toEqual(
    ranking.slice(0, 3),
  );
  await service.send('POST', '/api/v1/queries/ranking/start');
  expect(await service.results('ranking')).toEqual(ranking);
});

test('a query that fails keeps its order, until it runs again', async () => {
  const state = async () => (await service.get('/api/v1/queries/shares')).status;
  await service.database.query("INSERT INTO players VALUES (50, 'nought', 0)");
  await until(async () => (await state()) === 'Error');
  const standing = await service.results('shares');
  expect(standing).toHaveLength(21);
  const SHARES = 'SELECT id, 1000 / score AS share FROM players WHERE id > 20 AND id < 60';
  await service.database.query('DELETE FROM players WHERE id = 50');
  expect(standing).toEqual(await service.database.query(`${SHARES} ORDER BY share, id`));
  await until(async () => (await state()) === 'Running', {limitMs: 15_000});
  expect(await service.results('shares')).toEqual(standing);
});

test('the order follows the rows', async () => {
  await service.database.query('UPDATE players SET score = 99 WHERE id = 41');
  await until(async () => (await service.results('top'))[0]?.id === 41);
  expect(await service.results('ranking')).toEqual(await service.database.query(RANKING));
});

test('pages of an ordered result follow each other, and say when their place is gone', async () => {
  const path = '/api/v1/queries/ranking/results?limit=15';
  const rows = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const at: string = cursor && `&cursor=${cursor}`;
    const page = await service.get(path + at);
    rows.push(...page.results);
    cursor = page.cursor;
  }
  expect(rows).toEqual(await service.results('ranking'));

  const first = await service.get(path);
  await service.database.query('DELETE FROM players WHERE id = $1', [first.results[14].id]);
  await until(async () => (await service.results('ranking')).length === 40);
  const response = await fetch(
    `${service.addresses.api}${path}&cursor=${encodeURIComponent(first.cursor)}`,
  );
  expect(response.status).toBe(410);
  expect(await response.json()).toMatchObject({error: {code: 'cursor-gone'}});
});
