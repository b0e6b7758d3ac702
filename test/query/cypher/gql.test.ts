import {expect, test} from 'vitest';
import {checkText, recognised} from '../../../src/query/compile.ts';
import {parseCypher} from '../../../src/query/cypher/parser.ts';
import {printQuery} from '../../../src/query/cypher/print.ts';
import {problemsThrown} from '../../support/problems-thrown.ts';
import {catalogOf, run} from './running.ts';

const catalog = catalogOf(
  {vehicle: 'id int4, color text, make text, year int4, zone int4', zone: 'id int4, type text'},
  [
    {
      id: 'LOCATED_IN',
      keys: [
        {label: 'vehicle', property: 'zone'},
        {label: 'zone', property: 'id'},
      ],
    },
  ],
);
const data = {
  vehicle: '1|red|Ford|2020|1\n2|blue|Ford|1999|1\n3|red|Opel|2024|2\n4|\\N|Opel|2024|\\N',
  zone: '1|parking\n2|street',
};

const rows: readonly (readonly [query: string, ...rows: string[]])[] = [
  [
    'MATCH (v:vehicle) LET old = v.year < 2000, age = 2024 - v.year FILTER age > 3 RETURN v.id, old, age',
    '{"id":1,"old":false,"age":4}',
    '{"id":2,"old":true,"age":25}',
  ],
  ["MATCH (v:vehicle) FILTER WHERE v.color = 'red' FILTER v.year > 2020 RETURN v.id", '{"id":3}'],
  [
    'MATCH (v:vehicle)-[:LOCATED_IN]->(z:zone) YIELD v.make AS make, z RETURN make, z.type',
    '{"make":"Ford","type":"parking"}',
    '{"make":"Ford","type":"parking"}',
    '{"make":"Opel","type":"street"}',
  ],
  [
    'MATCH (v:vehicle) RETURN v.color AS color, count(v) AS n NEXT FILTER n > 1 RETURN color, n',
    '{"color":"red","n":2}',
  ],
  [
    "MATCH (v:vehicle) RETURN v NEXT FILTER v.make = 'Opel' RETURN v.id, v.make",
    '{"id":3,"make":"Opel"}',
    '{"id":4,"make":"Opel"}',
  ],
  [
    "MATCH (v:vehicle)-[:LOCATED_IN]->(z) RETURN v, z NEXT YIELD v.id AS id, z.type AS t FILTER t = 'street' RETURN id",
    '{"id":3}',
  ],
  [
    "MATCH (v:vehicle) RETURN v.color, v.make NEXT FILTER make = 'Opel' RETURN color",
    '{"color":"red"}',
    '{"color":null}',
  ],
  [
    'MATCH (v:vehicle) RETURN v.make, count(v) AS n GROUP BY v.make',
    '{"make":"Ford","n":2}',
    '{"make":"Opel","n":2}',
  ],
  [
    'MATCH (v:vehicle) LET decade = v.year / 10 * 10 RETURN decade, count(*) AS n GROUP BY decade',
    '{"decade":1990,"n":1}',
    '{"decade":2020,"n":3}',
  ],
  [
    'MATCH (v:vehicle) RETURN count(*) AS n GROUP BY v.make, v.color',
    '{"n":1}',
    '{"n":1}',
    '{"n":1}',
    '{"n":1}',
  ],
  ['MATCH (v:vehicle) RETURN v.make GROUP BY v.make', '{"make":"Ford"}', '{"make":"Opel"}'],
  [
    'MATCH (v:vehicle) RETURN toUpper(v.make) AS m, max(v.year) AS y GROUP BY v.make ORDER BY y',
    '{"m":"FORD","y":2020}',
    '{"m":"OPEL","y":2024}',
  ],
  [
    'MATCH (v:vehicle) FILTER v.year > 3000 RETURN count(v) AS n, max(v.year) AS m GROUP BY ()',
    '{"n":0,"m":null}',
  ],
  [
    'MATCH (v:vehicle) RETURN v, count(*) AS n GROUP BY v NEXT FILTER v.id = 2 RETURN v.make, n',
    '{"make":"Ford","n":1}',
  ],
  ['MATCH (v:vehicle) FOR x IN [1, 2] FILTER v.id = x RETURN v.id', '{"id":1}', '{"id":2}'],
  ['MATCH (v:vehicle) RETURN v.id ORDER BY v.id OFFSET 1 LIMIT 2', '{"id":2}', '{"id":3}'],
  [
    "RETURN CAST('12' AS INTEGER) AS a, cast(true AS INT) AS b, CAST(1 AS STRING) AS c, CAST(0 AS BOOL) AS d, CAST('x' AS FLOAT) AS e, CAST('2.5' AS FLOAT) AS f",
    '{"a":12,"b":1,"c":"1","d":false,"e":null,"f":2.5}',
  ],
  [
    "RETURN CAST('2024-01-02T03:04' AS LOCAL DATETIME) AS a, CAST([1, 2] AS STRING) AS b, CAST(date('2024-01-02') AS STRING) AS c",
    '{"a":"2024-01-02T03:04","b":"[1, 2]","c":"2024-01-02"}',
  ],
  [
    "RETURN char_length('äb') AS a, upper('x') AS b, duration_between(date('2024-01-01'), date('2024-03-02')) AS c, zoned_datetime('2024-01-02T03:04Z').year AS d, local_time('03:04') AS e",
    '{"a":2,"b":"X","c":"P2M1D","d":2024,"e":"03:04"}',
  ],
  ['MATCH (v:vehicle {id: 1}) RETURN element_id(v) = elementId(v) AS same', '{"same":true}'],
];

test.each(rows)('%s', (query, ...expected) => {
  expect(run(query, catalog, data).rows).toEqual([...expected].sort());
});

test.each(rows)('%s: printed, it is read as it was', (query) => {
  const printed = printQuery(parseCypher(query));
  expect(printQuery(parseCypher(printed))).toBe(printed);
});

test('a vehicle painted over moves between the groups of GROUP BY, and an empty one is deleted', () => {
  const query =
    'MATCH (v:vehicle) RETURN v.color AS color, count(v) AS n GROUP BY color NEXT FILTER n > 1 RETURN color, n';
  const running = run(query, catalog, data);
  expect(
    running.set({vehicle: '1|blue|Ford|2020|1\n2|blue|Ford|1999|1\n3|red|Opel|2024|2'}),
  ).toEqual({
    added: ['{"color":"blue","n":2}'],
    updated: [],
    deleted: ['{"color":"red","n":2}'],
  });
  expect(running.set({vehicle: ''}).deleted).toEqual(['{"color":"blue","n":2}']);
  expect(running.size).toBe(0);
});

const refused: readonly (readonly [query: string, told: string])[] = [
  [
    'MATCH (v:vehicle) RETURN v.color, v.make, count(v) AS n GROUP BY v.make',
    '1:26 [cypher-unknown-variable] variable "v" is not defined -> beside an aggregate only what is grouped by can stand: add v, or what is wanted of it, to GROUP BY',
  ],
  [
    'MATCH (v:vehicle) LET n = count(v) RETURN n',
    '1:27 [cypher-misplaced] an aggregate cannot stand in LET -> compute it in a RETURN, and go on: RETURN count(*) AS total NEXT …',
  ],
  [
    'MATCH (v:vehicle) YIELD v.color RETURN color',
    '1:25 [cypher-misplaced] an expression in YIELD needs a name -> write v.color AS name',
  ],
  [
    'MATCH (v:vehicle) LET v = 1 RETURN v',
    '1:27 [cypher-duplicate-name] column "v" is there twice -> give it a name of its own: 1 AS other_name',
  ],
  [
    'MATCH (v:vehicle) RETURN count(*) AS n GROUP BY max(v.year)',
    '1:49 [cypher-misplaced] rows are not grouped by an aggregate -> compute it before: RETURN … AS total NEXT …',
  ],
  [
    'MATCH (v:vehicle) NEXT RETURN v',
    '1:19 [cypher-syntax] expected a clause, but found "NEXT" -> NEXT stands between a RETURN and what goes on with it',
  ],
];

test.each(refused)('%s is refused, and told why', (query, told) => {
  expect(problemLines(() => run(query, catalog, data))).toContain(told);
});

const clocks: readonly (readonly [clock: string, column: string])[] = [
  ['zoned_datetime()', 'at'],
  ['CURRENT_TIMESTAMP', 'at'],
  ['current_timestamp', 'at'],
  ['current_timestamp()', 'at'],
  ['datetime.realtime()', 'at'],
  ['local_datetime()', 'local'],
  ['LOCAL_TIMESTAMP', 'local'],
  ['current_date', 'day'],
  ['CURRENT_DATE', 'day'],
];

test.each(clocks)('%s is the current time', (clock, column) => {
  const tables = catalogOf({t: 'id int4, at timestamptz, local timestamp, day date'});
  const query = `MATCH (t:t) FILTER t.${column} < ${clock} RETURN t.id`;
  const running = run(query, tables, {
    t: '1|1969-12-31 00:00:00+00|1969-12-31 00:00:00|1969-12-31\n2|1970-01-02 00:00:00+00|1970-01-02 00:00:00|1970-01-02',
  });
  expect(running.rows).toEqual(['{"id":1}']);
});

test('a variable may have the name of a clock', () => {
  const query =
    'MATCH (v:vehicle) LET current_date = v.year FILTER current_date > 2020 RETURN v.id';
  expect(run(query, catalog, data).rows).toEqual(['{"id":3}', '{"id":4}']);
  const cypher = 'MATCH (v:vehicle) WITH v.id AS local_time RETURN local_time + 1 AS x';
  expect(run(cypher, catalog, data).rows).toHaveLength(4);
});

test('a query that is said to be openCypher takes no clause of GQL', () => {
  const query = 'MATCH (v:vehicle)\nFILTER v.id = 1 RETURN v.id';
  expect(problemLines(() => checkText(query, {language: 'Cypher'}))).toEqual([
    '2:1 [cypher-misplaced] FILTER is no part of openCypher, but of GQL -> set queryLanguage: GQL for this query, or leave it out',
  ]);
  expect(problemLines(() => checkText(query, {language: 'GQL'}))).toEqual([]);
  expect(problemLines(() => checkText(query, {language: undefined}))).toEqual([]);
});

test('what is no SQL is taken for GQL, which takes openCypher too', () => {
  expect(recognised('MATCH (n) RETURN n')).toBe('GQL');
  expect(recognised('WITH x AS (SELECT 1) SELECT 1')).toBe('SQL');
  expect(
    problemLines(() => checkText('MATCH (n:a) WITH n.b AS b RETURN b', {language: undefined})),
  ).toEqual([]);
});

function problemLines(act: () => void): readonly string[] {
  return problemsThrown(act).map(
    ({code, message, hint, place}) =>
      `${place?.line}:${place?.column} [${code}] ${message}${hint === undefined ? '' : ` -> ${hint}`}`,
  );
}
