import type {Delta, Edit} from '../../data/delta.ts';
import {type Key, pairKey} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {eachEdit} from './each-edit.ts';
import {type JoinSides, never, type PairRow} from './join.ts';
import {type Meeting, Meetings, type SideName} from './meetings.ts';
import type {BinaryOperator} from './operator.ts';
import {PairEdit} from './pair-edit.ts';

interface Side {
  readonly name: SideName;
  readonly joinKey: (row: Row) => Key | null;
  readonly stays: (before: Row, after: Row) => boolean;
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
export function innerJoin(sides: JoinSides, pair: PairRow, max?: number): BinaryOperator {
  const {leftKey, rightKey, leftStays = never, rightStays = never} = sides;
  const left: Side = {name: 'left', joinKey: leftKey, stays: leftStays};
  const right: Side = {name: 'right', joinKey: rightKey, stays: rightStays};
  const meetings = new Meetings(max);
  const pairs = new Pairs(pair);
  const meetLeft = (edit: Edit): void => meet(edit, left, {meetings, pairs});
  const meetRight = (edit: Edit): void => meet(edit, right, {meetings, pairs});

  return {
    push(leftDelta, rightDelta) {
      pairs.begin(leftDelta.length > 0 ? rightDelta : []);
      eachEdit(rightDelta, meetRight);
      eachEdit(leftDelta, meetLeft);
      return pairs.told();
    },
    *rows() {
      for (const {left: lefts, right: rights} of meetings.all()) {
        for (const [leftKey, leftRow] of lefts) {
          for (const [rightKey, rightRow] of rights) {
            const row = pair(leftRow, rightRow);
            if (row) yield [pairKey(leftKey, rightKey), row];
          }
        }
      }
    },
    get net() {
      return pairs.net;
    },
    get size() {
      return meetings.size;
    },
  };
}

/** What an edit of one side does to its pairs with the rows of the other. */
function meet(
  {key, before, after}: Edit,
  {name, joinKey, stays}: Side,
  {meetings, pairs}: {meetings: Meetings; pairs: Pairs},
): void {
  // By the row after first: it was just made and is in the processor's cache, so that what
  // it leads to is fetched while the row before still is.
  const to = after ? joinKey(after) : null;
  const from = before && after && stays(before, after) ? to : before ? joinKey(before) : null;
  if (before && after && from !== null && from === to) {
    const meeting = meetings.at(to);
    meetings.replace(meeting, name, {key, row: after});
    if (meeting) pairs.tell(meeting, name, {key, before, after});
    return;
  }
  if (before && from !== null) {
    pairs.tell(meetings.remove(from, name, key), name, {key, before, after: undefined});
  }
  if (after && to !== null) {
    pairs.tell(meetings.add(to, name, {key, row: after}), name, {key, before: undefined, after});
  }
}

/** What one step tells of pairs. */
class Pairs {
  readonly #pair: PairRow;
  #output: Edit[] | undefined;
  /** The right rows that this step edits, where it edits left ones too. */
  #edited: ReadonlySet<Key> | undefined;
  /** Whether none of the pairs can have been told in this step before. */
  net = true;

  constructor(pair: PairRow) {
    this.#pair = pair;
  }

  begin(right: Delta): void {
    this.#output = undefined;
    this.net = true;
    this.#edited = right.length > 0 ? new Set(right.map(({key}) => key)) : undefined;
  }

  /** Tells of the pairs that a row makes with those that it meets. */
  tell(meeting: Meeting, own: SideName, edit: Edit): void {
    const met = own === 'left' ? meeting.right : meeting.left;
    if (met === undefined) return;
    if (met instanceof Map) for (const [key, row] of met) this.#tellOf(edit, own, {key, row});
    else {
      const key = own === 'left' ? meeting.rightKey : meeting.leftKey;
      this.#tellOf(edit, own, {key, row: met});
    }
  }

  told(): Delta {
    const output = this.#output ?? [];
    this.#output = undefined;
    return output;
  }

  #tellOf(own: Edit, side: SideName, other: {readonly key: Key; readonly row: Row}): void {
    const isLeft = side === 'left';
    const before = own.before && this.#rowOf(isLeft, own.before, other.row);
    const after = own.after && this.#rowOf(isLeft, own.after, other.row);
    if (!before && !after) return;
    if (isLeft && this.#edited?.has(other.key)) this.net = false;
    const keys = isLeft ? {left: own.key, right: other.key} : {left: other.key, right: own.key};
    const edit = new PairEdit(keys, before, after);
    if (this.#output) this.#output.push(edit);
    else this.#output = [edit];
  }

  #rowOf(isLeft: boolean, own: Row, other: Row): Row | undefined {
    return isLeft ? this.#pair(own, other) : this.#pair(other, own);
  }
}
