import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {eachEdit} from './each-edit.ts';
import type {JoinSides} from './join.ts';
import {JoinIndex} from './join-index.ts';
import type {BinaryOperator} from './operator.ts';

interface Left {
  readonly key: Key;
  row: Row;
  matches: number;
}

interface Right {
  readonly key: Key;
  readonly row: Row;
}

/**
 * EXISTS (semi) and NOT EXISTS (`anti`): the left rows that meet at least one right row,
 * or none, under their own keys. A NULL in a left row's join key meets none.
 *
 * Both sides are remembered by join key, and each left row with its number of matches.
 */
export function semiJoin(
  {leftKey, rightKey}: JoinSides,
  {anti, residual}: {anti: boolean; residual: ((left: Row, right: Row) => boolean) | undefined},
  max?: number,
): BinaryOperator {
  const matches = residual ?? (() => true);
  const lefts = new JoinIndex<Left>(max);
  const rights = new JoinIndex<Right>(max);
  const stands = (count: number): boolean => (count === 0) === anti;

  function right({key, before, after}: Edit, output: Edit[]): void {
    const from = before ? rightKey(before) : null;
    const to = after ? rightKey(after) : null;
    if (from !== null) rights.remove(from, key);
    if (after && to !== null) rights.add(to, {key, row: after});
    const recount = (left: Left, by: number): void => {
      const was = stands(left.matches);
      left.matches += by;
      const is = stands(left.matches);
      if (was === is) return;
      const {row} = left;
      output.push({key: left.key, before: was ? row : undefined, after: is ? row : undefined});
    };
    if (before && after && from === to && from !== null) {
      // Without a residual predicate, rows of one key match the same rows.
      if (!residual) return;
      lefts.each(from, (left) => {
        recount(left, Number(matches(left.row, after)) - Number(matches(left.row, before)));
      });
      return;
    }
    if (before && from !== null) {
      lefts.each(from, (left) => {
        if (matches(left.row, before)) recount(left, -1);
      });
    }
    if (after && to !== null) {
      lefts.each(to, (left) => {
        if (matches(left.row, after)) recount(left, +1);
      });
    }
  }

  function left({key, before, after}: Edit, output: Edit[]): void {
    const held = before && lefts.remove(leftKey(before), key);
    const was = held && stands(held.matches);
    let is = false;
    if (after) {
      const joinKey = leftKey(after);
      const next: Left = {key, row: after, matches: 0};
      if (joinKey !== null) {
        rights.each(joinKey, ({row}) => {
          if (matches(after, row)) next.matches += 1;
        });
      }
      lefts.add(joinKey, next);
      is = stands(next.matches);
    }
    if (!was && !is) return;
    output.push({key, before: was ? before : undefined, after: is ? after : undefined});
  }

  return {
    push(leftDelta, rightDelta) {
      const output: Edit[] = [];
      eachEdit(rightDelta, (edit) => right(edit, output));
      eachEdit(leftDelta, (edit) => left(edit, output));
      return output;
    },
    get size() {
      return lefts.size + rights.size;
    },
  };
}
