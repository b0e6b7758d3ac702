import {identicalRows} from '../../data/compare.ts';
import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row, Value} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {compileRow} from '../evaluate.ts';
import type {Aggregate} from '../plan.ts';
import {failedOn} from '../problems-run.ts';
import {type Cell, type CompiledCall, compileAggregate} from './aggregate-call.ts';
import {EqualRows} from './equal-rows.ts';
import {groupKey} from './keys.ts';
import type {Operator} from './operator.ts';
import {equalIsIdentical} from './sort.ts';

interface Group {
  readonly key: Key;
  /** The values it is grouped by; with types whose equals print differently, all of them. */
  row: Row;
  readonly variants: EqualRows | undefined;
  count: number;
  cells: readonly Cell[];
  /** The row it has above; undefined until it was told. */
  told: Row | undefined;
  touched: boolean;
}

/**
 * GROUP BY and aggregates: a row for each group, under the group's key; and without GROUP
 * BY one row, whether or not there are any below.
 *
 * An edit takes its `before` out of one group and puts its `after` into one, and only the
 * groups touched are told again, once a step. A group that empties is deleted and
 * forgotten, so that an old sum leaves nothing behind. `size` counts rows below, not groups.
 */
export function aggregate({
  groupBy,
  aggregates,
}: Pick<Aggregate, 'groupBy' | 'aggregates'>): Operator {
  const groupOf = compileRow(groupBy);
  const keyOf = groupKey(groupBy);
  const exact = groupBy.every(({type}) => equalIsIdentical(type));
  const calls = aggregates.map(compileAggregate);
  const groups = new Map<Key, Group>();
  let touched: Group[] = [];
  let size = 0;
  if (groupBy.length === 0) touch(newGroup(1, []));

  function newGroup(key: Key, row: Row): Group {
    const variants = exact ? undefined : new EqualRows();
    const group = {key, row, variants, count: 0, cells: cellsOf(calls), told: undefined};
    const made: Group = {...group, touched: false};
    groups.set(key, made);
    return made;
  }

  function touch(group: Group): Group {
    if (!group.touched) {
      group.touched = true;
      touched.push(group);
    }
    return group;
  }

  function add(row: Row, key: Key, to: Key): void {
    const group = touch(groups.get(to) ?? newGroup(to, groupOf(row)));
    group.variants?.add(groupOf(row));
    group.count += 1;
    size += 1;
    feed(calls, group.cells, row, key);
  }

  function remove(row: Row, key: Key, from: Key): void {
    const group = touch(groupAt(from, key));
    group.variants?.remove(groupOf(row));
    group.count -= 1;
    size -= 1;
    unfeed(calls, group.cells, row, key);
  }

  /** Most updates: the row stays in its group, which is looked up once. */
  function exchange(before: Row, after: Row, {key, group: at}: {key: Key; group: Key}): void {
    const group = touch(groupAt(at, key));
    group.variants?.remove(groupOf(before));
    group.variants?.add(groupOf(after));
    unfeed(calls, group.cells, before, key);
    feed(calls, group.cells, after, key);
  }

  function groupAt(groupKey: Key, key: Key): Group {
    const group = groups.get(groupKey);
    if (!group) assert(false, `row ${key} leaves group ${groupKey}, which is not there`);
    return group;
  }

  function tell(group: Group): Edit | undefined {
    const {key, told: before, variants} = group;
    group.touched = false;
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
      let at: Key = '';
      try {
        for (const {key, before, after} of delta) {
          at = key;
          const from = before && keyOf(before);
          const to = after && keyOf(after);
          if (before && after && from === to) exchange(before, after, {key, group: from!});
          else {
            if (before) remove(before, key, from!);
            if (after) add(after, key, to!);
          }
        }
      } catch (error) {
        throw failedOn(at, error);
      }
      const output: Edit[] = [];
      for (const group of touched) {
        const edit = tell(group);
        if (edit) output.push(edit);
      }
      touched = [];
      return output;
    },
    get size() {
      return size;
    },
  };
}

const cellsOf = (calls: readonly CompiledCall[]): readonly Cell[] => calls.map(({cell}) => cell());

/** Made at its size: a list that grows has room for many more values, and rows are kept. */
function rowOf({row, cells}: Group): Row {
  const values = new Array<Value>(row.length + cells.length);
  for (let i = 0; i < row.length; i++) values[i] = row[i] as Value;
  for (let i = 0; i < cells.length; i++) values[row.length + i] = cells[i]!.result();
  return values;
}

function feed(calls: readonly CompiledCall[], cells: readonly Cell[], row: Row, key: Key): void {
  for (let i = 0; i < calls.length; i++) {
    const {takes, value, skipsNulls} = calls[i]!;
    if (takes && !takes(row)) continue;
    const given = value(row);
    if (given !== null || !skipsNulls) cells[i]!.add(given, row, key);
  }
}

function unfeed(calls: readonly CompiledCall[], cells: readonly Cell[], row: Row, key: Key): void {
  for (let i = 0; i < calls.length; i++) {
    const {takes, value, skipsNulls} = calls[i]!;
    if (takes && !takes(row)) continue;
    const given = value(row);
    if (given !== null || !skipsNulls) cells[i]!.remove(given, row, key);
  }
}
