import {afterAll, expect, test} from 'vitest';
import {readConfig} from '../../src/config/read.ts';
import {type Problem, problemsOf} from '../../src/lib/problem.ts';
import {textChecks} from '../../src/pipeline/checks.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';

await loadSqlParser();
const checks = textChecks();
afterAll(checks.close);

/** Each problem as `line:column code`, of a file whose queries are these. */
function told(queries: string): readonly string[] {
  const text = `sources:\n  - {kind: postgres, id: db, database: d, user: u}\nqueries:\n${queries}`;
  return problemsIn(text).map(({code, place}) => `${place?.line}:${place?.column} ${code}`);
}

function problemsIn(text: string): readonly Problem[] {
  try {
    readConfig({text, file: 'app.yaml', env: {}, ...checks});
    return [];
  } catch (error) {
    return problemsOf(error);
  }
}

test('a typo in a query is told beside what is wrong with its other settings', () => {
  const queries = `  - id: late orders
    autoStart: maybe
    query: |
      MATCH (o:orders)
      RETRUN o.id`;
  expect(told(queries)).toEqual([
    '4:5 missing-key',
    '4:9 invalid-value',
    '5:16 invalid-value',
    '8:7 cypher-syntax',
  ]);
});

test('what a query names and nothing defines is told without a database', () => {
  const queries = `  - id: q
    query: 'MATCH (o:orders) RETURN p.id, nofunc(o.id), $least AS least'
    sources: [{sourceId: db}]`;
  expect(told(queries)).toEqual([
    '5:37 cypher-unknown-variable',
    '5:43 cypher-unknown-function',
    '5:57 cypher-unknown-parameter',
  ]);
  const given = `${queries}\n    parameters: {least: 5}`;
  expect(told(given.replace('p.id, nofunc(o.id)', 'o.id'))).toEqual([]);
});

test('each mistake of middleware stands at its own key, and each of a jq program in its line', () => {
  const queries = `  - id: q
    query: 'MATCH (o:orders) RETURN o.id'
    sources: [{sourceId: db, pipeline: [split, raw]}]
    middleware:
      - kind: jq
        name: split
        config:
          orders:
            insert:
              - query: |
                  .items[]
                  | | {id: .id}
                id: nothing(.id) + $x
                haltOnErr: false
      - {kind: decodr, name: raw}
      - kind: decoder
        name: other
        config:
          encoding_type: hexx
          on_eror: skip`;
  expect(told(queries)).toEqual([
    '15:21 middleware-setting',
    '16:21 middleware-setting',
    '16:36 middleware-setting',
    '17:17 middleware-setting',
    '18:10 middleware-kind',
    '21:9 middleware-setting',
    '22:11 middleware-setting',
    '23:11 middleware-setting',
  ]);
});

test('what is wrong with a jq program stands behind letters of several bytes where it stands', () => {
  const queries = `  - id: q
    query: 'MATCH (o:orders) RETURN o.id'
    sources: [{sourceId: db}]
    middleware:
      - kind: jq
        name: a
        config:
          orders:
            insert:
              - query: |
                  "ééé😀" | nosuch`;
  expect(told(queries)).toEqual(['14:29 middleware-setting']);
});

test('a jq program is not read up to a character of value 0 alone', () => {
  const queries = `  - id: q
    query: 'MATCH (o:orders) RETURN o.id'
    sources: [{sourceId: db}]
    middleware:
      - {kind: jq, name: a, config: {t: {insert: [{query: "{a: 1}\\0 | nothing"}]}}}`;
  expect(told(queries)).toEqual([expect.stringMatching(/^8:\d+ middleware-setting$/)]);
});

test('a text that names thousands of labels is read in a moment', () => {
  const labels = Array.from({length: 50_000}, (_, i) => `l${i % 10}`).join('|');
  const began = performance.now();
  expect(
    told(`  - {id: q, query: 'MATCH (o:${labels}) RETURN p', sources: [{sourceId: db}]}`),
  ).toEqual([expect.stringMatching(/^4:\d+ cypher-unknown-variable$/)]);
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('middleware of a query that does not fit is looked at too', () => {
  const queries = `  - id: q
    query: ''
    middleware:
      - {name: nameless}
      - {kind: jq, name: b, config: {t: {insert: [{query: '{'}]}}}`;
  expect(told(queries)).toEqual([
    '4:5 missing-key',
    '5:12 invalid-value',
    '7:9 missing-key',
    expect.stringMatching(/^8:\d+ middleware-setting$/),
  ]);
});

test('a setting whose variable is not set is told once', () => {
  const queries = `  - id: q
    query: 'MATCH (o:orders) RETURN o.id'
    sources: [{sourceId: db}]
    middleware:
      - {kind: decoder, name: a, config: {encoding_type: "\${NONE}", target_property: b}}`;
  expect(told(queries)).toEqual(['8:58 unset-variable']);
});

test.each<[name: string, setting: string, found: Partial<Problem>]>([
  ['a duration with its unit', 'retryMaxMs: 30s', {hint: 'write 30000'}],
  ['a text where a list is meant', 'tables: orders', {hint: expect.stringContaining('"- "')}],
  [
    'an item that is empty',
    'tables: [orders, ]\n    tableKeys:\n      -',
    {detail: 'The file says nothing.', hint: expect.stringContaining('remove the "-"')},
  ],
  [
    'a list that is too short',
    'tableKeys: [{table: t, keyColumns: []}]',
    {detail: 'The file says a list of 0.'},
  ],
])('%s is told with what would be right', (_name, setting, found) => {
  const source = '  - kind: postgres\n    id: db\n    database: d\n    user: u\n';
  expect(problemsIn(`sources:\n${source}    ${setting}\n`)).toMatchObject([found]);
});
