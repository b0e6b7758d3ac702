import type {Delta, Edit} from '../../data/delta.ts';
import {type Key, pairKey} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {eachEdit} from './each-edit.ts';
import type {JoinSides, PairRow} from './join.ts';
import {JoinIndex} from './join-index.ts';
import type {BinaryOperator} from './operator.ts';

interface Held {
  readonly key: Key;
  row: Row;
  /** The last step that told of a pair of it. */
  toldIn: number;
}

/** A side as the other one sees it. `pair` and `name` take this side's row first. */
interface Side {
  readonly index: JoinIndex<Held>;
  readonly joinKey: (row: Row) => Key | null;
  readonly pair: (own: Row, other: Row) => Row | undefined;
  readonly name: (own: Key, other: Key) => string;
}

/**
 * INNER JOIN, and every pair where there is no key: a pair of rows whose join keys are
 * equal, under the pair of their keys.
 *
 * Both sides are remembered by join key. The right side's edits meet the left rows as they
 * were, the left side's edits the right rows as they are now: so a pair whose rows both
 * change is told right, the second edit starting from the first. Only such a pair is named
 * twice, and a step that meets none of them says that its answer is net.
 */
export function innerJoin({leftKey, rightKey}: JoinSides, pair: PairRow): BinaryOperator {
  const left: Side = {index: new JoinIndex(), joinKey: leftKey, pair, name: pairKey};
  const right: Side = {
    index: new JoinIndex(),
    joinKey: rightKey,
    pair: (own, other) => pair(other, own),
    name: (own, other) => pairKey(other, own),
  };
  let step = 0;
  let net = true;

  return {
    push(leftDelta, rightDelta) {
      const output: Edit[] = [];
      step += 1;
      meet(rightDelta, {side: right, others: left.index, step}, output);
      net = meet(leftDelta, {side: left, others: right.index, step}, output);
      return output;
    },
    get net() {
      return net;
    },
    get size() {
      return left.index.size + right.index.size;
    },
  };
}

/** Answers whether none of the pairs it told can have been told in this step before. */
function meet(
  delta: Delta,
  {side, others, step}: {side: Side; others: JoinIndex<Held>; step: number},
  output: Edit[],
): boolean {
  const {index, joinKey, pair, name} = side;
  let alone = true;
  eachEdit(delta, ({key, before, after}) => {
    const from = before ? joinKey(before) : null;
    const to = after ? joinKey(after) : null;
    if (before && after && from !== null && from === to) {
      const own = index.find(to, key);
      own.row = after;
      others.each(to, (other) => {
        const was = pair(before, other.row);
        const is = pair(after, other.row);
        if (!was && !is) return;
        if (other.toldIn === step) alone = false;
        own.toldIn = step;
        output.push({key: name(own.key, other.key), before: was, after: is});
      });
      return;
    }
    const own: Held = {key, row: after ?? [], toldIn: 0};
    if (before && from !== null) {
      index.remove(from, key);
      others.each(from, (other) => {
        const was = pair(before, other.row);
        if (!was) return;
        if (other.toldIn === step) alone = false;
        own.toldIn = step;
        output.push({key: name(own.key, other.key), before: was, after: undefined});
      });
    }
    if (after && to !== null) {
      index.add(to, own);
      others.each(to, (other) => {
        const is = pair(after, other.row);
        if (!is) return;
        if (other.toldIn === step) alone = false;
        own.toldIn = step;
        output.push({key: name(own.key, other.key), before: undefined, after: is});
      });
    }
  });
  return alone;
}
