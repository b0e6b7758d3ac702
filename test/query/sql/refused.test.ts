import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import {type Problem, problemsOf} from '../../../src/lib/problem.ts';
import {compileSql} from '../../../src/query/sql/lower.ts';
import {CATALOG} from './tables.ts';

beforeAll(() => loadModule());

function problemsOfText(text: string): readonly Problem[] {
  try {
    compileSql(text, CATALOG);
    return [];
  } catch (error) {
    return problemsOf(error);
  }
}

/** The place is where `^` points to in the line below the query. */
const REFUSED: readonly (readonly [sql: string, pointer: string, code: string])[] = [
  ['SELECT now() FROM orders', '       ^', 'sql-not-supported'],
  ['SELECT current_date FROM orders', '       ^', 'sql-not-supported'],
  ['SELECT random() FROM orders', '       ^', 'sql-not-supported'],
  [
    'SELECT id FROM orders WHERE id = $1',
    '                                 ^',
    'sql-not-supported',
  ],
  [
    'WITH RECURSIVE q AS (SELECT 1 AS a UNION SELECT max(a) FROM q) SELECT a FROM q',
    '               ^',
    'sql-not-supported',
  ],
  ['WITH q AS (DELETE FROM orders RETURNING id) SELECT id FROM q', '     ^', 'sql-not-supported'],
  ['SELECT id FROM orders FOR UPDATE', '^', 'sql-not-supported'],
  ['SELECT id INTO copy FROM orders', '^', 'sql-not-supported'],
  [
    'SELECT id FROM orders TABLESAMPLE system (10)',
    '                                  ^',
    'sql-not-supported',
  ],
  ['SELECT n FROM generate_series(1, 3) n', '              ^', 'sql-not-supported'],
  ['SELECT orders FROM orders', '       ^', 'sql-not-supported'],
  ['SELECT row(id, note) AS r FROM orders', '       ^', 'sql-not-supported'],
  ['SELECT note COLLATE "de_DE" AS n FROM orders', '            ^', 'sql-not-supported'],
  ['SELECT took::interval(3) FROM orders', '             ^', 'sql-not-supported'],
  ['SELECT note::varchar(0) FROM orders', '             ^', 'sql-type'],
  ['SELECT sum(DISTINCT id) OVER () FROM orders', '       ^', 'sql-not-supported'],
  ['SELECT array_agg(id ORDER BY id) OVER () FROM orders', '       ^', 'sql-not-supported'],
  [
    'SELECT sum(id) OVER (ORDER BY id ROWS customer PRECEDING) FROM orders',
    '                                      ^',
    'sql-not-supported',
  ],
  [
    "SELECT count(*) OVER (ORDER BY note RANGE '1' PRECEDING) FROM orders",
    '                                          ^',
    'sql-not-supported',
  ],
  [
    'SELECT id FROM orders WHERE raw = raw',
    '                                ^',
    'sql-not-supported',
  ],
  ['SELECT id FROM orders LIMIT (SELECT 1)', '                            ^', 'sql-not-supported'],
  [
    'SELECT id FROM orders WHERE (id, total) < ANY (SELECT 1, 2)',
    '                                        ^',
    'sql-not-supported',
  ],
  [
    'SELECT id FROM orders WHERE (id, total) IN (SELECT 1)',
    '                                        ^',
    'sql-type',
  ],
  ['SELECT ARRAY(SELECT tags FROM orders) AS a FROM orders', '       ^', 'sql-not-supported'],
  [
    'SELECT o.id FROM orders o LEFT JOIN customers c ON EXISTS (SELECT 1 FROM orders p WHERE p.id = o.id AND p.customer = c.id)',
    '                                    ^',
    'sql-not-supported',
  ],
  [
    'SELECT o.id FROM orders o JOIN LATERAL (SELECT o.id AS x) l ON l.x IN (SELECT id FROM customers)',
    '^',
    'sql-not-supported',
  ],
  ['SELECT GROUPING(id) FROM orders GROUP BY ROLLUP (customer)', '       ^', 'sql-grouping'],
  [
    'SELECT id FROM orders WHERE GROUPING(id) = 0',
    '                            ^',
    'sql-misplaced',
  ],
  [
    "SELECT id FROM orders WHERE note ~ '[[.hyphen.]]'",
    '                                   ^',
    'sql-value',
  ],
  [
    "SELECT id FROM orders WHERE note ~ '(?i)a'",
    '                                   ^',
    'sql-value',
  ],
  [
    "SELECT at AT TIME ZONE 'Europe/Vienna' AS a FROM orders",
    '                       ^',
    'sql-value',
  ],
  ["SELECT date_trunc('fortnight', at) AS a FROM orders", '                  ^', 'sql-value'],
  ['SELECT extract(fortnight FROM at) AS a FROM orders', '               ^', 'sql-value'],
  ["SELECT to_char(at, 'TMMonth') AS a FROM orders", '                   ^', 'sql-value'],
  ["SELECT format('%I', note) AS a FROM orders", '              ^', 'sql-value'],
  [
    "SELECT regexp_replace(note, '(?i)a', 'b') AS a FROM orders",
    '                            ^',
    'sql-value',
  ],
  [
    'SELECT id FROM orders ORDER BY note COLLATE "de_DE"',
    '                                    ^',
    'sql-not-supported',
  ],
  ['SELECT mode() WITHIN GROUP (ORDER BY id) FROM orders', '       ^', 'sql-not-supported'],
  ["SELECT to_date(note, 'YYYY') FROM orders", '       ^', 'sql-not-supported'],
  ['SELEC id FROM orders', '^', 'sql-syntax'],
  ['SELECT id FROM orders WHERE', '                           ^', 'sql-syntax'],
  ['DELETE FROM orders', '^', 'sql-statement'],
  ['SELECT 1 AS a; SELECT 2 AS a', '               ^', 'sql-statement'],
  ['', '^', 'sql-statement'],
  ['SELECT id FROM order_s', '               ^', 'sql-unknown-table'],
  ['SELECT id FROM regions', '               ^', 'sql-unknown-table'],
  ['SELECT amonut FROM orders', '       ^', 'sql-unknown-column'],
  ['SELECT o.nope FROM orders o', '       ^', 'sql-unknown-column'],
  ['SELECT orders.id FROM orders o', '       ^', 'sql-unknown-column'],
  ['SELECT id FROM orders, customers', '       ^', 'sql-ambiguous'],
  ['SELECT o.id, c.id FROM orders o, customers c', '       ^', 'sql-ambiguous'],
  ['SELECT a.id FROM orders a, customers a', '                           ^', 'sql-ambiguous'],
  ['SELECT lowr(note) FROM orders', '       ^', 'sql-unknown-function'],
  ['SELECT note + 1 AS a FROM orders', '            ^', 'sql-unknown-function'],
  [
    'SELECT id FROM orders WHERE note = id',
    '                                 ^',
    'sql-unknown-function',
  ],
  ['SELECT sum(note) FROM orders', '       ^', 'sql-unknown-function'],
  ['SELECT id FROM orders WHERE note', '                            ^', 'sql-type'],
  [
    'SELECT CASE WHEN paid THEN id ELSE note END AS a FROM orders',
    '                           ^',
    'sql-type',
  ],
  ['SELECT id::bool::date AS a FROM orders', '       ^', 'sql-type'],
  [
    'SELECT id FROM orders UNION SELECT name FROM customers',
    '                                   ^',
    'sql-type',
  ],
  [
    'SELECT id FROM orders UNION SELECT id, name FROM customers',
    '                                   ^',
    'sql-type',
  ],
  [
    "SELECT id FROM orders WHERE day > 'soon'",
    '                                  ^',
    'sql-literal',
  ],
  ["SELECT id FROM orders WHERE id = 'x'", '                                 ^', 'sql-literal'],
  ['SELECT note, count(*) FROM orders', '       ^', 'sql-grouping'],
  ['SELECT id FROM orders WHERE count(*) > 1', '                            ^', 'sql-misplaced'],
  ['SELECT sum(count(*)) FROM orders', '           ^', 'sql-misplaced'],
  [
    'SELECT id FROM orders WHERE row_number() OVER () = 1',
    '                            ^',
    'sql-misplaced',
  ],
  [
    'SELECT count(*) OVER (ORDER BY id, day RANGE 1 PRECEDING) FROM orders',
    '                                             ^',
    'sql-misplaced',
  ],
  [
    'SELECT count(*) OVER (ORDER BY id ROWS -1 PRECEDING) FROM orders',
    '                                       ^',
    'sql-type',
  ],
  [
    'SELECT count(*) OVER (GROUPS 1 PRECEDING) FROM orders',
    '                     ^',
    'sql-misplaced',
  ],
  ['SELECT sum(id) OVER w FROM orders', '                    ^', 'sql-misplaced'],
  [
    'SELECT sum(id) OVER (w ORDER BY id) FROM orders WINDOW w AS (ORDER BY day)',
    '                    ^',
    'sql-misplaced',
  ],
  ['SELECT rank() FILTER (WHERE paid) OVER () FROM orders', '       ^', 'sql-misplaced'],
  ['SELECT id FROM orders ORDER BY 2', '                               ^', 'sql-misplaced'],
  ['SELECT lower(DISTINCT note) FROM orders', '       ^', 'sql-misplaced'],
];

test.each(REFUSED)('%s is refused where it is wrong', (sql, pointer, code) => {
  const [problem] = problemsOfText(sql);
  expect(problem?.code).toBe(code);
  expect(`${' '.repeat((problem?.place?.column ?? 0) - 1)}^`).toBe(pointer);
});

test('what is not supported says what to write instead, but for a few words', () => {
  const told = REFUSED.filter(([, , code]) => code === 'sql-not-supported').map(([sql]) => {
    const [problem] = problemsOfText(sql);
    return [sql, problem?.hint !== undefined] as const;
  });
  expect(told.filter(([, hint]) => !hint).map(([sql]) => sql)).toEqual([
    'SELECT id FROM orders TABLESAMPLE system (10)',
  ]);
});

test('every independent problem is told at once', () => {
  const found = problemsOfText(
    'SELECT nope, lowr(note)\nFROM orders\nWHERE amont > 1\nGROUP BY 9\nORDER BY zzz',
  );
  expect(found.map(({place}) => place && [place.line, place.column])).toEqual([
    [3, 7],
    [1, 8],
    [1, 14],
    [4, 10],
    [5, 10],
  ]);
});

test('places count characters, not bytes, and lines that end in CRLF', () => {
  const [problem] = problemsOfText("SELECT 'é😀' AS a,\r\n  'ü' || nope AS b FROM orders");
  expect(problem?.place).toEqual({line: 2, column: 10});
});

test('a table of another schema is found by its schema', () => {
  expect(problemsOfText('SELECT id FROM sales.regions')).toEqual([]);
  expect(problemsOfText('SELECT id FROM regions')[0]?.hint).toContain('sales.regions');
});

test('a table like none of the source may be one that the source does not read', () => {
  const [problem] = problemsOfText('SELECT id FROM warehouse');
  expect(problem?.hint).toBe('if the database has it, add it to "tables" of the source');
});

test('a column that is misspelled is guessed', () => {
  expect(problemsOfText('SELECT amonut FROM orders')[0]?.hint).toBe('did you mean "amount"?');
});

test('a column like none is told with those that there are', () => {
  const [problem] = problemsOfText('SELECT c.warehouse FROM customers c');
  expect(problem?.detail).toMatch(/^The columns are id, [\w, ]+\.$/);
});

test.each([
  'SELECT id, rank() OVER (ORDER BY id) AS place FROM orders WHERE place < 3',
  'SELECT note, count(*) AS place FROM orders GROUP BY note HAVING place > 3',
  'SELECT id * 2 AS place, place + 1 AS after FROM orders',
])('a name of the result is told to be one: %s', (sql) => {
  const [problem] = problemsOfText(sql);
  expect(problem?.code).toBe('sql-unknown-column');
  expect(problem?.hint).toBe(
    'write what "place" stands for, or read it around: SELECT * FROM (…) q WHERE place …',
  );
});
