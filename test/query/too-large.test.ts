import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import {problemsOf} from '../../src/lib/problem.ts';
import {compile} from '../../src/query/compile.ts';
import {asTooLarge} from '../../src/query/operators/room.ts';
import {catalogOf, running} from './cypher/running.ts';

beforeAll(() => loadModule());

const TABLES = {a: 'id int4, v int4', b: 'id int4, v int4'};
const [FEW, MANY] = ['1|1\n2|2\n3|3', '1|1\n2|2\n3|3\n4|4'];
const HELD_MAX = 3;

/** What a query says of tables of so many rows, with room for three. */
function problemOf(query: string, data: Readonly<Record<string, string>>) {
  const catalog = catalogOf(TABLES, []);
  const limits = {recursionRows: 100, heldMax: HELD_MAX};
  try {
    running(compile(query, {language: languageOf(query), catalog, limits}), catalog, data);
    return undefined;
  } catch (error) {
    const [problem] = problemsOf(error);
    if (!problem) throw error;
    return {code: problem.code, message: problem.message};
  }
}

const languageOf = (query: string) => (query.startsWith('MATCH') ? 'Cypher' : 'SQL');

test.each<[what: string, query: string]>([
  ['groups', 'SELECT count(*) FROM (SELECT v FROM a GROUP BY v) g'],
  ['distinct values in one group', 'SELECT count(DISTINCT v) FROM a'],
  ['distinct values in one group', 'SELECT count(*) FROM (SELECT array_agg(DISTINCT v) FROM a) g'],
  ['distinct rows', 'SELECT count(*) FROM (SELECT DISTINCT v FROM a) d'],
  ['distinct rows', 'SELECT count(*) FROM (SELECT v FROM a UNION SELECT v FROM b) d'],
  ['distinct rows', 'SELECT count(*) FROM (SELECT v FROM a EXCEPT SELECT v FROM b) d'],
  ['groups', 'SELECT count(*) FROM (SELECT DISTINCT ON (v) v, id FROM a ORDER BY v, id) d'],
  ['join keys', 'SELECT count(*) FROM a JOIN b ON a.v = b.v'],
  ['rows of one join key', 'SELECT count(*) FROM a JOIN b ON a.v / 10 = b.v / 10'],
  ['join keys', 'SELECT count(*) FROM a LEFT JOIN b ON a.v = b.v'],
  ['rows of one join key', 'SELECT count(*) FROM a LEFT JOIN b ON a.v / 10 = b.v / 10'],
  ['join keys', 'SELECT count(*) FROM a RIGHT JOIN b ON a.v = b.v'],
  ['join keys', 'SELECT count(*) FROM a WHERE EXISTS (SELECT FROM b WHERE a.v = b.v)'],
  [
    'rows below a window function',
    'SELECT count(*) FROM (SELECT rank() OVER (ORDER BY v) FROM a) w',
  ],
  [
    'rows that time changes',
    "MATCH (a:a) WHERE drasi.trueFor(a.v > 0, duration('PT1S')) RETURN count(*) AS n",
  ],
  ['rows of its result that change at once', 'SELECT id FROM a'],
])('more %s than can be held are a problem of the query: %s', (what, query) => {
  expect(problemOf(query, {a: MANY, b: MANY})).toEqual({
    code: 'query-too-large',
    message: `the query has more than ${HELD_MAX} ${what}`,
  });
  expect(problemOf(query, {a: FEW, b: FEW})).toBeUndefined();
});

test('rows that come to few groups are as many as may be', () => {
  const query = 'SELECT v / 10 AS ten, count(*) AS n, sum(v) AS total FROM a GROUP BY 1';
  expect(problemOf(query, {a: MANY})).toBeUndefined();
});

const full = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

test.each<[what: string, error: () => unknown]>([
  ['Invalid string length', () => full(() => 'x'.repeat(2 ** 30))],
  ['Invalid array length', () => full(() => new Array(2 ** 33))],
])('what the engine itself cannot make ("%s") is a problem of the query', (what, error) => {
  const problem = asTooLarge(error());
  expect(problem).toMatchObject({code: 'query-too-large'});
  expect(String(problem)).toContain(what);
});

test('any other error stays what it is: too deep a call among them', () => {
  const deep = (): number => deep() + 1;
  for (const error of [full(deep), full(() => (1).toFixed(1000)), new TypeError('x')]) {
    expect(asTooLarge(error)).toBe(error);
  }
});
