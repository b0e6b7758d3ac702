import fc from 'fast-check';
import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {print} from '../../../src/query/cypher/print.ts';
import {expression} from './ast-arbitrary.ts';
import {catalogOf} from './running.ts';

const catalog = catalogOf({n: 'id int4, x numeric, t timestamp', m: 'id int4, n int4'}, [
  {
    id: 'R',
    keys: [
      {label: 'n', property: 'id'},
      {label: 'm', property: 'n'},
    ],
  },
]);

/** Compiles; whatever is wrong with the text comes as Problems, and soon. */
function survives(text: string): void {
  const start = performance.now();
  try {
    compileCypher(text, catalog);
  } catch (error) {
    if (problemsOf(error).length === 0) throw error;
    for (const {place} of problemsOf(error)) {
      expect(place === undefined || (place.line > 0 && place.column > 0)).toBe(true);
    }
  }
  expect(performance.now() - start, text).toBeLessThan(5000);
}

const QUERIES = [
  "MATCH (n:n)-[r:R]->(m:m) WHERE n.x > 1.5 AND NOT (m)-[:R]-(n) OR n.t < localdatetime('2020-01-01') RETURN n.id AS id, count(*) ORDER BY id LIMIT 3",
  'OPTIONAL MATCH (n:n {id: 1}) WITH n, [x IN range(1, 3) WHERE x % 2 = 1 | x ^ 2] AS l UNWIND l AS e RETURN DISTINCT n, e, reduce(s = 0, y IN l | s + y)',
  'MATCH (n:n) RETURN CASE n.x WHEN 1 THEN \'a\' ELSE "b" END AS c, all(x IN [1, 2] WHERE x > n.id) UNION ALL MATCH (m:m) RETURN m.id AS c, exists(m.n)',
];
const pieces = QUERIES.flatMap((query) => query.match(/\w+|\s+|[^\w\s]/g) ?? []);

test('any text is answered with a plan or with problems', () => {
  fc.assert(fc.property(fc.string({unit: 'binary', maxLength: 200}), survives), {numRuns: 500});
});

test('any heap of the language’s words is answered', () => {
  const heap = fc
    .array(fc.constantFrom(...pieces), {maxLength: 60})
    .map((parts) => parts.join(' '));
  fc.assert(fc.property(heap, survives), {numRuns: 1000});
});

test('a query with pieces dropped, doubled or swapped is answered', () => {
  const change = fc.record({
    query: fc.constantFrom(...QUERIES),
    at: fc.nat(400),
    length: fc.nat(12),
    put: fc.oneof(fc.constantFrom(...pieces), fc.string({maxLength: 5})),
  });
  fc.assert(
    fc.property(change, ({query, at, length, put}) => {
      survives(query.slice(0, at) + put + query.slice(at + length));
    }),
    {numRuns: 1500},
  );
});

test('any expression of the grammar is answered', () => {
  fc.assert(
    fc.property(expression, (tree) =>
      survives(`MATCH (n:n)-[:R]-(a:m) RETURN ${print(tree)} AS x`),
    ),
    {numRuns: 500},
  );
});
