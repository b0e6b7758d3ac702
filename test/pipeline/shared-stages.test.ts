import {beforeAll, expect, test} from 'vitest';
import {INT4, NUMERIC, TEXT} from '../../src/data/type.ts';
import type {Row} from '../../src/data/value.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {heldRows, queryGroup, tableOf} from '../support/shared-world.ts';

beforeAll(loadSqlParser);

const TABLES = [
  tableOf('n', [
    {name: 'id', type: INT4},
    {name: 'x', type: INT4},
    {name: 'y', type: NUMERIC},
    {name: 's', type: TEXT},
  ]),
];
const GROUPS = 'SELECT x, count(*) AS k FROM n GROUP BY x';
const RATIOS = 'SELECT s, sum(12 / x) AS ratio FROM n GROUP BY s';

/** A group of queries over one table; how often the table was read as a whole is counted. */
function world(texts: Readonly<Record<string, string>>) {
  const held = heldRows();
  let reads = 0;
  const group = queryGroup((table) => {
    reads += 1;
    return held.rows(table);
  });
  group.source.describe(TABLES);
  for (const [id, text] of Object.entries(texts)) group.begin(id, text);
  const rows = new Map<number, Row>();
  const write = (id: number, after: Row | undefined) => {
    const changes = new Map([['public.n', [{key: id, before: rows.get(id), after}]]]);
    if (after) rows.set(id, after);
    else rows.delete(id);
    held.apply(changes);
    return [...group.step(changes).keys()];
  };
  const plan = (id: string): string => group.queries.get(id)?.operators?.explain() ?? '';
  const state = (id: string): string | undefined => group.queries.get(id)?.state.kind;
  return {...group, write, plan, state, reads: () => reads};
}

test('a plan tells what is shared, with its rows, and by how many queries', () => {
  const {write, plan} = world({
    one: GROUPS,
    two: `SELECT k FROM (${GROUPS}) g WHERE k > 1`,
    three: `SELECT max(k) AS k FROM (SELECT x AS z, count(*) AS k FROM n GROUP BY x) g`,
  });
  write(1, [1, 1, null, 'a']);
  write(2, [2, 1, null, 'a']);
  expect(plan('two').split('\n')).toEqual([
    'project k',
    '  project group_1 as x, count as k',
    '    filter >(count, 1)',
    '      aggregate count(*) by x  rows held: 2  (shared by 3 queries)',
    '        scan public.n',
  ]);
  expect(plan('three')).toContain('(shared by 3 queries)');
});

test('a query that nobody has anything in common with shares nothing', () => {
  const {write, plan} = world({one: GROUPS, two: 'SELECT count(*) FROM n WHERE y > 1'});
  write(1, [1, 1, null, 'a']);
  expect([plan('one'), plan('two')].join()).not.toContain('shared');
});

test.each([
  ['other values are grouped by', 'SELECT s, count(*) AS k FROM n GROUP BY s'],
  ['other rows are taken', 'SELECT x, count(*) AS k FROM n WHERE y > 1 GROUP BY x'],
  ['another value is counted', 'SELECT x, count(s) AS k FROM n GROUP BY x'],
  ['only some are counted', 'SELECT x, count(*) FILTER (WHERE y > 1) AS k FROM n GROUP BY x'],
  ['the language is another', 'MATCH (n:n) RETURN n.x AS x, count(*) AS k'],
])('nothing is shared where %s', (_, text) => {
  const {write, plan} = world({one: GROUPS, two: text});
  write(1, [1, 1, null, 'a']);
  expect(plan('two')).not.toContain('shared');
});

test('queries of one language share, whatever they call what they select', () => {
  const text = (name: string) => `MATCH (n:n) WITH n.x AS ${name}, sum(n.y) AS k RETURN ${name}, k`;
  const {write, plan} = world({one: text('a'), two: text('b')});
  write(1, [1, 1, null, 'a']);
  expect(plan('two')).toContain('(shared by 2 queries)');
});

test('what has a time below it is not shared, and what is above it neither', () => {
  const text = `SELECT x, count(*) AS k FROM n WHERE true_for(y > 1, interval '1 minute') GROUP BY x`;
  const {write, plan} = world({one: text, two: text});
  write(1, [1, 1, null, 'a']);
  expect(plan('two')).not.toContain('shared');
});

test('a query that comes later starts from the shared rows, and the table is not read again', () => {
  const {write, define, plan, queries, reads} = world({one: GROUPS, two: `${GROUPS} ORDER BY x`});
  write(1, [1, 1, null, 'a']);
  write(2, [2, 2, null, 'a']);
  const before = reads();
  define('three', `SELECT x FROM (${GROUPS}) g WHERE k = 1`);
  expect([reads(), queries.get('three')?.count]).toEqual([before, 2]);
  expect(plan('one')).toContain('(shared by 3 queries)');
  expect(write(3, [3, 3, null, 'a'])).toEqual(['one', 'two', 'three']);
});

test('the last reader that goes takes the shared rows with it', () => {
  const {write, define, drop, stop, plan, reads, source} = world({one: GROUPS, two: GROUPS});
  write(1, [1, 1, null, 'a']);
  drop('one');
  expect(plan('two')).toContain('(shared by 1 query)');
  expect([...source.rows('shared:1')]).toHaveLength(1);
  stop('two');
  expect([...source.rows('shared:1')]).toHaveLength(0);
  const before = reads();
  define('three', GROUPS);
  expect(reads()).toBe(before + 1);
  expect(plan('three')).not.toContain('shared');
});

test('a query that runs stays as it is when another of the kind comes', () => {
  const {write, define, plan} = world({one: GROUPS});
  write(1, [1, 1, null, 'a']);
  define('two', GROUPS);
  define('three', GROUPS);
  expect(plan('one')).not.toContain('shared');
  expect(plan('three')).toContain('(shared by 2 queries)');
  define('one', GROUPS);
  expect(plan('one')).toContain('(shared by 3 queries)');
});

test('what fails below fails for all its readers alike, and works again for all of them', () => {
  const {write, state, plan, queries} = world({
    one: RATIOS,
    two: `SELECT max(ratio) AS r FROM (${RATIOS}) r`,
    other: 'SELECT id FROM n',
  });
  write(1, [1, 2, null, 'a']);
  write(2, [2, 0, null, 'a']);
  expect(['one', 'two', 'other'].map(state)).toEqual(['failed', 'failed', 'running']);
  const problems = ['one', 'two'].map((id) => queries.get(id)?.state);
  expect(problems[0]).toEqual(problems[1]);
  expect(problems[0]).toMatchObject({problems: [{code: 'expression-failed'}]});
  expect(write(2, [2, 3, null, 'a'])).toEqual(['one', 'two', 'other'].slice(0, 2));
  expect(['one', 'two'].map(state)).toEqual(['running', 'running']);
  expect(plan('two')).toContain('(shared by 2 queries)');
});

test('what fails above is one query’s own', () => {
  const {write, state, plan} = world({
    one: GROUPS,
    two: GROUPS,
    own: `SELECT 1 / (k - 2) AS z FROM (${GROUPS}) g`,
  });
  write(1, [1, 1, null, 'a']);
  write(2, [2, 1, null, 'a']);
  expect(['one', 'two', 'own'].map(state)).toEqual(['running', 'running', 'failed']);
  expect(plan('one')).toContain('(shared by 2 queries)');
});

test('a query that is refused for its rows leaves nothing behind', () => {
  const {write, define, source, state} = world({one: 'SELECT id FROM n', two: RATIOS});
  write(1, [1, 0, null, 'a']);
  expect(state('two')).toBe('failed');
  expect(() => define('three', RATIOS)).toThrow('division by zero');
  expect(write(1, [1, 1, null, 'a'])).toEqual(['two']);
  expect([...source.rows('shared:1')]).toEqual([]);
});
