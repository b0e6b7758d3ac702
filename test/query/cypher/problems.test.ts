import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {catalogOf, run} from './running.ts';

const catalog = catalogOf(
  {
    metrics: 'id int4, name text, value numeric, updated_at timestamptz',
    alerts: 'id int4, metric text',
    'sales.orders': 'id int4',
    'archive.orders': 'id int4',
  },
  [
    {
      id: 'ABOUT',
      keys: [
        {label: 'alerts', property: 'metric'},
        {label: 'metrics', property: 'name'},
      ],
    },
  ],
);

/** Each problem of a query: its place, code and message, and the hint after an arrow. */
function problemsIn(query: string): readonly string[] {
  try {
    compileCypher(query, catalog);
  } catch (error) {
    return problemsOf(error).map(({code, message, place, hint}) => {
      const at = place ? `${place.line}:${place.column} ` : '';
      return `${at}[${code}] ${message}${hint === undefined ? '' : ` -> ${hint}`}`;
    });
  }
  return [];
}

test.each<[query: string, expected: readonly string[]]>([
  [
    'MATCH (m:metric) RETURN m.id',
    [
      '1:10 [cypher-unknown-label] there is no table "metric" for the label -> did you mean "metrics"?',
    ],
  ],
  [
    'MATCH (w:warehouse) RETURN w.id',
    [
      '1:10 [cypher-unknown-label] there is no table "warehouse" for the label -> if the database has it, add it to "tables" of the source',
    ],
  ],
  [
    'MATCH (o:orders) RETURN o.id',
    [
      '1:10 [cypher-ambiguous-label] the label "orders" is the name of several tables -> write the schema too, in backticks: `sales.orders`',
    ],
  ],
  ['MATCH (o:`sales.orders`) RETURN o.id', []],
  [
    'MATCH (m:metrics)\nWHERE m.vlue > 1 AND z.x = 1\nRETURN m.idd, q AS x',
    [
      '2:9 [cypher-unknown-property] table "metrics" has no column "vlue" -> did you mean "value"?',
      '2:22 [cypher-unknown-variable] variable "z" is not defined -> did you mean "m"?',
      '3:10 [cypher-unknown-property] table "metrics" has no column "idd" -> did you mean "id"?',
      '3:15 [cypher-unknown-variable] variable "q" is not defined -> did you mean "m"?',
    ],
  ],
  [
    'MATCH (m:metrics) WITH m.id AS id RETURN m.name',
    ['1:42 [cypher-unknown-variable] variable "m" is not defined -> carry it along: WITH …, m'],
  ],
  [
    'MATCH (m:metrics), (a:alerts) RETURN m.id, a.id',
    [
      '1:44 [cypher-duplicate-name] column "id" is there twice -> give it a name of its own: a.id AS other_name',
    ],
  ],
  [
    'MATCH (m:metrics) UNWIND [1] AS m RETURN 1 AS x',
    [
      '1:33 [cypher-duplicate-name] variable "m" is there twice -> give the element a name of its own',
    ],
  ],
  [
    'MATCH (m:metrics)-[:ABOT]->(a:alerts) RETURN a.id',
    [
      '1:21 [cypher-unknown-relationship] there is no relationship "ABOT" between these tables -> did you mean "ABOUT"?',
    ],
  ],
  [
    'MATCH (m:metrics) RETURN mx(m.value) AS n',
    ['1:26 [cypher-unknown-function] there is no function "mx" -> did you mean "max"?'],
  ],
  [
    'MATCH (m:metrics) WHERE m.value > now() RETURN m.id',
    [
      '1:35 [cypher-not-supported] the function now is not supported -> write datetime(), or localdatetime() beside a timestamp without a zone',
    ],
  ],
  [
    'MATCH (m:metrics) RETURN toUper(m.name) AS n',
    ['1:26 [cypher-unknown-function] there is no function "toUper" -> did you mean "toUpper"?'],
  ],
  [
    'MATCH (m:metrics) RETURN left(m.name) AS n, sum() AS s',
    [
      '1:26 [cypher-arguments] function "left" is not called so',
      '1:45 [cypher-arguments] function "sum" is not called so',
    ],
  ],
  [
    'MATCH (m:metrics) WHERE count(*) > 1 RETURN m.id',
    [
      '1:25 [cypher-misplaced] the aggregate count(*) cannot stand here -> compute it in a WITH before, and use its name: WITH count(*) AS total',
    ],
  ],
  [
    'MATCH (m) RETURN m',
    [
      '1:7 [cypher-misplaced] a node needs a label: the table that its rows come from -> write (m:label); the tables are metrics, alerts, orders, orders',
    ],
  ],
  [
    'MATCH (m:metrics) RETURN m.name, m.value + count(*) AS v',
    [
      '1:34 [cypher-unknown-variable] variable "m" is not defined -> beside an aggregate only what is grouped by can stand: make m, or what is wanted of it, an item of its own',
    ],
  ],
  [
    'MATCH (m:metrics) WITH m.id RETURN 1 AS x',
    ['1:24 [cypher-misplaced] an expression in WITH needs a name -> write m.id AS name'],
  ],
  [
    "MATCH (m:metrics) WHERE m.updated_at > '2024-01-01' RETURN m.id",
    [
      "1:40 [cypher-type] a text never equals a value of type timestamptz -> write datetime('2024-01-01')",
    ],
  ],
  [
    'MATCH (m:metrics) WHERE m.name RETURN m.name.x AS x LIMIT -1',
    [
      '1:25 [cypher-type] a condition is true or false, and not of type text -> compare it with something: x <> 0, x IS NOT NULL',
      '1:39 [cypher-type] a value of type text has no property "x"',
      '1:59 [cypher-type] LIMIT takes an integer that is not negative, and not -1',
    ],
  ],
  [
    'MATCH (m:metrics) RETURN datetime() AS now',
    [
      '1:26 [current-time] the current time, datetime(), cannot be used like this -> compare it with something of the row, alone on its side, in the WHERE of a MATCH or WITH: m.at > datetime() - duration({minutes: 5})',
    ],
  ],
  [
    'MATCH (m:metrics) RETURN drasi.getVersionByTimestamp(m, 1) AS v',
    [
      '1:26 [cypher-not-supported] the function drasi.getVersionByTimestamp is not supported -> earlier versions of a row are not kept: keep them in a table',
    ],
  ],
  [
    'MATCH p = (m:metrics)-[:ABOUT*1..]-(a:alerts) RETURN $x AS x',
    [
      '1:22 [cypher-not-supported] a relationship of any length is not supported -> give it bounds: *1..3, of 10 steps at most',
      '1:54 [cypher-unknown-parameter] parameter $x has no value -> write it beside the query: parameters: {x: …}',
    ],
  ],
  [
    'MATCH (m:metrics) RETURN m.id UNION MATCH (m:metrics) RETURN m.name',
    [
      '1:37 [cypher-misplaced] the parts of a UNION have different columns -> return the same names in the same order everywhere: id',
    ],
  ],
  ['MATCH (m:metrics) RETURN m.id;', []],
])('%j', (query, expected) => {
  expect(problemsIn(query)).toEqual(expected);
});

/** The code and message of what a row makes of a query. */
function failure(expression: string): string {
  const tables = catalogOf({n: 'id int4, zero int4, price numeric, word text'});
  try {
    run(`MATCH (n:n) RETURN ${expression} AS x`, tables, {n: '1 | 0 | 5.00 | abc'});
  } catch (error) {
    const [problem] = problemsOf(error);
    if (!problem) throw error;
    const cause = problemsOf((problem as Error).cause)[0] ?? problem;
    return `[${cause.code}] ${cause.message}`;
  }
  return 'none';
}

test.each([
  ['1 / n.zero', '[cypher-division-by-zero] could not divide 1 by zero'],
  ['n.price % n.zero', '[cypher-division-by-zero] could not divide 5.00 by zero'],
  ['1.0 / n.zero', 'none'],
  ['n.id + 9223372036854775807', '[cypher-value] 9223372036854775808 is no 64-bit integer'],
  ['toInteger([n.id])', '[cypher-value] toInteger takes a number or a string, and not [1]'],
  ['toIntegerOrNull([n.id])', 'none'],
  ['date(n.word)', "[cypher-value] 'abc' tells no date"],
  ["n.word =~ '('", "[cypher-value] '(' is no regular expression"],
  ["'a' =~ ('(' + n.word)", "[cypher-value] '(abc' is no regular expression"],
  ['n.id IN head([n.word])', "[cypher-value] IN takes a list, and not 'abc'"],
  ['datetime({year: 2024, timezone: n.word})', "[cypher-value] there is no time zone 'abc'"],
  ['{a: n.id}[n.id]', '[cypher-value] {a: 1} cannot be indexed with 1'],
])('%s fails on the row: %s', (expression, expected) => {
  expect(failure(expression)).toBe(expected);
});
