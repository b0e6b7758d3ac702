import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {compileRow} from '../evaluate.ts';
import type {Expression} from '../expression.ts';
import type {SortKey} from '../plan.ts';
import {eachEdit} from './each-edit.ts';
import {rowKey} from './keys.ts';
import {changes} from './net.ts';
import type {Operator} from './operator.ts';
import {Ordered} from './ordered.ts';
import {HELD_MAX, room} from './room.ts';
import {type Placed, placedComparer, sortValues} from './sort.ts';

interface Item extends Placed {
  readonly row: Row;
}

/**
 * SELECT DISTINCT ON: of the rows that agree on the expressions the first one, by the
 * order and then by identity. Its key is what they agree on, so that another first row is
 * an update.
 *
 * Remembers every row in order, since the next is wanted when the first goes.
 */
export function distinctOn(
  expressions: readonly Expression[],
  orderBy: readonly SortKey[],
  max = HELD_MAX,
): Operator {
  const valuesOf = compileRow(expressions);
  const keyOf = rowKey(expressions.map(({type}) => type));
  const sort = sortValues(orderBy);
  const compare = placedComparer(orderBy);
  const groups = new Map<Key, Ordered<Item>>();
  let size = 0;

  return {
    push(delta) {
      const before = new Map<Key, Row | undefined>();
      const groupOf = (row: Row): Ordered<Item> => {
        const key = keyOf(valuesOf(row));
        let group = groups.get(key);
        if (!group) {
          room(groups, max, 'groups');
          group = new Ordered<Item>(compare);
          groups.set(key, group);
        }
        if (!before.has(key)) before.set(key, group.first?.row);
        return group;
      };
      eachEdit(delta, (edit) => {
        const {key} = edit;
        if (edit.before)
          groupOf(edit.before).remove({sort: sort(edit.before), key, row: edit.before});
        if (edit.after) groupOf(edit.after).add({sort: sort(edit.after), key, row: edit.after});
        size += Number(edit.after !== undefined) - Number(edit.before !== undefined);
      });
      const output: Edit[] = [];
      for (const [key, was] of before) {
        const group = groups.get(key);
        assert(group !== undefined, `group ${key} is lost`);
        const is = group.first?.row;
        if (!is) groups.delete(key);
        const edit = {key, before: was, after: is};
        if (changes(edit)) output.push(edit);
      }
      return output;
    },
    *rows() {
      for (const [key, {first}] of groups) if (first) yield [key, first.row];
    },
    get size() {
      return size;
    },
  };
}
