import type {Delta, Edit} from '../../data/delta.ts';
import {joinParts, type Key, keyPart, NULL_PART} from '../../data/key.ts';
import {textWriter} from '../../data/text.ts';
import type {Type} from '../../data/type.ts';
import type {Row} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {runProblems} from '../problems-run.ts';
import {EqualRows} from './equal-rows.ts';
import {rowKey} from './keys.ts';
import {changes} from './net.ts';

/**
 * WITH RECURSIVE. Round 0 has the rows of the base, each further one what the step makes
 * of the rows of the one before; UNION drops rows that an earlier round has, UNION ALL
 * none. Working rows, which the step reads, are `[round, ...values]`, all rounds at
 * once: a row that comes or goes costs what follows from it, and no round is run anew.
 *
 * In one step of time: `takeBase`, `takeStep` with what changed besides the working rows,
 * then by turns `next` and `takeStep` with what that changes, until nothing is left; then
 * `told`. Rounds are settled in order. Else what goes could follow what comes around a
 * circle of rows for ever.
 *
 * A result row is known by its values, and the second of its kind on by its number too.
 */
export interface Recursion {
  takeBase(delta: Delta): void;
  /** Rows that the step makes: the round they come from, and their values. */
  takeStep(delta: Delta): void;
  /** What changes in the working rows of the next round; undefined where nothing is left. */
  next(): Delta | undefined;
  /** What all that changed in the result. */
  told(): Delta;
  readonly size: number;
}

/** A row in one round: how often it was made there, and how often it is there. */
interface Level {
  readonly made: EqualRows;
  copies: number;
  row: Row;
}

/** A row's levels, by their rounds. */
type Levels = Map<number, Level>;

interface Total {
  readonly copies: number;
  readonly row: Row;
}

export function recursion(
  types: readonly Type[],
  {all, rowsMax}: {all: boolean; rowsMax: number},
): Recursion {
  const keyOf = all ? printedKey(types) : rowKey(types);
  const held = new Map<Key, Levels>();
  const pending = new Map<number, Set<Key>>();
  const before = new Map<Key, Total>();
  let settled = 0;
  let working = 0;
  let size = 0;

  function wait(round: number, key: Key): void {
    const keys = pending.get(round);
    if (keys) keys.add(key);
    else pending.set(round, new Set([key]));
  }

  function levelOf(key: Key, round: number, row: Row): Level {
    const levels = held.get(key) ?? new Map<number, Level>();
    held.set(key, levels);
    const there = levels.get(round);
    if (there) return there;
    const level = {made: new EqualRows(), copies: 0, row};
    levels.set(round, level);
    size += 1;
    return level;
  }

  function take(round: number, row: Row, by: 1 | -1): void {
    const key = keyOf(row);
    const {made} = levelOf(key, round, row);
    if (by > 0) made.add(row);
    else made.remove(row);
    wait(round, key);
  }

  /** Under UNION a row is in the first of the rounds that make it. */
  function copiesAt(levels: Levels, round: number): number {
    const count = levels.get(round)?.made.count ?? 0;
    if (all || count === 0) return count;
    for (const [earlier, {made}] of levels) if (earlier < round && made.count > 0) return 0;
    return 1;
  }

  function settle(key: Key, round: number, output: Edit[]): void {
    const levels = held.get(key);
    const level = levels?.get(round);
    if (!levels || !level) return;
    if (!before.has(key)) before.set(key, totalOf(levels));
    const was = level.copies;
    const is = copiesAt(levels, round);
    const after = is > 0 ? level.made.row : level.row;
    for (let copy = 0; copy < Math.max(was, is); copy++) {
      const edit = {
        key: `${round}|${copyKey(key, copy)}`,
        before: copy < was ? [round, ...level.row] : undefined,
        after: copy < is ? [round, ...after] : undefined,
      };
      if (changes(edit)) output.push(edit);
    }
    if (!all && was !== is) {
      for (const later of levels.keys()) if (later > round) wait(later, key);
    }
    level.copies = is;
    level.row = after;
    working += is - was;
    if (working > rowsMax) throw runProblems['recursion-too-large']({rowsMax});
    if (level.made.count === 0) {
      levels.delete(round);
      size -= 1;
    }
    if (levels.size === 0) held.delete(key);
  }

  return {
    takeBase(delta) {
      settled = 0;
      for (const edit of delta) {
        if (edit.before) take(0, edit.before, -1);
        if (edit.after) take(0, edit.after, 1);
      }
    },
    takeStep(delta) {
      for (const edit of delta) {
        if (edit.before) take(nextOf(edit.before), edit.before.slice(1), -1);
        if (edit.after) take(nextOf(edit.after), edit.after.slice(1), 1);
      }
    },
    next() {
      while (pending.size > 0) {
        const round = settled;
        settled += 1;
        const keys = pending.get(round);
        if (!keys) continue;
        pending.delete(round);
        const output: Edit[] = [];
        for (const key of keys) settle(key, round, output);
        if (output.length > 0) return output;
      }
      return undefined;
    },
    told() {
      const output: Edit[] = [];
      for (const [key, was] of before) tell(key, was, totalOf(held.get(key)), output);
      before.clear();
      return output;
    },
    get size() {
      return size;
    },
  };
}

function tell(key: Key, was: Total, is: Total, output: Edit[]): void {
  for (let copy = 0; copy < Math.max(was.copies, is.copies); copy++) {
    const edit = {
      key: copyKey(key, copy),
      before: copy < was.copies ? was.row : undefined,
      after: copy < is.copies ? is.row : undefined,
    };
    if (changes(edit)) output.push(edit);
  }
}

const NONE: Total = {copies: 0, row: []};

function totalOf(levels: Levels | undefined): Total {
  let total = NONE;
  for (const {copies, row} of levels?.values() ?? []) {
    if (copies > 0) total = {copies: total.copies + copies, row};
  }
  return total;
}

function nextOf([round]: Row): number {
  assert(typeof round === 'number', 'a row of a recursion tells no round');
  return round + 1;
}

const copyKey = (key: Key, copy: number): Key => (copy === 0 ? key : `${key}|#${copy + 1}`);

/** The key of a row that only rows have which print the same: 1.0 is not 1.00. */
function printedKey(types: readonly Type[]): (row: Row) => Key {
  const writers = types.map(textWriter);
  return (row) =>
    joinParts(
      writers.map((write, i) => {
        const value = row[i] ?? null;
        return value === null ? NULL_PART : keyPart(write(value) ?? '');
      }),
    );
}
