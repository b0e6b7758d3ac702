import {identicalRows} from '../../data/compare.ts';
import type {Edit} from '../../data/delta.ts';
import {type Key, pairKey} from '../../data/key.ts';
import type {Row, Value} from '../../data/value.ts';
import {eachEdit} from './each-edit.ts';
import type {Operator} from './operator.ts';

/**
 * UNNEST and UNWIND: a row for each element of a list, under the row's key and the
 * element's position from 1; so an element that changes in its place is an update. An
 * `outer` row without elements has null for one, in the place of the first.
 *
 * Needs no memory: an edit brings both lists.
 */
export function unnest(
  listOf: (row: Row) => Value,
  {outer, ordinality}: {outer: boolean; ordinality: boolean},
): Operator {
  const none: Row = ordinality ? [null, null] : [null];

  function rowsOf(row: Row | undefined): Row[] {
    if (!row) return [];
    const list = listOf(row);
    if (!Array.isArray(list) || list.length === 0) return outer ? [row.concat(none)] : [];
    return list.map((element: Value, i) => [...row, element, ...(ordinality ? [i + 1] : [])]);
  }

  return {
    push(delta) {
      const output: Edit[] = [];
      eachEdit(delta, ({key, before, after}) => {
        append(output, key, {before: rowsOf(before), after: rowsOf(after)});
      });
      return output;
    },
    size: 0,
  };
}

function append(
  output: Edit[],
  key: Key,
  {before, after}: {before: readonly Row[]; after: readonly Row[]},
): void {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const was = before[i];
    const is = after[i];
    if (was && is && identicalRows(was, is)) continue;
    output.push({key: pairKey(key, i + 1), before: was, after: is});
  }
}
