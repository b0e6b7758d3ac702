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
