import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import {defaults} from '../../../src/config/config.ts';
import {problemsOf} from '../../../src/lib/problem.ts';
import {random} from '../../../src/lib/random.ts';
import {compile} from '../../../src/query/compile.ts';
import {QUERY_LIMITS} from '../../../src/query/stages.ts';
import {catalogOf, running} from '../cypher/running.ts';
import {added, deleted, QUIET, story, updated} from '../use-cases/story.ts';

beforeAll(() => loadModule());

const STAFF = {staff: 'id int4, boss int4, name text'};
const CHART = `WITH RECURSIVE below (id, name, depth) AS (
  SELECT id, name, 0 FROM staff WHERE boss IS NULL
  UNION ALL
  SELECT s.id, s.name, b.depth + 1 FROM below b JOIN staff s ON s.boss = b.id
) SELECT id, name, depth FROM below`;

test('an org chart follows who comes, moves with all below, and goes', () => {
  const chart = story({tables: STAFF, query: CHART, data: {staff: '1|\\N|Ada\n2|1|Bo\n3|2|Cy'}});
  expect(chart.rows).toEqual([
    '{"id":1,"name":"Ada","depth":0}',
    '{"id":2,"name":"Bo","depth":1}',
    '{"id":3,"name":"Cy","depth":2}',
  ]);
  expect(chart.set({staff: '1|\\N|Ada\n2|1|Bo\n3|2|Cy\n4|3|Di'})).toEqual(
    added('{"id":4,"name":"Di","depth":3}'),
  );
  expect(chart.set({staff: '1|\\N|Ada\n2|1|Bo\n3|1|Cy\n4|3|Di'})).toEqual({
    ...deleted('{"id":3,"name":"Cy","depth":2}', '{"id":4,"name":"Di","depth":3}'),
    added: ['{"id":3,"name":"Cy","depth":1}', '{"id":4,"name":"Di","depth":2}'],
  });
  expect(chart.set({staff: '1|\\N|Ada\n2|1|Bo\n4|3|Di'})).toEqual(
    deleted('{"id":3,"name":"Cy","depth":1}', '{"id":4,"name":"Di","depth":2}'),
  );
});

test('a total over each subtree changes by an update of those above', () => {
  const totals = story({
    tables: {staff: 'id int4, boss int4, pay int4'},
    query: `WITH RECURSIVE above AS (
      SELECT id, boss, pay, id AS top FROM staff
      UNION ALL SELECT s.id, s.boss, a.pay, s.id FROM above a JOIN staff s ON s.id = a.boss
    ) SELECT top, sum(pay) AS pay FROM above GROUP BY top`,
    data: {staff: '1|\\N|10\n2|1|20\n3|2|30'},
  });
  expect(totals.rows).toEqual(['{"top":1,"pay":60}', '{"top":2,"pay":50}', '{"top":3,"pay":30}']);
  expect(totals.set({staff: '1|\\N|10\n2|1|20\n3|2|31'})).toEqual(
    updated(
      '{"top":1,"pay":60} -> {"top":1,"pay":61}',
      '{"top":2,"pay":50} -> {"top":2,"pay":51}',
      '{"top":3,"pay":30} -> {"top":3,"pay":31}',
    ),
  );
});

const EDGES = {edges: 'id int4, a int4, b int4'};
const REACHED = `WITH RECURSIVE reached (n) AS (
  SELECT 1 UNION SELECT e.b FROM reached r JOIN edges e ON e.a = r.n) SELECT n FROM reached`;

test('what a circle alone holds up is let go', () => {
  const circle = '2|2|3\n3|3|2';
  const reached = story({tables: EDGES, query: REACHED, data: {edges: `1|1|2\n${circle}`}});
  expect(reached.rows).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  expect(reached.set({edges: circle})).toEqual(deleted('{"n":2}', '{"n":3}'));
  expect(reached.set({edges: `1|1|3\n${circle}`})).toEqual(added('{"n":2}', '{"n":3}'));
});

test('another way to the same row is no change', () => {
  const reached = story({tables: EDGES, query: REACHED, data: {edges: '1|1|2\n2|2|3'}});
  expect(reached.set({edges: '1|1|2\n2|2|3\n3|1|3'})).toEqual(QUIET);
  expect(reached.set({edges: '1|1|2\n3|1|3'})).toEqual(QUIET);
});

test('a row that goes in the step in which a circle begins at it takes the circle along', () => {
  const walked = story({
    tables: EDGES,
    query: REACHED.replace('UNION', 'UNION ALL'),
    data: {edges: '1|1|2'},
  });
  expect(walked.set({edges: '2|2|3\n3|3|2'})).toEqual(deleted('{"n":2}'));
});

/** What Postgres does: rounds over the rows of the round before. */
function walked(edges: readonly (readonly [number, number])[], all: boolean): string[] {
  const rows: string[] = [];
  let round: (readonly [n: number, depth: number])[] = edges
    .filter(([a]) => a === 1)
    .map(([, b]) => [b, 0]);
  while (round.length > 0) {
    const fresh = all
      ? round
      : [...new Map(round.map((row) => [row.join(), row])).values()].filter(
          (row) => !rows.includes(row.join()),
        );
    rows.push(...fresh.map((row) => row.join()));
    round = fresh.flatMap(([n, depth]) =>
      depth < 4
        ? edges
            .filter(([a]) => a === n)
            .map(([, b]) => [b, all ? depth + 1 : (depth + 1) % 3] as const)
        : [],
    );
  }
  return rows.sort();
}

test.each([
  ['UNION ALL', 'w.depth + 1'],
  ['UNION', '(w.depth + 1) % 3'],
])('%s adds up to running all rounds anew, whatever the history', (word, next) => {
  const catalog = catalogOf(EDGES, []);
  const query = `WITH RECURSIVE walk (n, depth) AS (
    SELECT b, 0 FROM edges WHERE a = 1
    ${word} SELECT e.b, ${next} FROM walk w, edges e WHERE e.a = w.n AND w.depth < 4
  ) SELECT n, depth FROM walk`;
  for (let seed = 1; seed <= 60; seed++) {
    const chance = random(seed);
    const walk = running(compile(query, {language: 'SQL', catalog}), catalog, {});
    const held = new Map<number, readonly [number, number]>();
    const node = () => 1 + Math.floor(chance() * 5);
    for (let step = 0; step < 20; step++) {
      for (let change = chance() * 3; change > 0; change--) {
        const id = 1 + Math.floor(chance() * 8);
        if (chance() < 0.4) held.delete(id);
        else held.set(id, [node(), node()]);
      }
      walk.set({edges: [...held].map(([id, edge]) => [id, ...edge].join('|')).join('\n')});
      const rows = walk.rows.map((row) => Object.values(JSON.parse(row)).join()).sort();
      expect(rows, `seed ${seed}, step ${step}`).toEqual(
        walked([...held.values()], word === 'UNION ALL'),
      );
    }
    walk.set({edges: ''});
    expect(walk.size, `seed ${seed}: rows remembered of nothing`).toBe(0);
  }
});

test('the limit is that of the configuration, unless one is told', () => {
  expect(QUERY_LIMITS.recursionRows).toBe(defaults.limits.recursionRows);
});

test('a recursion without end stops at its limit', () => {
  const catalog = catalogOf(EDGES, []);
  const endless = compile(REACHED.replace('UNION', 'UNION ALL'), {
    language: 'SQL',
    catalog,
    limits: {recursionRows: 100},
  });
  const run = () => running(endless, catalog, {edges: '1|1|1'});
  expect(run).toThrow(/WITH RECURSIVE has more than 100 rows/);
  try {
    run();
  } catch (error) {
    expect(problemsOf(error)[0]?.code).toBe('recursion-too-large');
  }
});

test.each([
  [
    'in the step, hides the query around it',
    'WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL (WITH r AS (SELECT id AS n FROM edges) SELECT n FROM r)) SELECT n FROM r',
    [1, 7],
  ],
  [
    'under RECURSIVE, hides it in its own query too',
    `WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL (WITH RECURSIVE r (n) AS (
      SELECT 2 UNION SELECT e.id FROM r JOIN edges e ON e.a = r.n) SELECT n FROM r)) SELECT n FROM r`,
    [1, 2, 7],
  ],
  [
    'reads the one around it in its own query, where it is not recursive',
    'WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL (WITH r AS (SELECT n + 1 AS n FROM r WHERE n < 3) SELECT n FROM r)) SELECT n FROM r',
    [1, 2, 3],
  ],
])('a WITH query of the same name %s', (_where, query, numbers) => {
  const nested = story({tables: EDGES, query, data: {edges: '7|2|3'}});
  expect(nested.rows).toEqual(numbers.map((n) => `{"n":${n}}`));
});

test('a plan tells the recursion, and what its rounds read', () => {
  const catalog = catalogOf(EDGES, []);
  const {plan, tables} = compile(REACHED, {language: 'SQL', catalog});
  expect(plan.kind).toBe('project');
  expect([...tables]).toEqual(['public.edges']);
  expect(compile(REACHED, {language: 'SQL', catalog}).explain()).toContain('working rows');
});

const from = (step: string, word = 'UNION ALL') =>
  `WITH RECURSIVE r (n) AS (SELECT 1 ${word} ${step}) SELECT n FROM r`;

test.each<[sql: string, code: string, message: RegExp]>([
  [from('SELECT n FROM r LIMIT 3'), 'sql-misplaced', /LIMIT .* recursive query "r"/],
  [from('SELECT a.n FROM r a, r b'), 'sql-misplaced', /"r" is read twice/],
  [from('SELECT n FROM r', 'EXCEPT'), 'sql-misplaced', /"r" reads itself, and is no UNION/],
  [from('SELECT id FROM edges WHERE a IN (SELECT n FROM r)'), 'sql-misplaced', /in a subquery/],
  [
    from('SELECT id FROM edges LEFT JOIN r ON a = n'),
    'sql-misplaced',
    /the side of an outer join that may be missing/,
  ],
  [from("SELECT n || 'x' FROM r"), 'sql-type', /column "n" of the recursive query "r"/],
  [from('SELECT n + 1.5 FROM r'), 'sql-type', /column "n" of the recursive query "r"/],
  [
    'WITH RECURSIVE r (n) AS (SELECT \'a\' UNION ALL SELECT n COLLATE "C" FROM r) SELECT n FROM r',
    'sql-type',
    /column "n" .* has two collations/,
  ],
  [from('SELECT n, n FROM r'), 'sql-type', /same number of columns/],
  [from('SELECT max(n) FROM r'), 'sql-not-supported', /an aggregate in the recursive part/],
  [
    from('(SELECT n FROM r EXCEPT SELECT id FROM edges)'),
    'sql-not-supported',
    /EXCEPT in the recursive part/,
  ],
  [
    from('(SELECT n + 1 FROM r ORDER BY n LIMIT 1)'),
    'sql-not-supported',
    /LIMIT in the recursive part/,
  ],
  [
    'WITH RECURSIVE r AS (SELECT n FROM r UNION SELECT 1 AS n) SELECT n FROM r',
    'sql-misplaced',
    /in the part that it begins with/,
  ],
  [
    'WITH RECURSIVE a AS (SELECT n FROM b), b AS (SELECT 1 AS n) SELECT n FROM a',
    'sql-not-supported',
    /which reads "b" behind it/,
  ],
  [
    'WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r) CYCLE n SET c USING p SELECT n FROM r',
    'sql-not-supported',
    /CYCLE/,
  ],
  [
    'SELECT e.id, (WITH RECURSIVE r (n) AS (SELECT e.a UNION SELECT x.b FROM r, edges x WHERE x.a = n) SELECT max(n) FROM r) AS m FROM edges e',
    'sql-not-supported',
    /WITH RECURSIVE that reads the query around it/,
  ],
])('refused: %s', (sql, code, message) => {
  const catalog = catalogOf(EDGES, []);
  try {
    compile(sql, {language: 'SQL', catalog});
    expect.unreachable('it was taken');
  } catch (error) {
    const problems = problemsOf(error);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.message).toMatch(message);
  }
});
