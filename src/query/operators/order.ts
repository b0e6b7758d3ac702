import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import type {SortKey} from '../plan.ts';
import {eachEdit} from './each-edit.ts';
import {net} from './net.ts';
import type {Operator} from './operator.ts';
import {Ordered} from './ordered.ts';
import {type Placed, placedComparer, sortValues} from './sort.ts';

interface Item extends Placed {
  readonly row: Row;
}

/** An operator that knows in which order its rows stand. */
export interface OrderedOperator extends Operator {
  /** The keys of its rows, in order. */
  keys(): Iterable<Key>;
}

/**
 * ORDER BY with OFFSET and LIMIT: the rows between two places of the order, under their
 * own keys. Rows that sort equal stand by identity, so the answer is the same each time.
 *
 * Remembers all rows in order, as any of them may come into view. A change costs
 * O(log n): it moves at most one row over each edge of the view.
 */
export function order(
  by: readonly SortKey[],
  {offset, limit}: {offset: number; limit: number | undefined},
): OrderedOperator {
  const items = new Ordered<Item>(placedComparer(by));
  const sort = sortValues(by);
  // A view of no rows ends before it begins, so that no rank is inside of it.
  const end = limit === undefined ? Number.POSITIVE_INFINITY : limit === 0 ? 0 : offset + limit;

  /** What is in view changes where an item is put in or taken out at a rank. */
  function comes(item: Item, output: Edit[]): void {
    const rank = items.rank(item);
    items.add(item);
    if (rank >= end) return;
    show(rank < offset ? items.at(offset) : item, output);
    hide(items.at(end), output);
  }

  function goes(item: Item, output: Edit[]): void {
    const rank = items.rank(item);
    if (rank < end) {
      hide(rank < offset ? items.at(offset) : item, output);
      show(items.at(end), output);
    }
    items.remove(item);
  }

  return {
    push(delta) {
      const output: Edit[] = [];
      eachEdit(delta, ({key, before, after}) => {
        if (before) goes({sort: sort(before), key, row: before}, output);
        if (after) comes({sort: sort(after), key, row: after}, output);
      });
      // Rows that one edit hides and the next shows again are not told.
      return net(output);
    },
    *keys() {
      for (let rank = offset; rank < Math.min(end, items.size); rank++) {
        yield items.at(rank)!.key;
      }
    },
    get size() {
      return items.size;
    },
  };
}

function show(item: Item | undefined, output: Edit[]): void {
  if (item) output.push({key: item.key, before: undefined, after: item.row});
}

function hide(item: Item | undefined, output: Edit[]): void {
  if (item) output.push({key: item.key, before: item.row, after: undefined});
}
