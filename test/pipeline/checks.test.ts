import {beforeAll, expect, onTestFinished, test} from 'vitest';
import {readConfig} from '../../src/config/read.ts';
import {textChecks} from '../../src/pipeline/checks.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {problemsThrown} from '../support/problems-thrown.ts';

beforeAll(() => loadSqlParser());

/** The problems of a configuration as `validate` and `serve` tell them, with their places. */
function problemsIn(text: string): readonly string[] {
  const {close, ...checks} = textChecks();
  onTestFinished(close);
  const thrown = problemsThrown(() => readConfig({text, file: 'app.yaml', env: {}, ...checks}));
  return thrown.map(
    ({code, message, hint, place}) =>
      `${place?.line}:${place?.column} [${code}] ${message} -> ${hint}`,
  );
}

const config = (tables: string, query: string): string => `id: test
sources:
  - {kind: postgres, id: db, host: h, database: d, user: u, password: p, tables: ${tables}}
queries:
  - id: q
    autoStart: true
    sources: [{sourceId: db}]
    query: |
      ${query.replaceAll('\n', '\n      ')}
`;

test('a table that the source does not list is told at its name in the file', () => {
  const tables = '[public.metrics, sales.orders]';
  expect(
    problemsIn(config(tables, 'MATCH (m:metrics)\nMATCH (o:order)\nRETURN m.id, o.n')),
  ).toEqual([
    '10:16 [cypher-unknown-label] there is no table "order" for the label -> did you mean "orders"?',
  ]);
  expect(problemsIn(config(tables, 'SELECT m.id\nFROM metric AS m'))).toEqual([
    '10:12 [sql-unknown-table] there is no table "metric" -> did you mean "metrics"?',
  ]);
});

test.each([
  [
    '[public.metrics, sales.orders]',
    'SELECT m.id FROM metrics m JOIN sales.orders o ON o.id = m.id',
  ],
  ['[public.metrics, sales.orders]', 'MATCH (m:metrics), (o:`sales.orders`) RETURN m.id'],
  [`['"Odd.Name"."T"']`, 'SELECT id FROM "Odd.Name"."T"'],
  ['[metrics]', 'SELECT id FROM other.metrics'],
  ['[]', 'SELECT id FROM nothing'],
  [`['a.b.c']`, 'SELECT id FROM nothing'],
])('of tables %s nothing is said of %j', (tables, query) => {
  expect(problemsIn(config(tables, query))).toEqual([]);
});

test('a mistake in the source leaves its tables unknown', () => {
  const text = config('[metrics]', 'SELECT id FROM nothing').replace('host: h', 'port: x');
  expect(problemsIn(text).map((line) => line.replace(/^.*\[(.*?)\].*$/, '$1'))).toEqual([
    'invalid-value',
  ]);
});

test('a function that is not there is told with the other mistakes of a query', () => {
  const query = 'SELECT ifnull(id, 0) AS n,\n  nothing() AS m FROM metrics';
  expect(problemsIn(config('[metrics]', query))).toEqual([
    '9:14 [sql-unknown-function] there is no function ifnull -> write coalesce(value, otherwise)',
    '10:9 [sql-unknown-function] there is no function nothing -> docs/queries.md lists what there is',
  ]);
});
