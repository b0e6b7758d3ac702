import process from 'node:process';
import type {Edit} from '../src/data/delta.ts';
import {INT4} from '../src/data/type.ts';
import type {Row} from '../src/data/value.ts';
import {averageOf} from '../src/query/functions/numeric-division.ts';
import type {Plan} from '../src/query/plan.ts';
import {router} from '../src/query/routing.ts';
import {type Changes, engine, history, median, stepsOf} from './support/history.ts';
import {called, column, joinedAverages, literal, scan} from './support/queries.ts';
import {say, verdict} from './support/verdict.ts';

/**
 * Does the cost of a change follow the change, not the table, nor the number of queries
 * that do not care?
 *
 * 1. CPU time of an update of a row of `u` in `SELECT t.group, avg(u.value) FROM t JOIN u …
 *    GROUP BY t.group`, with 1,000 to 1,000,000 rows in each table. To be flat within 1.5.
 * 2. CPU time of a change with 1, 100 and 10,000 queries `WHERE id = constant` on one table,
 *    from the router to the answers. To be flat within 2. One in ten changes concerns a
 *    query whatever their number.
 *
 * The median of five runs after one that is not counted, each over updates of its own. The
 * updated rows are the latest 1,000 of the table, as in most databases, or any of them. Of a
 * large table, which no cache of the processor holds, any row must be fetched from memory
 * first; `floor` is the same query as a loop over Maps, which pays for that, too.
 *
 * On two cores shared with other work (load average 5 to 6), microseconds:
 *
 *   latest 1,000 rows   1k 0.55   10k 0.60   100k 0.61   1M 0.66   most / least 1.20  floor 1.14
 *   any row             1k 0.63   10k 0.96   100k 1.65   1M 2.53   most / least 4.00  floor 4.31
 *   point queries       1 0.33   100 0.43   10,000 0.32            most / least 1.35
 *
 * Why any row cannot be flat: docs/decisions/0010.
 *
 * Run: npx tsx bench/cost.ts
 */
const UPDATES = 50_000;
const RUNS = 6;

function microseconds(push: (changes: Changes) => unknown, steps: readonly Changes[]): number {
  const from = process.cpuUsage();
  for (const step of steps) push(step);
  const {user, system} = process.cpuUsage(from);
  return (user + system) / steps.length;
}

/** The median run of single updates on an engine, or a loop, that has the rows. */
function updateCost(
  {rows, hot}: {rows: number; hot: number},
  start: () => (changes: Changes) => unknown,
): number {
  const t = history('t', {rows, groups: 100, updates: 0, seed: 1});
  const u = history('u', {rows, groups: rows, updates: UPDATES * RUNS, seed: 2, hot});
  const push = start();
  push(
    new Map([
      ['t', t.initial],
      ['u', u.initial],
    ]),
  );
  return medianRun(push, stepsOf(u.updates, 1));
}

const ours = (): ((changes: Changes) => unknown) => engine(joinedAverages);

/** Rows of `u` meet the row of `t` whose id is their group; both have their ids as keys. */
function floor(): (changes: Changes) => unknown {
  const lefts = new Map<number, Row>();
  const rights = new Map<number, Row>();
  const groups = new Map<number, {sum: number; count: number; row: Row | undefined}>();
  return (changes) => {
    for (const {key, after} of changes.get('t') ?? []) if (after) lefts.set(key as number, after);
    const output: Edit[] = [];
    for (const {key, before, after} of changes.get('u') ?? []) {
      if (!after) continue;
      rights.set(key as number, after);
      const name = lefts.get(after[1] as number)?.[1] as number;
      const group = groups.get(name) ?? {sum: 0, count: 0, row: undefined};
      groups.set(name, group);
      group.sum += (after[2] as number) - ((before?.[2] ?? 0) as number);
      group.count += before ? 0 : 1;
      const row = [name, averageOf(group.sum, group.count)];
      output.push({key: name, before: group.row, after: row});
      group.row = row;
    }
    return output;
  };
}

function medianRun(push: (changes: Changes) => unknown, steps: readonly Changes[]): number {
  const each = steps.length / RUNS;
  const runs = Array.from({length: RUNS}, (_, run) =>
    microseconds(push, steps.slice(run * each, (run + 1) * each)),
  );
  return median(runs.slice(1));
}

const EQUAL = (a: unknown, b: unknown): boolean => a === b;

const point = (value: number): Plan => ({
  kind: 'filter',
  columns: scan('t').columns,
  input: scan('t'),
  predicate: {...called('=', EQUAL, [column(0), literal(value)]), type: INT4},
});

/**
 * Changes through the router and on to the queries it names. The queries ask for ids from
 * 0 on; one change in ten is of row 0, the others of rows that no query asks for.
 */
function routedCost(queries: number): number {
  const running = router<ReturnType<typeof engine>>();
  const {initial, updates} = history('t', {
    rows: 20_000,
    groups: 10,
    updates: UPDATES * RUNS,
    seed: 3,
  });
  for (let id = 0; id < queries; id++) {
    const plan = point(id);
    const push = engine(plan);
    push(new Map([['t', initial.slice(id, id + 1)]]));
    running.add(push, plan);
  }
  const unasked = updates.map(({table, edit: {key, before, after}}, i) => {
    const id = i % 10 === 0 ? 0 : 10_000 + (Number(key) % 10_000);
    const moved = (row: typeof after): typeof after => row && [id, ...row.slice(1)];
    return {table, edit: {key: id, before: moved(before), after: moved(after)}};
  });
  let told = 0;
  const push = (changes: Changes): void => {
    for (const {queries, changes: its} of running.route(changes)) {
      for (const query of queries) told += query(its).length;
    }
  };
  const cost = medianRun(push, stepsOf(unasked, 1));
  if (told !== (UPDATES * RUNS) / 10) throw new Error(`${told} changes were told`);
  return cost;
}

/** The costs of one question in a line, and how many times the least the most is. */
function print(question: string, costs: readonly (readonly [number, number])[], within?: number) {
  const values = costs.map(([, cost]) => cost);
  const spread = Math.max(...values) / Math.min(...values);
  const each = costs.map(([size, cost]) => `${size}: ${cost.toFixed(2)} µs`).join('   ');
  say(`${question}\n  ${each}`);
  const goal = within && ({kind: 'at most', value: within} as const);
  verdict({question: `${question}: most / least`, figure: spread, ...(goal && {goal})});
}

const SIZES = [1000, 10_000, 100_000, 1_000_000];
for (const hot of [1000, undefined]) {
  for (const start of [ours, floor]) {
    print(
      `join + aggregate, an update of ${hot ? 'one of the latest 1,000 rows' : 'any row'}, by rows`.concat(
        ` in each table${start === floor ? ' (floor)' : ''}`,
      ),
      SIZES.map((rows) => [rows, updateCost({rows, hot: hot ?? rows}, start)] as const),
      // Any row of a large table no loop over Maps reaches, either: docs/decisions/0010.
      hot && start === ours ? 1.5 : undefined,
    );
  }
}
print(
  'a change on a table, by point queries on it',
  [1, 100, 10_000].map((queries) => [queries, routedCost(queries)] as const),
  2,
);
