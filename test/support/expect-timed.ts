import {expect} from 'vitest';
import {identicalRows} from '../../src/data/compare.ts';
import type {Delta, Edit} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Row} from '../../src/data/value.ts';
import {random} from '../../src/lib/random.ts';
import type {TimedOperator} from '../../src/query/operators/timed.ts';
import {fold, type Pick, type Rows} from './expect-incremental.ts';

/** What the collection below held after a step, and when that was. */
export interface Moment {
  readonly now: number;
  readonly rows: Rows;
}

const SEEDS = 100;
const STEPS = 30;

/**
 * The laws of an operator of time, after any history of edits and of time that passes: all
 * it has said adds up to what recomputing from the whole history says now; a step is due
 * whenever time alone has changed something, at the very microsecond; and when all rows
 * below are gone it remembers nothing and is never due.
 */
export function expectTimed(
  operator: () => TimedOperator,
  recompute: (history: readonly Moment[]) => Rows,
  row: (pick: Pick) => Row,
): void {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const next = random(seed);
    const running = operator();
    const input = new Map<Key, Row>();
    const output = new Map<Key, Row>();
    const history: Moment[] = [];
    const log: string[] = [];
    const told = (): string => `seed ${seed}\n${log.join('\n')}`;
    let now = 1000;
    const step = (delta: Delta, at: number): void => {
      now = at;
      log.push(`${now}: ${JSON.stringify(delta)}`);
      fold(delta, input);
      fold(running.push(delta, now), output, told);
      history.push({now, rows: new Map(input)});
      expect(texts(output), told()).toEqual(texts(recompute(history)));
    };
    for (let i = 0; i < STEPS; i++) {
      const at = now + Math.floor(next() * 6);
      quiet(running, {from: now, to: at}, () => recompute([...history, {now: at, rows: input}]));
      step(next() < 0.6 ? randomDelta(next, input, row) : [], at);
    }
    step(
      [...input].map(([key, before]) => ({key, before, after: undefined})),
      now + 1,
    );
    expect([running.size, running.nextDue()], told()).toEqual([0, undefined]);

    function quiet(
      {nextDue}: TimedOperator,
      {from, to}: {from: number; to: number},
      later: () => Rows,
    ): void {
      const due = nextDue();
      const changes = history.length > 0 && texts(later()).join() !== texts(output).join();
      if (changes) expect(due, `${told()}\nby ${to} something has changed`).toBeLessThanOrEqual(to);
      if (due !== undefined) expect(due, told()).toBeGreaterThan(from);
    }
  }
}

const texts = (rows: Rows): readonly string[] =>
  Array.from(rows, ([key, row]) => `${key}: ${row.map(String).join(', ')}`).sort();

function randomDelta(next: () => number, input: Rows, row: (pick: Pick) => Row): Delta {
  const pick: Pick = (from) => from[Math.floor(next() * from.length)]!;
  const present = new Map(input);
  const edits: Edit[] = [];
  for (let i = Math.floor(next() * 3); i >= 0; i--) {
    const key = pick([1, 2, 3, 4]);
    if (edits.some((edit) => edit.key === key)) continue;
    const before = present.get(key);
    const after = before && next() < 0.25 ? undefined : row(pick);
    if (before && after && identicalRows(before, after)) continue;
    edits.push({key, before, after});
  }
  return edits;
}
