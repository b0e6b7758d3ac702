import {expect, test} from 'vitest';
import {problemsOf} from '../../../../src/lib/problem.ts';
import {random} from '../../../../src/lib/random.ts';
import {catalogOf, type Data, run} from '../running.ts';
import {anyCase, type Case, JOINS, type Pick, TABLES, textOf, told} from './generator.ts';
import {type Found, type Graph, type GraphNode, waysThrough} from './matcher.ts';

/**
 * Patterns by chance, of one table or several, of fixed and of variable length, in MATCH, in
 * OPTIONAL MATCH and in expressions: whatever the rows become, the result is what trying
 * everything finds. `SEED=n` runs one.
 */
const catalog = catalogOf(TABLES, JOINS);
const {SEED} = process.env;
const SEEDS = 1500;
const seeds = SEED ? [Number(SEED)] : Array.from({length: SEEDS}, (_, i) => i + 1);

/** What a pattern by chance may be refused for. */
const REFUSED: readonly string[] = [
  'cypher-unknown-property',
  'cypher-unknown-relationship',
  'cypher-duplicate-name',
];

const WAYS = 'a pattern that can be found in more than 50 ways';

test('patterns by chance find what trying everything finds', () => {
  let answered = 0;
  for (const seed of seeds) if (agrees(seed)) answered++;
  if (!SEED) expect(answered).toBeGreaterThan(SEEDS / 3);
}, 120_000);

/** False where the query is refused. */
function agrees(seed: number): boolean {
  const next = random(seed);
  const pick: Pick = (...from) => from[Math.floor(next() * from.length)]!;
  const one = anyCase(pick);
  const query = textOf(one);
  const running = started(query);
  if (!running) return false;
  // Of constants a row may be held from the start.
  const {size} = running;
  for (let step = 0; step < 3; step++) {
    const data = anyData(pick);
    running.set(data);
    expect(running.rows, `SEED=${seed}, step ${step}: ${query}\n${JSON.stringify(data)}`).toEqual(
      answers(one, graphOf(data)),
    );
  }
  running.set({a: '', b: '', c: ''});
  expect(running.size, `SEED=${seed}: rows remembered of nothing: ${query}`).toBe(size);
  return true;
}

function started(query: string) {
  try {
    return run(query, catalog, {});
  } catch (error) {
    const found = problemsOf(error);
    const expected = found.every(
      ({code, message}) =>
        REFUSED.includes(code) || message.includes(WAYS) || isUnlabelled(message),
    );
    if (found.length === 0 || !expected) throw new Error(query, {cause: error});
    return undefined;
  }
}

const isUnlabelled = (message: string): boolean =>
  ['a node needs a label', 'is a row of', 'has nodes of two tables', 'no tables have all'].some(
    (part) => message.includes(part),
  );

/** Few rows with few values, so that they meet, and nulls. */
function anyData(pick: Pick): Data {
  const cell = (): string => pick('1', '2', '3', '\\N');
  const rows = (columns: number): string =>
    Array.from({length: pick(0, 1, 2, 3)}, (_, i) =>
      [String(i + 1), ...Array.from({length: columns}, cell)].join('|'),
    ).join('\n');
  return {a: rows(2), b: rows(3), c: rows(3)};
}

function graphOf(data: Data): Graph {
  const nodes = Object.entries(TABLES).flatMap(([table, columns]) => {
    const names = columns.split(', ').map((column) => column.split(' ')[0]!);
    const lines = (data[table] ?? '').split('\n').filter((line) => line !== '');
    return lines.map((line): GraphNode => {
      const cells = line.split('|').map((cell) => (cell === '\\N' ? null : Number(cell)));
      return {table, row: Object.fromEntries(names.map((name, i) => [name, cells[i] ?? null]))};
    });
  });
  const of = (label: string): GraphNode[] => nodes.filter(({table}) => table === label);
  const edges = JOINS.flatMap(({id, keys: [from, to]}) =>
    of(from!.label).flatMap((one) =>
      of(to!.label)
        .filter((other) => {
          const value = one.row[from!.property];
          return value !== null && value === other.row[to!.property];
        })
        .map((other) => ({type: id, from: one, to: other})),
    ),
  );
  return {nodes, edges};
}

/** The rows as JSON, sorted. */
function answers(one: Case, graph: Graph): readonly string[] {
  const {first, beside, second} = one;
  const matching = (question: Case['first'], found: Found): Found[] =>
    waysThrough(graph, question.chains, found).filter((way) => question.where?.holds(way) ?? true);
  const rows = matching(first, new Map()).flatMap((found): Found[] => {
    if (beside === 'none') return [found];
    const ways = matching(second, found);
    if (beside === 'match') return ways;
    if (beside === 'optional') return ways.length > 0 ? ways : [found];
    if (beside === 'count') return [new Map([...found, ['n', ways.length]])];
    return ways.length > 0 === (beside === 'exists') ? [found] : [];
  });
  const names = [...told(one), ...(beside === 'count' ? ['n'] : [])];
  return rows.map((row) => rowText(row, names)).sort();
}

function rowText(row: Found, names: readonly string[]): string {
  if (names.length === 0) return '{"one":1}';
  const entries = names.map((name) => {
    const value = row.get(name) ?? null;
    const node = typeof value === 'object' && value !== null;
    return [name, node ? `${value.table}${value.row.id}` : value];
  });
  return JSON.stringify(Object.fromEntries(entries));
}
