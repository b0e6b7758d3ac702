import process from 'node:process';
import type {Plan} from '../src/query/plan.ts';
import {averageFloor, filterAndMapFloor, joinFloor} from './support/floors.ts';
import {type Changes, engine, history, stepsOf, type Update} from './support/history.ts';
import {averages, filterAndMap, joined} from './support/queries.ts';

/**
 * How many edits a CPU second does the engine take, and how far is that from a loop written
 * by hand for the one query (`support/floors.ts`)? Each line: edits a step, ours, the floor,
 * ours / floor.
 *
 * Run: npx tsx bench/engine.ts
 */

const STEPS = [100, 1];

interface Case {
  readonly name: string;
  readonly plan: Plan;
  readonly initial: Changes;
  /** Updates of single rows, in order. */
  readonly updates: readonly Update[];
  /** The same query as a loop. */
  readonly floor: () => (changes: Changes) => unknown;
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
      updates: simple.updates,
      floor: filterAndMapFloor,
    },
    {
      name: 'join 100k x 100k',
      plan: joined,
      initial: new Map([
        ['t', left.initial],
        ['u', right.initial],
      ]),
      updates: left.updates.flatMap((edit, i) => [edit, right.updates[i] ?? edit]),
      floor: joinFloor,
    },
    {
      name: 'avg of 1,000 groups',
      plan: averages,
      initial: new Map([['t', many.initial]]),
      updates: many.updates,
      floor: averageFloor,
    },
    {
      name: 'avg of 10 groups',
      plan: averages,
      initial: new Map([['t', few.initial]]),
      updates: few.updates,
      floor: averageFloor,
    },
  ];
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
