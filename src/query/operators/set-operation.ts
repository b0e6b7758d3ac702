import type {Delta, Edit} from '../../data/delta.ts';
import {type Key, keyPart} from '../../data/key.ts';
import type {Type} from '../../data/type.ts';
import type {Row} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {EqualRows} from './equal-rows.ts';
import {rowKey} from './keys.ts';
import {changes} from './net.ts';
import {HELD_MAX, room} from './room.ts';

/** An operator over any number of collections that change in the same step. */
export interface WideOperator {
  push(deltas: readonly Delta[]): Delta;
  readonly size: number;
}

/** UNION ALL: every row of every branch, under the branch and its own key. */
export function unionAll(): WideOperator {
  return {
    push: (deltas) =>
      deltas.flatMap((delta, branch) =>
        delta.map((edit) => ({...edit, key: branchKey(branch, edit.key)})),
      ),
    size: 0,
  };
}

const branchKey = (branch: number, key: Key): string =>
  `${branch + 1}|${typeof key === 'number' ? key : keyPart(key)}`;

/** How many copies of a row there are, given how many each branch has. */
export type Copies = (counts: readonly number[]) => number;

/** INTERSECT (ALL): as many as the branch with the fewest. */
export const intersectCopies: Copies = (counts) => Math.min(...counts);

/** EXCEPT (ALL): those of the first branch that no other takes away. */
export const exceptCopies: Copies = ([first = 0, ...others]) =>
  Math.max(
    others.reduce((left, count) => left - count, first),
    0,
  );

/** EXCEPT without ALL: one, if the first branch has it and no other does. */
export const exceptOnce: Copies = ([first = 0, ...others]) =>
  first > 0 && others.every((count) => count === 0) ? 1 : 0;

/** One copy where there would be any. */
export const once =
  (copies: Copies): Copies =>
  (counts) =>
    Math.min(copies(counts), 1);

interface Held {
  readonly rows: EqualRows;
  readonly counts: number[];
  /** The copies that were told, and what they look like. */
  copies: number;
  told: Row;
}

/**
 * INTERSECT and EXCEPT: copies of a row, told by how many of it each branch has. The key
 * is the row itself, and for the second copy on, its number too.
 *
 * Remembers the counts of each row of any branch. Equal rows that print differently look
 * as `EqualRows` says, over all branches.
 */
export function countedSets(
  types: readonly Type[],
  {width, copies, max = HELD_MAX}: {width: number; copies: Copies; max?: number | undefined},
): WideOperator {
  const keyOf = rowKey(types);
  const held = new Map<Key, Held>();

  function heldOf(row: Row): [Key, Held] {
    const key = keyOf(row);
    const there = held.get(key);
    if (there) return [key, there];
    room(held, max, 'distinct rows');
    const counts = Array.from({length: width}, () => 0);
    const made: Held = {rows: new EqualRows(), counts, copies: 0, told: row};
    held.set(key, made);
    return [key, made];
  }

  return {
    push(deltas) {
      const touched = new Set<Key>();
      const count = (row: Row, branch: number, by: 1 | -1): void => {
        const [key, {rows, counts}] = heldOf(row);
        touched.add(key);
        counts[branch]! += by;
        if (by > 0) rows.add(row);
        else rows.remove(row);
      };
      for (const [branch, delta] of deltas.entries()) {
        for (const {before, after} of delta) {
          if (before) count(before, branch, -1);
          if (after) count(after, branch, 1);
        }
      }
      const output: Edit[] = [];
      for (const key of touched) tell(key, output);
      return output;
    },
    get size() {
      return held.size;
    },
  };

  function tell(key: Key, output: Edit[]): void {
    const group = held.get(key);
    assert(group !== undefined, `row ${key} is lost`);
    const was = group.copies;
    const is = copies(group.counts);
    const before = group.told;
    const after = group.rows.count > 0 ? group.rows.row : before;
    for (let copy = 0; copy < Math.max(was, is); copy++) {
      const edit = {
        key: copyKey(key, copy),
        before: copy < was ? before : undefined,
        after: copy < is ? after : undefined,
      };
      if (changes(edit)) output.push(edit);
    }
    group.copies = is;
    group.told = after;
    if (group.rows.count === 0) held.delete(key);
  }
}

const copyKey = (key: Key, copy: number): Key => (copy === 0 ? key : `${key}|#${copy + 1}`);
