import {identicalRows} from '../../data/compare.ts';
import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {compilePredicate, compileRow} from '../evaluate.ts';
import type {Window} from '../plan.ts';
import {eachEdit} from './each-edit.ts';
import {rowKey} from './keys.ts';
import type {Operator} from './operator.ts';
import {Ordered} from './ordered.ts';
import {HELD_MAX, room} from './room.ts';
import {type Placed, placedComparer, sortComparer, sortValues} from './sort.ts';
import {framesOf} from './window-frame.ts';

interface Item extends Placed {
  readonly row: Row;
}

interface Partition {
  readonly items: Ordered<Item>;
  told: Map<Key, Row>;
}

/**
 * Window functions: each row with the values of functions over its partition in order.
 *
 * A step computes the partitions it touches anew and tells what differs: its cost is the
 * size of those partitions, not of the table. Remembers all rows and what was told.
 */
export function windowed(
  {partitionBy, orderBy, functions}: Pick<Window, 'partitionBy' | 'orderBy' | 'functions'>,
  max = HELD_MAX,
): Operator {
  const partitionOf = compileRow(partitionBy);
  const keyOf = rowKey(partitionBy.map(({type}) => type));
  const sort = sortValues(orderBy);
  const place = placedComparer(orderBy);
  const compareSorts = sortComparer(orderBy);
  const calls = functions.map((call) => ({
    call,
    args: compileRow(call.args),
    filter: call.filter && compilePredicate(call.filter),
  }));
  const partitions = new Map<Key, Partition>();
  let size = 0;

  function compute({items}: Partition): Map<Key, Row> {
    const list = [...items];
    const rows = list.map(({row}) => row);
    const peers = peersOf(list, compareSorts);
    const partitioned = {peers, sorts: list.map((item) => item.sort), by: orderBy};
    const columns = calls.map(({call, args, filter}) =>
      call.function.compute(rows.map(args), {
        peers,
        // Most functions that rank and number never ask.
        get frames() {
          return framesOf(call.frame, partitioned);
        },
        takes: filter && rows.map(filter),
      }),
    );
    return new Map(
      list.map(({key, row}, i) => [key, [...row, ...columns.map((values) => values[i] ?? null)]]),
    );
  }

  return {
    push(delta) {
      const touched = new Map<Key, Partition>();
      const partition = (row: Row): Partition => {
        const key = keyOf(partitionOf(row));
        const there = partitions.get(key) ?? {items: new Ordered<Item>(place), told: new Map()};
        partitions.set(key, there);
        touched.set(key, there);
        return there;
      };
      eachEdit(delta, ({key, before, after}) => {
        if (before) partition(before).items.remove({sort: sort(before), key, row: before});
        if (after && !before) room({size}, max, 'rows below a window function');
        if (after) partition(after).items.add({sort: sort(after), key, row: after});
        size += Number(after !== undefined) - Number(before !== undefined);
      });
      const gone: Edit[] = [];
      const others: Edit[] = [];
      for (const [key, there] of touched) {
        const next = compute(there);
        tell(there.told, next, {gone, others});
        there.told = next;
        if (there.items.size === 0) partitions.delete(key);
      }
      // A row that changes its partition leaves the one before it comes into the other.
      return [...gone, ...others];
    },
    get size() {
      return size;
    },
  };
}

function tell(
  before: ReadonlyMap<Key, Row>,
  after: ReadonlyMap<Key, Row>,
  {gone, others}: {gone: Edit[]; others: Edit[]},
): void {
  for (const [key, row] of before) {
    if (!after.has(key)) gone.push({key, before: row, after: undefined});
  }
  for (const [key, row] of after) {
    const was = before.get(key);
    if (!was || !identicalRows(was, row)) others.push({key, before: was, after: row});
  }
}

/** For each item, the index of the first that sorts equal to it. */
function peersOf(items: readonly Item[], compare: (a: Row, b: Row) => number): number[] {
  const peers: number[] = [];
  for (const [i, {sort}] of items.entries()) {
    const before = items[i - 1];
    peers.push(before && compare(before.sort, sort) === 0 ? (peers[i - 1] ?? i) : i);
  }
  return peers;
}
