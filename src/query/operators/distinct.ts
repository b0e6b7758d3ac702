import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Type} from '../../data/type.ts';
import type {Row} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {EqualRows} from './equal-rows.ts';
import {rowKey} from './keys.ts';
import {changes} from './net.ts';
import type {Operator} from './operator.ts';
import {HELD_MAX, room} from './room.ts';

/**
 * SELECT DISTINCT: each row once while there is at least one equal to it below, under the
 * row itself as its key. Among equals that print differently, `EqualRows` chooses.
 *
 * Remembers how many there are of each row; rows at zero are forgotten.
 */
export function distinct(types: readonly Type[], max = HELD_MAX): Operator {
  const keyOf = rowKey(types);
  const held = new Map<Key, EqualRows>();

  return {
    push(delta) {
      const before = new Map<Key, Row | undefined>();
      const rowsOf = (row: Row): EqualRows => {
        const key = keyOf(row);
        let rows = held.get(key);
        if (!rows) {
          room(held, max, 'distinct rows');
          rows = new EqualRows();
          held.set(key, rows);
        }
        if (!before.has(key)) before.set(key, rows.count > 0 ? rows.row : undefined);
        return rows;
      };
      for (const edit of delta) {
        if (edit.before) rowsOf(edit.before).remove(edit.before);
        if (edit.after) rowsOf(edit.after).add(edit.after);
      }
      const output: Edit[] = [];
      for (const [key, was] of before) {
        const rows = held.get(key);
        assert(rows !== undefined, `distinct row ${key} is lost`);
        if (rows.count === 0) held.delete(key);
        const is = rows.count > 0 ? rows.row : undefined;
        const edit = {key, before: was, after: is};
        if (changes(edit)) output.push(edit);
      }
      return output;
    },
    *rows() {
      for (const [key, {row}] of held) yield [key, row];
    },
    get size() {
      return held.size;
    },
  };
}
