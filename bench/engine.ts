import process from 'node:process';
import type {Delta, Edit} from '../src/data/delta.ts';
import {INT4, NUMERIC} from '../src/data/type.ts';
import type {Row} from '../src/data/value.ts';
import {random} from '../src/lib/random.ts';
import {dataflow} from '../src/query/dataflow.ts';
import type {Expression, ScalarFunction} from '../src/query/expression.ts';
import {sqlAggregate} from '../src/query/functions/aggregates.ts';
import type {Plan} from '../src/query/plan.ts';

/**
 * How many edits a CPU second does the engine take, and how far is that from a loop written
 * by hand for the one query? Each line: edits a step, ours, the floor, ours / floor.
 *
 * Run: npx tsx bench/engine.ts
 */

const STEPS = [100, 1];

const column = (index: number): Expression => ({kind: 'column', index, type: INT4});
const literal = (value: number): Expression => ({kind: 'literal', value, type: INT4});
const called = (
  name: string,
  compute: ScalarFunction['compute'],
  args: Expression[],
): Expression => ({
  kind: 'call',
  function: {name, strict: true, compute},
  args,
  type: INT4,
});
const GREATER: ScalarFunction['compute'] = (a, b) => (a as number) > (b as number);
const TIMES: ScalarFunction['compute'] = (a, b) => (a as number) * (b as number);

const scan = (table: string): Plan => ({
  kind: 'scan',
  table,
  columns: ['id', 'group', 'value'].map((name) => ({name: `${table}_${name}`, type: INT4})),
});

const filterAndMap: Plan = {
  kind: 'project',
  columns: ['id', 'twice'].map((name) => ({name, type: INT4})),
  expressions: [column(0), called('*', TIMES, [column(2), literal(2)])],
  input: {
    kind: 'filter',
    columns: scan('t').columns,
    input: scan('t'),
    predicate: called('>', GREATER, [column(2), literal(500)]),
  },
};

const joined: Plan = {
  kind: 'join',
  type: 'inner',
  columns: [...scan('t').columns, ...scan('u').columns],
  left: scan('t'),
  right: scan('u'),
  keys: [{left: column(0), right: column(1)}],
  residual: undefined,
};

const average = sqlAggregate('avg', [INT4]);
if (!average) throw new Error('there is no avg(int4)');
const averages: Plan = {
  kind: 'aggregate',
  columns: [
    {name: 'group', type: INT4},
    {name: 'avg', type: NUMERIC},
  ],
  input: scan('t'),
  groupBy: [column(1)],
  aggregates: [{...average, args: [column(2)], distinct: false, filter: undefined, orderBy: []}],
};

type Changes = ReadonlyMap<string, Delta>;

interface Case {
  readonly name: string;
  readonly plan: Plan;
  readonly initial: Changes;
  /** Updates of single rows, in order. */
  readonly updates: readonly {readonly table: string; readonly edit: Edit}[];
  /** The same query as a loop. */
  readonly floor: () => (changes: Changes) => unknown;
}

/** Rows `[id, group, value]`, inserted; and updates of their values. */
function history(
  table: string,
  {rows, groups, updates, seed}: {rows: number; groups: number; updates: number; seed: number},
) {
  const next = random(seed);
  const held: Row[] = [];
  for (let id = 0; id < rows; id++) held.push([id, id % groups, Math.floor(next() * 1000)]);
  const initial: Delta = held.map((after, key) => ({key, before: undefined, after}));
  const edits = Array.from({length: updates}, () => {
    const key = Math.floor(next() * rows);
    const before = held[key] as Row;
    const after: Row = [before[0] ?? null, before[1] ?? null, ((before[2] as number) + 7) % 1000];
    held[key] = after;
    return {table, edit: {key, before, after}};
  });
  return {initial, edits};
}

function cases(): Case[] {
  const simple = history('t', {rows: 10_000, groups: 10, updates: 1_000_000, seed: 1});
  const left = history('t', {rows: 100_000, groups: 10, updates: 100_000, seed: 2});
  const right = history('u', {rows: 100_000, groups: 100_000, updates: 100_000, seed: 3});
  const many = history('t', {rows: 100_000, groups: 1000, updates: 300_000, seed: 4});
  const few = history('t', {rows: 100_000, groups: 10, updates: 300_000, seed: 5});
  return [
    {
      name: 'filter + map',
      plan: filterAndMap,
      initial: new Map([['t', simple.initial]]),
      updates: simple.edits,
      floor: filterAndMapFloor,
    },
    {
      name: 'join 100k x 100k',
      plan: joined,
      initial: new Map([
        ['t', left.initial],
        ['u', right.initial],
      ]),
      updates: left.edits.flatMap((edit, i) => [edit, right.edits[i] ?? edit]),
      floor: joinFloor,
    },
    {
      name: 'avg of 1,000 groups',
      plan: averages,
      initial: new Map([['t', many.initial]]),
      updates: many.edits,
      floor: averageFloor,
    },
    {
      name: 'avg of 10 groups',
      plan: averages,
      initial: new Map([['t', few.initial]]),
      updates: few.edits,
      floor: averageFloor,
    },
  ];
}

function stepsOf(updates: Case['updates'], size: number): Changes[] {
  const steps: Changes[] = [];
  for (let at = 0; at < updates.length; at += size) {
    const changes = new Map<string, Edit[]>();
    for (const {table, edit} of updates.slice(at, at + size)) {
      const edits = changes.get(table) ?? [];
      edits.push(edit);
      changes.set(table, edits);
    }
    steps.push(changes);
  }
  return steps;
}

/** Edits a CPU second, after the initial rows; the best of three runs. */
function speed(start: () => (changes: Changes) => unknown, {initial, updates}: Case, size: number) {
  const steps = stepsOf(updates, size);
  let best = 0;
  for (let run = 0; run < 3; run++) {
    const push = start();
    push(initial);
    // CPU time, the collector's threads included: a busy machine does not blur it.
    const from = process.cpuUsage();
    for (const step of steps) push(step);
    const {user, system} = process.cpuUsage(from);
    best = Math.max(best, (updates.length / (user + system)) * 1e6);
  }
  return best;
}

function engine(plan: Plan): (changes: Changes) => unknown {
  const flow = dataflow(plan);
  return (changes) =>
    flow.push({kind: 'stream', sourceId: 'bench', lsn: 0n, xid: 0, commitTime: 0, changes});
}

function filterAndMapFloor() {
  const map = (row: Row | undefined): Row | undefined =>
    row && (row[2] as number) > 500 ? [row[0] ?? null, (row[2] as number) * 2] : undefined;
  return (changes: Changes) => {
    const output: Edit[] = [];
    for (const {key, before, after} of changes.get('t') ?? []) {
      const was = map(before);
      const is = map(after);
      if (was || is) output.push({key, before: was, after: is});
    }
    return output;
  };
}

function joinFloor() {
  const lefts = new Map<number, Row>();
  const rights = new Map<number, Map<number, Row>>();
  return (changes: Changes) => {
    const output: Edit[] = [];
    for (const {key, before, after} of changes.get('u') ?? []) {
      const joinKey = (after ?? before)?.[1] as number;
      const bucket = rights.get(joinKey) ?? new Map<number, Row>();
      rights.set(joinKey, bucket);
      if (after) bucket.set(key as number, after);
      const left = lefts.get(joinKey);
      if (!left) continue;
      const was = before && [...left, ...before];
      output.push({key: `${left[0]}|${key}`, before: was, after: after && [...left, ...after]});
    }
    for (const {key, before, after} of changes.get('t') ?? []) {
      if (after) lefts.set(key as number, after);
      for (const [other, right] of rights.get(key as number) ?? []) {
        const was = before && [...before, ...right];
        output.push({key: `${key}|${other}`, before: was, after: after && [...after, ...right]});
      }
    }
    return output;
  };
}

function averageFloor() {
  const groups = new Map<number, {sum: number; count: number; row: Row | undefined}>();
  return (changes: Changes) => {
    const touched = new Set<number>();
    for (const {before, after} of changes.get('t') ?? []) {
      for (const [row, sign] of [
        [before, -1],
        [after, 1],
      ] as const) {
        if (!row) continue;
        const group = groups.get(row[1] as number) ?? {sum: 0, count: 0, row: undefined};
        groups.set(row[1] as number, group);
        group.sum += sign * (row[2] as number);
        group.count += sign;
        touched.add(row[1] as number);
      }
    }
    const output: Edit[] = [];
    for (const key of touched) {
      const group = groups.get(key);
      if (!group) continue;
      const after = [key, group.sum / group.count];
      output.push({key, before: group.row, after});
      group.row = after;
    }
    return output;
  };
}

const rate = (value: number): string => `${(value / 1000).toFixed(0)} k/s`.padStart(11);

const wanted = process.argv[2] ?? '';
for (const bench of cases().filter(({name}) => name.includes(wanted))) {
  for (const size of STEPS) {
    const ours = speed(() => engine(bench.plan), bench, size);
    const floor = speed(bench.floor, bench, size);
    const name = `${bench.name}, ${size} a step`.padEnd(32);
    const ratio = (ours / floor).toFixed(2);
    process.stdout.write(`${name}${rate(ours)}   floor${rate(floor)}   ${ratio}\n`);
  }
}
