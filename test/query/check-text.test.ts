import {beforeAll, expect, test} from 'vitest';
import type {Problem} from '../../src/lib/problem.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import type {Language, TableName} from '../../src/query/catalog.ts';
import {type CheckOptions, checkText, planned} from '../../src/query/compile.ts';
import {problemsThrown} from '../support/problems-thrown.ts';
import {CATALOG} from './sql/tables.ts';

beforeAll(() => loadSqlParser());

/** The tables of the catalog, as a source lists them. */
const TABLES: readonly TableName[] = CATALOG.tables.map(({schema, name}) => ({schema, name}));

const shown = ({code, message, hint, place}: Problem): string =>
  `${place?.line}:${place?.column} [${code}] ${message}${hint ? ` -> ${hint}` : ''}`;

const told = (text: string, options: Partial<CheckOptions> = {}): readonly string[] =>
  problemsThrown(() => checkText(text, {language: undefined, tables: TABLES, ...options})).map(
    shown,
  );

/** What compiling the text over the tables says. */
const compiled = (text: string, language: Language | undefined): readonly string[] =>
  problemsThrown(() => planned(text, {language, catalog: CATALOG})).map(shown);

const WRONG: readonly (readonly [text: string, expected: readonly string[]])[] = [
  [
    'SELECT id\nFROM order_s',
    ['2:6 [sql-unknown-table] there is no table "order_s" -> did you mean "orders"?'],
  ],
  [
    'SELECT id FROM regions',
    ['1:16 [sql-unknown-table] there is no table "regions" -> did you mean "sales.regions"?'],
  ],
  [
    'SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM Nothing n WHERE n.id = o.id)',
    [
      '1:55 [sql-unknown-table] there is no table "nothing" -> if the database has it, add it to "tables" of the source',
    ],
  ],
  [
    'WITH q AS (SELECT id FROM q) SELECT id FROM q',
    [
      '1:27 [sql-unknown-table] there is no table "q" -> if the database has it, add it to "tables" of the source',
    ],
  ],
  [
    'MATCH (o:orders)\nWHERE EXISTS { (c:custmers) WHERE c.id = o.id } RETURN o.id',
    [
      '2:19 [cypher-unknown-label] there is no table "custmers" for the label -> did you mean "customers"?',
    ],
  ],
  [
    'MATCH (o:orders|Orders) RETURN o.id',
    [
      '1:17 [cypher-unknown-label] there is no table "Orders" for the label -> did you mean "orders"?',
    ],
  ],
  [
    'SELECT ifnull(note, 1) AS n, lenght(note) AS l FROM orders',
    [
      '1:8 [sql-unknown-function] there is no function ifnull -> write coalesce(value, otherwise)',
      '1:30 [sql-unknown-function] there is no function lenght -> did you mean length?',
    ],
  ],
  [
    'SELECT random() AS r FROM orders',
    [
      '1:8 [sql-not-supported] random() is not supported -> it answers something else each time; store the value in a column',
    ],
  ],
  [
    'SELECT now() - at AS age FROM orders',
    [
      "1:8 [sql-not-supported] now() is not supported -> compare a column with it in WHERE: at > now() - interval '5 minutes'",
    ],
  ],
  [
    'SELECT current_date AS d FROM orders',
    [
      "1:8 [sql-not-supported] the current date, time or user is not supported -> compare a column with it in WHERE: at > now() - interval '5 minutes'",
    ],
  ],
  [
    'SELECT id, row_numbr() OVER () AS n FROM orders',
    [
      '1:12 [sql-unknown-function] there is no window function row_numbr -> docs/queries.md lists the window functions',
    ],
  ],
  [
    'SELECT n FROM generate_series(1, 3) n',
    [
      '1:15 [sql-not-supported] generate_series() in FROM is not supported -> join with a table of the values',
    ],
  ],
  [
    "SELECT id FROM orders WHERE note == 'x'",
    ['1:34 [sql-unknown-function] there is no operator == -> equality is written ='],
  ],
  [
    "SELECT e.x FROM orders CROSS JOIN LATERAL jsonb_array_elements_text('[]') AS e (x)",
    [
      "1:43 [sql-not-supported] jsonb_array_elements_text() in FROM is not supported -> ask whether it has one: data -> 'tags' ? 'x'; for a row of each: openCypher, UNWIND t.data.tags AS tag",
    ],
  ],
  [
    "SELECT id FROM orders WHERE '{}'::jsonb @? '$.a'",
    [
      `1:41 [sql-unknown-function] there is no operator @? -> write data #>> '{a,b}' = 'x', or data @> '{"a": {"b": "x"}}'`,
    ],
  ],
  [
    'SELECT note, count(*) AS n FROM orders',
    [
      '1:8 [sql-grouping] the column "note" must appear in GROUP BY or be used in an aggregate function -> GROUP BY note, or select max(note)',
    ],
  ],
  [
    'SELECT upper(note) AS n FROM orders HAVING count(*) > 1',
    [
      '1:8 [sql-grouping] the column "note" must appear in GROUP BY or be used in an aggregate function -> GROUP BY note, or select max(note)',
    ],
  ],
  [
    'SELECT c.name, o.note, count(*) AS n FROM orders o JOIN customers c ON c.id = o.customer GROUP BY o.id, o.note',
    [
      '1:8 [sql-grouping] the column "name" must appear in GROUP BY or be used in an aggregate function -> GROUP BY name, or select max(name)',
    ],
  ],
  [
    'SELECT note, count(*) AS n FROM orders GROUP BY upper(note)',
    [
      '1:8 [sql-grouping] the column "note" must appear in GROUP BY or be used in an aggregate function -> GROUP BY note, or select max(note)',
    ],
  ],
  [
    'SELECT o.id, c.id FROM orders o JOIN customers c ON c.id = o.customer',
    [
      '1:8 [sql-ambiguous] two columns of the result have the name "id" -> give one an alias: … AS other_id',
    ],
  ],
  [
    'MATCH (o:orders) RETURN uper(o.note) AS n',
    ['1:25 [cypher-unknown-function] there is no function "uper" -> did you mean "upper"?'],
  ],
];

test.each(WRONG)('%j is told without the columns, as it is with them', (text, expected) => {
  expect(told(text)).toEqual(expected);
  expect(compiled(text, undefined)).toEqual(expected);
});

test.each([
  'SELECT id FROM public.orders',
  'SELECT id FROM sales.regions',
  'SELECT id FROM "orders" AS "Other"',
  'WITH q AS (SELECT id FROM orders), p AS (SELECT id FROM q) SELECT id FROM p',
  'WITH RECURSIVE q AS (SELECT 1 AS n UNION SELECT n + 1 FROM q WHERE n < 3) SELECT n FROM q',
  'SELECT id FROM orders o WHERE id IN (WITH o AS (SELECT id FROM customers) SELECT id FROM o)',
  "SELECT id FROM orders WHERE at > now() - interval '5 minutes' AND day <= current_date",
  "SELECT customer, bool_or(at > '2026-01-01') AS late FROM orders GROUP BY customer",
  'SELECT o.id, o.note, count(*) AS n FROM orders o GROUP BY o.id',
  'SELECT o.note, count(*) AS n FROM orders o GROUP BY 1',
  'SELECT note AS n, count(*) AS c FROM orders GROUP BY n',
  'SELECT upper(note) AS u, count(*) AS c FROM orders GROUP BY upper(note)',
  'SELECT count(*) FILTER (WHERE paid) AS p, max(note) AS m FROM orders ORDER BY max(id)',
  'SELECT c.id, (SELECT count(*) + c.id FROM orders o WHERE o.customer = c.id) AS n FROM customers c',
  'SELECT note, sum(total) OVER (ORDER BY id) AS s FROM orders',
  'SELECT id, sum(count(*)) OVER () AS s FROM orders GROUP BY id',
  'SELECT (SELECT count(*) FROM customers) AS n, id FROM orders',
  'SELECT grouping(note) AS g, note, count(*) AS n FROM orders GROUP BY ROLLUP (note)',
  'SELECT id, tag FROM orders, unnest(tags) AS tag',
  "SELECT int4(total) AS t, extract(year FROM at) AS y, trim(note) AS n FROM orders WHERE true_for(paid, interval '1 minute')",
  'SELECT DISTINCT ON (customer) customer, id FROM orders ORDER BY customer, id DESC',
  'MATCH (r:`sales.regions`) RETURN r.id',
  'MATCH (o:`public.orders`) WHERE o:nothing RETURN o.id',
  'MATCH (o:orders) WITH o.id AS order RETURN 1 AS n',
])('%j is right, and nothing is said of it', (text) => {
  expect(told(text)).toEqual([]);
  expect(compiled(text, undefined)).toEqual([]);
});

test('without a list of tables nothing is said of names', () => {
  expect(told('SELECT id FROM nothing', {tables: undefined})).toEqual([]);
  expect(told('MATCH (n:nothing) RETURN n.id', {tables: undefined})).toEqual([]);
});

test('a table that is listed without a schema may be of any', () => {
  const tables = [{schema: undefined, name: 'orders'}];
  for (const text of [
    'SELECT id FROM orders',
    'SELECT id FROM shop.orders',
    'MATCH (o:orders) RETURN o.id',
    'MATCH (o:`shop.orders`) RETURN o.id',
  ]) {
    expect(told(text, {tables})).toEqual([]);
  }
  expect(told('SELECT id FROM shop.order', {tables})).toHaveLength(1);
});

test('labels are those that middleware makes of the tables', () => {
  const middleware = [
    {kind: 'relabel', name: 'r', config: {labelMappings: {orders: 'Purchase'}}},
    {kind: 'unwind', name: 'u', config: {Purchase: [{selector: '$.tags[*]', label: 'Tag'}]}},
    {kind: 'decoder', name: 'd', config: {encoding_type: 'hex', target_property: 'note'}},
  ];
  const text = 'MATCH (p:Purchase), (t:Tag), (c:customers) RETURN p.id, t.name AS tag, c.name';
  expect(told(text, {middleware})).toEqual([]);
  expect(told(text.replace('Purchase', 'orders'), {middleware})).toEqual([
    '1:10 [cypher-unknown-label] there is no table "orders" for the label -> if the database has it, add it to "tables" of the source',
  ]);
  const jq = {kind: 'jq', name: 'j', config: {orders: {insert: [{label: '"Line"', query: '.'}]}}};
  expect(told('MATCH (l:Line) RETURN l.id', {middleware: [jq]})).toEqual([]);
});

test('where middleware needs columns to say what it makes, nothing is said of labels', () => {
  const config = {labelMappings: {orders_customer_fkey: 'OF'}};
  const middleware = [{kind: 'relabel', name: 'r', config}];
  expect(told('MATCH (n:nothing) RETURN n.id', {middleware})).toEqual([]);
});

/** What is written for a function of another database is there. */
test.each([
  'coalesce(note, note)',
  'CASE WHEN paid THEN 1 ELSE 2 END',
  'CASE note WHEN note THEN 1 ELSE 2 END',
  'length(note)',
  'upper(note)',
  'lower(note)',
  "position('a' IN note)",
  "split_part(note, ',', 1)",
  "to_char(at, 'YYYY-MM-DD')",
  'extract(month FROM at)',
  "data ->> 'key'",
  "at + interval '1 day'",
  'total::float8',
])('what a hint of a function says to write is there: %s', (expression) => {
  expect(compiled(`SELECT ${expression} AS x FROM orders`, 'SQL')).toEqual([]);
});

test.each([
  "string_agg(note, ',')",
  'array_agg(note)',
  'percentile_cont(0.5) WITHIN GROUP (ORDER BY total)',
  'stddev(total)',
])('and of an aggregate: %s', (expression) => {
  expect(compiled(`SELECT ${expression} AS x FROM orders`, 'SQL')).toEqual([]);
});

test('a text in double quotes, which is a column that is not there, is told as what it is', () => {
  expect(compiled('SELECT id FROM orders WHERE note = "späte Lieferung"', 'SQL')).toEqual([
    '1:36 [sql-unknown-column] there is no column "späte Lieferung" -> a text stands in single quotes: \'späte Lieferung\'',
  ]);
});
