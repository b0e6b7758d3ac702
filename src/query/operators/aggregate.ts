import {identicalRows} from '../../data/compare.ts';
import type {Delta, Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row, Value} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {compileRow} from '../evaluate.ts';
import type {Aggregate} from '../plan.ts';
import {type Cell, type CompiledCall, compileAggregate} from './aggregate-call.ts';
import {eachEdit} from './each-edit.ts';
import {EqualRows} from './equal-rows.ts';
import {groupKey, sameKey} from './keys.ts';
import type {Operator} from './operator.ts';
import {HELD_MAX, room} from './room.ts';
import {equalIsIdentical} from './sort.ts';

/**
 * GROUP BY and aggregates: a row for each group, under the group's key; and without GROUP
 * BY one row, whether or not there are any below.
 *
 * An edit takes its `before` out of one group and puts its `after` into one, and only the
 * groups touched are told again, once a step. A group that empties is deleted and
 * forgotten, so that an old sum leaves nothing behind. `size` counts rows below, not groups.
 */
export function aggregate(
  {groupBy, aggregates}: Pick<Aggregate, 'groupBy' | 'aggregates'>,
  max = HELD_MAX,
): Operator {
  const groupOf = compileRow(groupBy);
  const keyOf = groupKey(groupBy);
  const stays = sameKey(groupBy);
  const exact = groupBy.every(({type}) => equalIsIdentical(type));
  const calls = aggregates.map((call) => compileAggregate(call, max));
  const groups = new Map<Key, Group>();
  const touched = new Touched();
  let size = 0;
  if (groupBy.length === 0) touched.add(newGroup(1, []));

  function newGroup(key: Key, row: Row): Group {
    room(groups, max, 'groups');
    const group = new Group(key, row, {
      cells: cellsOf(calls),
      variants: exact ? undefined : new EqualRows(),
    });
    groups.set(key, group);
    return group;
  }

  function add(row: Row, edit: Edit, to: Key): void {
    const group = groups.get(to) ?? newGroup(to, groupOf(row));
    touched.add(group);
    group.variants?.add(groupOf(row));
    group.count += 1;
    size += 1;
    feed(calls, group.cells, {row, edit});
  }

  function remove(row: Row, edit: Edit, from: Key): void {
    const group = groupAt(from, edit);
    touched.add(group);
    group.variants?.remove(groupOf(row));
    group.count -= 1;
    size -= 1;
    unfeed(calls, group.cells, {row, edit});
  }

  function groupAt(groupKey: Key, edit: Edit): Group {
    const group = groups.get(groupKey);
    if (!group) assert(false, `row ${edit.key} leaves group ${groupKey}, which is not there`);
    return group;
  }

  function take(edit: Edit): void {
    const {before, after} = edit;
    if (!before || !after) {
      if (before) remove(before, edit, keyOf(before));
      if (after) add(after, edit, keyOf(after));
      return;
    }
    const to = keyOf(after);
    const from = stays(before, after) ? to : keyOf(before);
    if (from !== to) {
      remove(before, edit, from);
      add(after, edit, to);
      return;
    }
    // Most updates: the row stays in its group, which is looked up once.
    const group = groupAt(to, edit);
    touched.add(group);
    if (group.variants) {
      group.variants.remove(groupOf(before));
      group.variants.add(groupOf(after));
    }
    exchange(calls, group.cells, edit);
  }

  function tell(group: Group): Edit | undefined {
    const {key, told: before, variants} = group;
    if (group.count === 0) {
      if (groupBy.length > 0) {
        groups.delete(key);
        group.told = undefined;
        return before && {key, before, after: undefined};
      }
      group.cells = cellsOf(calls);
    } else if (variants) group.row = variants.row;
    const after = rowOf(group);
    if (before && identicalRows(before, after)) return undefined;
    group.told = after;
    return {key, before, after};
  }

  return {
    push(delta) {
      eachEdit(delta, take);
      return touched.told(tell);
    },
    *rows() {
      for (const {key, told} of groups.values()) if (told) yield [key, told];
    },
    get size() {
      return size;
    },
  };
}

class Group {
  readonly key: Key;
  /** The values it is grouped by; with types whose equals print differently, all of them. */
  row: Row;
  readonly variants: EqualRows | undefined;
  count = 0;
  cells: readonly Cell[];
  /** The row it has above; undefined until it was told. */
  told: Row | undefined = undefined;
  /** Whether this step has touched it, and which one was touched after it. */
  touched = false;
  next: Group | undefined = undefined;

  constructor(key: Key, row: Row, state: Pick<Group, 'cells' | 'variants'>) {
    this.key = key;
    this.row = row;
    this.variants = state.variants;
    this.cells = state.cells;
  }
}

/** The groups that a step has touched, in order, each once; linked, since most steps touch one. */
class Touched {
  #first: Group | undefined;
  #last: Group | undefined;

  add(group: Group): void {
    if (group.touched) return;
    group.touched = true;
    if (this.#last) this.#last.next = group;
    else this.#first = group;
    this.#last = group;
  }

  /** What is to be told of them; and forgets them. */
  told(tell: (group: Group) => Edit | undefined): Delta {
    let output: Edit[] | undefined;
    let group = this.#first;
    this.#first = undefined;
    this.#last = undefined;
    while (group) {
      const {next} = group;
      group.touched = false;
      group.next = undefined;
      const edit = tell(group);
      if (edit && output) output.push(edit);
      else if (edit) output = [edit];
      group = next;
    }
    return output ?? [];
  }
}

const cellsOf = (calls: readonly CompiledCall[]): readonly Cell[] => calls.map(({cell}) => cell());

/** Made at its size: a list that grows has room for many more values, and rows are kept. */
function rowOf({row, cells}: Group): Row {
  if (row.length === 1 && cells.length === 1) return [row[0] as Value, cells[0]!.result()];
  const values = new Array<Value>(row.length + cells.length);
  for (let i = 0; i < row.length; i++) values[i] = row[i] as Value;
  for (let i = 0; i < cells.length; i++) values[row.length + i] = cells[i]!.result();
  return values;
}

type Calls = readonly CompiledCall[];
type Cells = readonly Cell[];

/** A row that an edit brings or takes. The edit's key is asked for only where a cell wants it. */
interface Moved {
  readonly row: Row;
  readonly edit: Edit;
}

function feed(calls: Calls, cells: Cells, {row, edit}: Moved): void {
  for (let i = 0; i < calls.length; i++) {
    const {given, blind} = calls[i]!;
    const value = given(row);
    if (value !== undefined) cells[i]!.add(value, row, blind ? NO_KEY : edit.key);
  }
}

function unfeed(calls: Calls, cells: Cells, {row, edit}: Moved): void {
  for (let i = 0; i < calls.length; i++) {
    const {given, blind} = calls[i]!;
    const value = given(row);
    if (value !== undefined) cells[i]!.remove(value, row, blind ? NO_KEY : edit.key);
  }
}

/** Takes the row before out and puts the row after in; a cell that sees no difference is let be. */
function exchange(calls: Calls, cells: Cells, edit: Edit): void {
  const before = edit.before as Row;
  const after = edit.after as Row;
  for (let i = 0; i < calls.length; i++) {
    const {given, blind} = calls[i]!;
    const was = given(before);
    const is = given(after);
    if (blind && Object.is(was, is)) continue;
    const cell = cells[i]!;
    const key = blind ? NO_KEY : edit.key;
    if (was !== undefined) cell.remove(was, before, key);
    if (is !== undefined) cell.add(is, after, key);
  }
}

const NO_KEY: Key = 0;
