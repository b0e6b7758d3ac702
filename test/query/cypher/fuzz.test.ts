import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {beforeAll, expect, test} from 'vitest';
import type {Key} from '../../../src/data/key.ts';
import type {Row} from '../../../src/data/value.ts';
import {problemsOf} from '../../../src/lib/problem.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {parseCypher} from '../../../src/query/cypher/parser.ts';
import {print, printQuery} from '../../../src/query/cypher/print.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {sharedFile} from '../../support/shared.ts';
import {expression} from './ast-arbitrary.ts';
import {query} from './query-arbitrary.ts';
import {catalogOf} from './running.ts';
import type {TckCase} from './tck-case.ts';
import {anyText} from './texts.ts';

/** How many cases each test tries, times `TAILRACE_FUZZ`. */
const RUNS = Number(process.env.TAILRACE_FUZZ ?? 1);

const catalog = catalogOf(
  {n: 'id int4, v numeric, t timestamptz, up int4', m: 'id int4, v int4, n int4'},
  [
    {id: 'R', keys: ['n', 'm'].map((label) => ({label, property: label === 'n' ? 'id' : 'n'}))},
    {id: 'UP', keys: ['up', 'id'].map((property) => ({label: 'n', property}))},
  ],
);

const rows = new Map<string, [Key, Row][]>([
  [catalog.tables[0]!.id, [1, 2].map((id): [Key, Row] => [id, [id, null, null, 1]])],
  [catalog.tables[1]!.id, [1, 2].map((id): [Key, Row] => [id, [id, id, 1]])],
]);

/** Runs, or says with Problems what is wrong with the text, and where; and soon. */
function survives(text: string): boolean {
  const start = performance.now();
  const told = problemsWith(text, () => {
    const plan = optimise(compileCypher(text, catalog));
    // What a row makes of it may be a Problem too, which has no place.
    problemsWith(text, () => dataflow(plan).hydrate(rows));
  });
  for (const {code, place} of told) {
    const placed = place !== undefined && place.line > 0 && place.column > 0;
    expect(placed, `${code} has no place: ${text}`).toBe(true);
  }
  expect(performance.now() - start, text).toBeLessThan(5000);
  return told.length === 0;
}

function problemsWith(text: string, act: () => void) {
  try {
    act();
    return [];
  } catch (error) {
    const found = problemsOf(error);
    if (found.length === 0) throw new Error(text, {cause: error});
    return found;
  }
}

const QUERIES = [
  "MATCH (n:n)-[r:R]->(m:m) WHERE n.v > 1.5 AND NOT (m)-[:R]-(n) OR n.t < datetime('2020-01-01') RETURN n.id AS id, count(*) ORDER BY id LIMIT 3",
  'OPTIONAL MATCH (n:n {id: 1}) WITH n, [x IN range(1, 3) WHERE x % 2 = 1 | x ^ 2] AS l UNWIND l AS e RETURN DISTINCT n, e, reduce(s = 0, y IN l | s + y)',
  'MATCH (n:n) RETURN CASE n.v WHEN 1 THEN \'a\' ELSE "b" END AS c, all(x IN [1, 2] WHERE x > n.id) UNION ALL MATCH (m:m) RETURN m.id AS c, exists(m.n)',
  'MATCH p = (a:n|m)-[:UP*0..2]-(b:%&!m) WHERE COUNT { (a)--() } > 1 RETURN length(p) AS l, labels(a) AS k GROUP BY l, k NEXT FILTER l > 0 YIELD l AS x RETURN x',
  'MATCH (n IS n) LET late = n.t < CURRENT_TIMESTAMP - duration({minutes: 5}) FILTER late FOR x IN [1] RETURN n {.*, x: x}, CAST(n.v AS STRING) OFFSET 1',
];
const pieces = QUERIES.flatMap((written) => written.match(/\w+|\s+|[^\w\s]/g) ?? []);

/** Queries that people have written: openCypher's cases, and the tutorial's. */
const found: string[] = [...QUERIES];
beforeAll(() => {
  const cases = sharedFile('tck/expressions.json');
  const parsed = cases ? (JSON.parse(readFileSync(cases, 'utf8')) as readonly TckCase[]) : [];
  found.push(...parsed.map((one) => one.query).filter(({length}) => length < 1000));
  const tutorial = sharedFile('tutorial/config/server.yaml');
  const yaml = tutorial ? readFileSync(tutorial, 'utf8') : '';
  found.push(...[...yaml.matchAll(/query: \|\n((?: {6}.*\n)+)/g)].map(([, text]) => text ?? ''));
});

test('any text is answered with a plan or with problems', () => {
  fc.assert(fc.property(fc.string({unit: 'binary', maxLength: 200}), each(survives)), {
    numRuns: 500 * RUNS,
  });
});

test('any heap of the language’s words is answered', () => {
  const heap = fc
    .array(fc.constantFrom(...pieces), {maxLength: 60})
    .map((parts) => parts.join(' '));
  fc.assert(fc.property(heap, each(survives)), {numRuns: 1000 * RUNS});
});

test('a query with pieces dropped, doubled or swapped is answered', () => {
  const change = fc.record({
    query: fc.nat().map((n) => found[n % found.length] ?? ''),
    at: fc.nat(400),
    length: fc.nat(12),
    put: fc.oneof(fc.constantFrom(...pieces), fc.string({maxLength: 5})),
  });
  fc.assert(
    fc.property(change, ({query: written, at, length, put}) => {
      const from = at % (written.length + 1);
      survives(written.slice(0, from) + put + written.slice(from + length));
    }),
    {numRuns: 3000 * RUNS},
  );
});

test('any expression of the grammar is answered', () => {
  fc.assert(
    fc.property(expression, (tree) => {
      survives(`MATCH (n:n)-[:R]-(a:m) RETURN ${print(tree)} AS x`);
    }),
    {numRuns: 500 * RUNS},
  );
});

test('any query of the grammars is read as the tree it was printed from, and is answered', () => {
  fc.assert(
    fc.property(query, (tree) => {
      const written = printQuery(tree);
      expect(placeless(parseCypher(written)), written).toEqual(placeless(tree));
      survives(written);
    }),
    {numRuns: 300 * RUNS},
  );
});

test(
  'whole queries over tables that there are are answered, and what they print as too',
  () => {
    let compiled = 0;
    fc.assert(
      fc.property(anyText, (written) => {
        if (survives(written)) compiled += 1;
        problemsWith(written, () => {
          const printed = printQuery(parseCypher(written));
          expect(printQuery(parseCypher(printed))).toBe(printed);
        });
      }),
      {numRuns: 2000 * RUNS},
    );
    expect(compiled, 'queries that have a plan').toBeGreaterThan(30 * RUNS);
  },
  60_000 * RUNS,
);

const each =
  (check: (text: string) => unknown) =>
  (text: string): void => {
    check(text);
  };

/** The tree with every place the same. */
const placeless = (tree: unknown): unknown =>
  JSON.parse(
    JSON.stringify(tree, (key, value) =>
      key === 'span' ? 0 : typeof value === 'bigint' ? `${value}n` : value,
    ),
  );
