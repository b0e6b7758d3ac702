import type {Key} from '../data/key.ts';
import type {Column} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {type Placed, placedComparer, sortValues} from '../query/operators/sort.ts';
import {type OrderKey, sortByShown} from '../query/result-order.ts';

/**
 * The order of rows that no operators keep in order, because their query has failed or was
 * stopped: made from the rows themselves. undefined where they do not tell it.
 */
export function standingOrder(
  rows: Iterable<readonly [Key, Row]>,
  {orderBy, columns}: {readonly orderBy: readonly OrderKey[]; readonly columns: readonly Column[]},
): readonly Key[] | undefined {
  const by = sortByShown(orderBy, columns);
  if (!by) return undefined;
  const sort = sortValues(by);
  const placed = Array.from(rows, ([key, row]): Placed => ({sort: sort(row), key}));
  return placed.sort(placedComparer(by)).map(({key}) => key);
}

/** The first of them; all, unless told how many. */
export function firstOf(keys: Iterable<Key>, count = Number.POSITIVE_INFINITY): Key[] {
  if (Array.isArray(keys)) return keys.slice(0, count);
  const first: Key[] = [];
  if (count === 0) return first;
  for (const key of keys) if (first.push(key) >= count) break;
  return first;
}
