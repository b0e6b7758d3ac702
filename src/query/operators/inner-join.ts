import type {Edit} from '../../data/delta.ts';
import {type Key, pairPart} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {eachEdit} from './each-edit.ts';
import type {JoinSides, PairRow} from './join.ts';

import type {BinaryOperator} from './operator.ts';
import {type Bucket, eachItem, found, PairIndex, type SideName} from './pair-index.ts';

interface Held {
  readonly key: Key;
  /** The key as a part of the pairs' keys: each pair of the row is named by it. */
  readonly part: string;
  row: Row;
  /** The last step that told of a pair of it. */
  toldIn: number;
}

/** A side, as its own edits see it: `pair` and `name` take its row first. */
interface Side {
  readonly own: SideName;
  readonly other: SideName;
  readonly joinKey: (row: Row) => Key | null;
  readonly pair: (own: Row, other: Row) => Row | undefined;
  readonly name: (own: string, other: string) => string;
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
  const left: Side = {
    own: 'left',
    other: 'right',
    joinKey: leftKey,
    pair,
    name: (own, other) => `${own}|${other}`,
  };
  const right: Side = {
    own: 'right',
    other: 'left',
    joinKey: rightKey,
    pair: (own, other) => pair(other, own),
    name: (own, other) => `${other}|${own}`,
  };
  const index = new PairIndex<Held>();
  let step = 0;
  let net = true;

  return {
    push(leftDelta, rightDelta) {
      const told: Telling = {step: ++step, output: [], net: true};
      eachEdit(rightDelta, (edit) => meet(index, right, edit, told));
      eachEdit(leftDelta, (edit) => meet(index, left, edit, told));
      net = told.net;
      return told.output;
    },
    get net() {
      return net;
    },
    get size() {
      return index.size;
    },
  };
}

/** What a step tells. It is net unless a pair may have been told twice. */
interface Telling {
  readonly step: number;
  readonly output: Edit[];
  net: boolean;
}

function meet(index: PairIndex<Held>, side: Side, edit: Edit, told: Telling): void {
  const {key, before, after} = edit;
  const {joinKey, own: name, other} = side;
  const from = before ? joinKey(before) : null;
  const to = after ? joinKey(after) : null;
  if (before && after && from !== null && from === to) {
    const bucket = index.bucket(to);
    const own = found(bucket[name], key);
    own.row = after;
    tell(side, own, bucket[other], edit, told);
    return;
  }
  const own: Held = {key, part: pairPart(key), row: after ?? [], toldIn: 0};
  if (before && from !== null) {
    const bucket = index.remove(from, name, key);
    tell(side, own, bucket[other], {key, before, after: undefined}, told);
  }
  if (after && to !== null) {
    const bucket = index.add(to, name, own);
    tell(side, own, bucket[other], {key, before: undefined, after}, told);
  }
}

/** An edit of a row, told of its pairs with rows of the other side. */
function tell(
  {pair, name}: Side,
  own: Held,
  others: Bucket<Held>[SideName],
  {before, after}: Edit,
  told: Telling,
): void {
  eachItem(others, (other) => {
    const was = before && pair(before, other.row);
    const is = after && pair(after, other.row);
    if (!was && !is) return;
    if (other.toldIn === told.step) told.net = false;
    own.toldIn = told.step;
    told.output.push({key: name(own.part, other.part), before: was, after: is});
  });
}
