import process from 'node:process';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {
  D2,
  filter,
  groupBy,
  groupByOperators,
  type IStreamBuilder,
  join,
  MultiSet,
  type MultiSetArray,
  map,
  output,
} from '@tanstack/db-ivm';
import type {Delta, Edit} from '../src/data/delta.ts';
import type {Row} from '../src/data/value.ts';
import type {Plan} from '../src/query/plan.ts';
import {filterAndMapFloor} from './support/floors.ts';
import {type Changes, engine, history, median, stepsOf, type Update} from './support/history.ts';
import {averages, filterAndMap, joined} from './support/queries.ts';
import {say, verdict} from './support/verdict.ts';

/**
 * How many updates a CPU second does the engine take, against @tanstack/db-ivm 0.2.0 on the
 * same updates in the same run? To reach: 3 times (filter + map), 8 (join), 40 (avg).
 *
 * Three repeats after a warm-up, the two by turns, each over a part of the history; printed
 * are the medians and their ratio. Time is CPU time, the collector's threads included. What
 * both are told is made before the clock runs. First both run the beginning of the history,
 * and their results must be the same rows.
 *
 * The data is such that db-ivm is right: no NULL (it joins NULLs, and counts them in avg),
 * values and keys that are numbers (it throws on bigint), and averages that are compared to
 * 12 digits (its are floats, ours are Postgres's numerics). Its avg reads a whole group for
 * each change of it, so it is given less of the history there; the rate is what counts.
 *
 * On two cores shared with other work (load average 5 to 6, Node 20.20), thousands a second:
 *
 *   filter + map,    100 a step 10573  db-ivm 6861    1.5     1 a step  3839  890    4.3
 *   join             100 a step   768  db-ivm   65   11.8     1 a step   647   60   10.7
 *   avg, 1000 groups 100 a step  1373  db-ivm   24   57.0     1 a step  1071   19   56.8
 *   avg, 10 groups   100 a step  3156  db-ivm   27    116     1 a step  1346    5    262
 *
 * So the goals are met, but for filter + map in steps of 100, which a loop by hand does not
 * meet either (`by hand`): docs/decisions/0010. The join's ratio is 8.0 where all is slowest.
 *
 * Run: npx tsx bench/ivm.ts [part of a name]
 */
type Item = readonly [key: number, value: {readonly id: number; group: number; value: number}];
type Stream = IStreamBuilder<[unknown, unknown]>;
type Weighted = MultiSetArray<[unknown, unknown]>;

interface Case {
  readonly name: string;
  readonly plan: Plan;
  readonly theirs: (inputs: ReadonlyMap<string, Stream>) => Stream;
  /** db-ivm's key of a row of a table: a join's is not the row's own. */
  readonly keyed?: (table: string, item: Item) => [unknown, unknown];
  /** Made when it is its turn: what a collector must mark is told to neither. */
  readonly tables: () => readonly History[];
  readonly theirUpdates: number;
  readonly toReach: number;
  /** The same query as a loop by hand, where the engine comes near it. */
  readonly floor?: () => (changes: Changes) => unknown;
}

const value = (of: unknown): {id: number; group: number; value: number} =>
  of as {id: number; group: number; value: number};

function cases(): Case[] {
  const groups = (count: number, updates: number): Case => ({
    name: `avg of ${count} groups`,
    plan: averages,
    theirs: (inputs) =>
      inputs.get('t')!.pipe(
        groupBy(([, row]: [unknown, unknown]) => ({group: value(row).group}), {
          avg: groupByOperators.avg(([, row]: [unknown, unknown]) => value(row).value),
        }),
      ) as Stream,
    tables: () => [history('t', {rows: 100_000, groups: count, updates: 300_000, seed: count})],
    theirUpdates: updates,
    toReach: 40,
  });
  return [
    {
      name: 'filter + map',
      plan: filterAndMap,
      theirs: (inputs) =>
        inputs.get('t')!.pipe(
          filter(([, row]) => value(row).value > 500),
          map(([key, row]): [unknown, unknown] => {
            return [key, {id: value(row).id, twice: value(row).value * 2}];
          }),
        ),
      tables: () => [history('t', {rows: 10_000, groups: 10, updates: 1_340_000, seed: 1})],
      theirUpdates: 1_340_000,
      toReach: 3,
      floor: filterAndMapFloor,
    },
    {
      name: 'join 100k x 100k',
      plan: joined,
      theirs: (inputs) => inputs.get('t')!.pipe(join(inputs.get('u')!, 'inner')) as Stream,
      // As TanStack DB does it: the join key, then the row's own key and the row.
      keyed: (table, [key, row]) => [table === 't' ? row.id : row.group, [key, row]],
      tables: () => [
        history('t', {rows: 100_000, groups: 10, updates: 100_000, seed: 2}),
        history('u', {rows: 100_000, groups: 100_000, updates: 100_000, seed: 3}),
      ],
      theirUpdates: 200_000,
      toReach: 8,
    },
    groups(1000, 20_000),
    groups(10, 3000),
  ];
}

type History = ReturnType<typeof history>;

/** The updates of all tables by turns. */
function updatesOf(tables: readonly History[]): readonly Update[] {
  const [first, second] = tables;
  if (!first || !second) return first?.updates ?? [];
  return first.updates.flatMap((update, i) => [update, second.updates[i] ?? update]);
}

const NAMES = ['t', 'u'];

function initialOf(tables: readonly History[]): Changes {
  return new Map(tables.map(({initial}, i): [string, Delta] => [NAMES[i] ?? '', initial]));
}

/** db-ivm's graph of a case, and what its output is told. */
function graphOf({theirs}: Case, told: (delta: MultiSet<[unknown, unknown]>) => void) {
  const graph = new D2();
  const inputs = new Map(NAMES.map((name) => [name, graph.newInput<[unknown, unknown]>()]));
  theirs(inputs).pipe(output(told));
  graph.finalize();
  return (changes: ReadonlyMap<string, Weighted>): void => {
    for (const [table, entries] of changes) inputs.get(table)!.sendData(new MultiSet(entries));
    graph.run();
  };
}

/** Edits as rows with weights; db-ivm's rows are objects. */
function weighted({keyed}: Case, changes: Changes): ReadonlyMap<string, Weighted> {
  const item = (table: string, {key}: Edit, [id, group, of]: Row): [unknown, unknown] => {
    const row = {id: id as number, group: group as number, value: of as number};
    return keyed ? keyed(table, [key as number, row]) : [key, row];
  };
  return new Map(
    [...changes].map(([table, delta]) => [
      table,
      delta.flatMap(
        (edit): Weighted => [
          ...(edit.before ? ([[item(table, edit, edit.before), -1]] as Weighted) : []),
          ...(edit.after ? ([[item(table, edit, edit.after), 1]] as Weighted) : []),
        ],
      ),
    ]),
  );
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The first part warms up: what runs is compiled for it. The others are the repeats. */
const PARTS = 4;

/** CPU seconds of one part of the steps. */
function seconds<Step>(push: (step: Step) => unknown, steps: readonly Step[], part: number) {
  const from = process.cpuUsage();
  const end = (steps.length / PARTS) * (part + 1);
  for (let i = Math.ceil((steps.length / PARTS) * part); i < end; i++) push(steps[i]!);
  const {user, system} = process.cpuUsage(from);
  return (user + system) / 1e6;
}

function rates(
  bench: Case,
  tables: readonly History[],
  size: number,
): {ours: number; theirs: number; floor: number} {
  const updates = updatesOf(tables);
  const theirUpdates = updates.slice(0, bench.theirUpdates);
  const steps = stepsOf(updates, size);
  const theirSteps = stepsOf(theirUpdates, size).map((step) => weighted(bench, step));
  const push = engine(bench.plan);
  const graph = graphOf(bench, () => {});
  const loop = bench.floor?.() ?? (() => {});
  push(initialOf(tables));
  graph(weighted(bench, initialOf(tables)));
  collect();
  const ours: number[] = [];
  const theirs: number[] = [];
  const floor: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    ours.push(updates.length / PARTS / seconds(push, steps, part));
    theirs.push(theirUpdates.length / PARTS / seconds(graph, theirSteps, part));
    floor.push(updates.length / PARTS / seconds(loop, steps, part));
  }
  const [mine, other, loops] = [ours, theirs, floor].map((each) => median(each.slice(1)));
  return {ours: mine!, theirs: other!, floor: loops!};
}

/** Both results after a part of the history must be the same rows. */
function agree(bench: Case, tables: readonly History[]): number {
  const steps = stepsOf(updatesOf(tables).slice(0, 2000), 10);
  const rows = new Map<Edit['key'], Row>();
  const push = engine(bench.plan);
  const weights = new Map<string, number>();
  const graph = graphOf(bench, (delta) => {
    for (const [[, row], weight] of delta.getInner()) {
      const text = numbersOf(row).join();
      weights.set(text, (weights.get(text) ?? 0) + weight);
    }
  });
  for (const step of [initialOf(tables), ...steps]) {
    for (const {key, after} of push(step)) {
      if (after) rows.set(key, after);
      else rows.delete(key);
    }
    graph(weighted(bench, step));
  }
  const ours = Array.from(rows.values(), (row) => numbersOf(row).join()).sort();
  const theirs = [...weights].flatMap(([text, weight]) => Array<string>(weight).fill(text)).sort();
  if (ours.join(';') !== theirs.join(';')) throw new Error(`${bench.name}: the results differ`);
  return ours.length;
}

/** The numbers of a row of either, in order: a join's are two rows with their keys. */
function numbersOf(row: unknown): string[] {
  if (row === null || typeof row !== 'object') return [Number(row).toPrecision(12)];
  if ('digits' in row) return [Number(String(row)).toPrecision(12)];
  if (!Array.isArray(row)) return Object.values(row).flatMap(numbersOf);
  const isPair = row.every(Array.isArray);
  return isPair ? row.flatMap(([, joinedRow]) => numbersOf(joinedRow)) : row.flatMap(numbersOf);
}

const rate = (figure: number): string => `${(figure / 1000).toFixed(1)} k/s`.padStart(12);

const wanted = process.argv[2] ?? '';
for (const bench of cases().filter(({name}) => name.includes(wanted))) {
  const tables = bench.tables();
  const rows = agree(bench, tables);
  for (const size of [100, 1]) {
    const {ours, theirs, floor} = rates(bench, tables, size);
    const limit = bench.floor ? `, by hand ${(floor / theirs).toFixed(1)} times` : '';
    const name = `${bench.name}, ${size} a step`;
    say(`${name.padEnd(30)}${rate(ours)}  db-ivm${rate(theirs)}${limit} (${rows} rows agree)`);
    verdict({
      question: `${name}, times the rate of db-ivm`,
      figure: ours / theirs,
      goal: {kind: 'at least', value: bench.toReach},
    });
  }
}
