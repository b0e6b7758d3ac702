import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {HELD_MAX, room} from './room.ts';

export type SideName = 'left' | 'right';

/** The rows of one side: none, the only one (its key stands beside it), or several by key. */
export type Rows = Row | Map<Key, Row> | undefined;

/**
 * The rows of both sides that have one join key: the pairs of a join are made of them. A
 * side's key says nothing where the side has no row or several.
 */
export class Meeting {
  left: Rows = undefined;
  leftKey: Key = 0;
  right: Rows = undefined;
  rightKey: Key = 0;
}

/**
 * What an inner join remembers: its rows by join key, those of both sides in one place.
 *
 * An update then looks up one key and finds at once its own row, the rows that it meets and
 * their keys. That is what the cost of a join is: of a large table no lookup is in the
 * processor's cache, and each that is spared is worth more than the rest of the work
 * (docs/decisions/0010). Most keys have one row on a side, so a map is made for the second.
 */
export class Meetings {
  readonly #byKey = new Map<Key, Meeting>();
  readonly #max: number;
  #size = 0;

  constructor(max = HELD_MAX) {
    this.#max = max;
  }

  /** How many rows there are, of both sides. */
  get size(): number {
    return this.#size;
  }

  at(joinKey: Key): Meeting | undefined {
    return this.#byKey.get(joinKey);
  }

  /** The rows of both sides, for each join key that both have. */
  *all(): Generator<Record<SideName, Iterable<readonly [Key, Row]>>> {
    for (const meeting of this.#byKey.values()) {
      if (meeting.left === undefined || meeting.right === undefined) continue;
      yield {left: rowsOf(meeting, 'left'), right: rowsOf(meeting, 'right')};
    }
  }

  add(joinKey: Key, side: SideName, {key, row}: {key: Key; row: Row}): Meeting {
    let meeting = this.#byKey.get(joinKey);
    if (!meeting) {
      room(this.#byKey, this.#max, 'join keys');
      meeting = new Meeting();
      this.#byKey.set(joinKey, meeting);
    }
    this.#size += 1;
    const held = meeting[side];
    if (held instanceof Map) {
      room(held, this.#max, 'rows of one join key');
      held.set(key, row);
    } else if (held === undefined) put(meeting, side, {key, row});
    else {
      const both = new Map<Key, Row>();
      both.set(keyOf(meeting, side), held);
      both.set(key, row);
      put(meeting, side, {key: 0, row: both});
    }
    return meeting;
  }

  /** Puts another row in the place of one that is there. */
  replace(meeting: Meeting | undefined, side: SideName, {key, row}: {key: Key; row: Row}): void {
    const held = meeting?.[side];
    if (!meeting || held === undefined) missing(key);
    if (held instanceof Map) {
      if (!held.has(key)) missing(key);
      held.set(key, row);
    } else {
      if (keyOf(meeting, side) !== key) missing(key);
      put(meeting, side, {key, row});
    }
  }

  /** Takes out a row that is there, and answers what is left. */
  remove(joinKey: Key, side: SideName, key: Key): Meeting {
    const meeting = this.#byKey.get(joinKey);
    const held = meeting?.[side];
    if (!meeting || held === undefined) missing(key);
    if (held instanceof Map) {
      if (!held.delete(key)) missing(key);
      if (held.size === 0) put(meeting, side, {key: 0, row: undefined});
    } else {
      if (keyOf(meeting, side) !== key) missing(key);
      put(meeting, side, {key: 0, row: undefined});
    }
    this.#size -= 1;
    if (meeting.left === undefined && meeting.right === undefined) this.#byKey.delete(joinKey);
    return meeting;
  }
}

function rowsOf(meeting: Meeting, side: SideName): Iterable<readonly [Key, Row]> {
  const held = meeting[side];
  if (held instanceof Map) return held;
  return held === undefined ? [] : [[keyOf(meeting, side), held]];
}

const keyOf = (meeting: Meeting, side: SideName): Key =>
  side === 'left' ? meeting.leftKey : meeting.rightKey;

function put(meeting: Meeting, side: SideName, {key, row}: {key: Key; row: Rows}): void {
  if (side === 'left') {
    meeting.left = row;
    meeting.leftKey = key;
  } else {
    meeting.right = row;
    meeting.rightKey = key;
  }
}

function missing(key: Key): never {
  assert(false, `row ${key} is not where its join key says`);
}
