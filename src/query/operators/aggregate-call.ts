import type {Key} from '../../data/key.ts';
import type {Row, Value} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {compile, compilePredicate, compileRow} from '../evaluate.ts';
import type {AggregateCall, SortKey} from '../plan.ts';
import {rowKey, valueKey} from './keys.ts';
import {Ordered} from './ordered.ts';
import {room} from './room.ts';
import {type Placed, placedComparer, sortValues, totalComparer} from './sort.ts';

/** An aggregate call, made ready to run over groups. */
export interface CompiledCall {
  /** What the row gives to it; undefined where the call does not take the row. */
  readonly given: (row: Row) => Value | undefined;
  /** Whether its cells look at nothing but what is given: neither at the row nor its key. */
  readonly blind: boolean;
  /** What a new group holds of it. */
  readonly cell: () => Cell;
}

/** What one group holds of one call. An accumulator is one that needs no more than values. */
export interface Cell {
  add(value: Value, row: Row, key: Key): void;
  remove(value: Value, row: Row, key: Key): void;
  result(): Value;
}

/** `max`: the values that a DISTINCT one tells apart in one group. */
export function compileAggregate(call: AggregateCall, max: number): CompiledCall {
  const given = givenBy(call);
  const takes = call.filter && compilePredicate(call.filter);
  return {
    given: takes ? (row) => (takes(row) ? given(row) : undefined) : given,
    blind: call.function.kind === 'running',
    cell: cellOf(call, max),
  };
}

/** The call's argument, or the list of them; a null (first) one is left out if it is skipped. */
function givenBy(call: AggregateCall): (row: Row) => Value | undefined {
  const value = argument(call);
  if (!call.function.skipsNulls) return value;
  return (row) => {
    const given = value(row);
    return given === null ? undefined : given;
  };
}

function argument({args, function: {skipsNulls}}: AggregateCall): (row: Row) => Value {
  const [first, second] = args;
  if (!first) return () => null;
  if (!second) return compile(first);
  const all = compileRow(args);
  return (row) => {
    const values = all(row);
    return skipsNulls && values[0] === null ? null : values;
  };
}

function cellOf(call: AggregateCall, max: number): () => Cell {
  const {function: called, distinct, orderBy} = call;
  if (called.kind === 'running') {
    if (!distinct) return called.start;
    const by = distinction(call, max);
    return () => new DistinctCell(called.start(), by);
  }
  if (!distinct) {
    const sort = sortValues(orderBy);
    const compare = placedComparer(orderBy);
    return () => new ListingCell(called, sort, new Ordered<Listed>(compare));
  }
  const equals = distinction(call, max);
  // Without an order of its own, a DISTINCT list is sorted, as Postgres has it.
  const by = orderBy.length > 0 ? orderBy : call.args.slice(0, 1).map(ascending);
  const sort = sortValues(by);
  const compare = placedComparer(by);
  return () => {
    const list = new ListingCell(called, sort, new Ordered<Listed>(compare));
    return new DistinctCell(list, equals);
  };
}

const ascending = (expression: SortKey['expression']): SortKey => ({
  expression,
  descending: false,
  nullsFirst: false,
});

/** Which values are equal, and which of equals comes first. */
interface Distinction {
  readonly keyOf: (value: Value) => Key;
  readonly order: (a: Value, b: Value) => number;
  readonly max: number;
}

function distinction({args}: AggregateCall, max: number): Distinction {
  const [first, second] = args;
  if (!first) return {keyOf: () => 1, order: () => 0, max};
  const types = args.map(({type}) => type);
  const comparers = types.map(totalComparer);
  if (second) {
    const keyOf = rowKey(types);
    const order = (a: Value, b: Value): number => {
      let found = 0;
      for (let i = 0; i < comparers.length && found === 0; i++) {
        found = nullsLast(comparers[i]!, (a as Row)[i] ?? null, (b as Row)[i] ?? null);
      }
      return found;
    };
    return {keyOf: (value) => keyOf(value as Row), order, max};
  }
  const keyOf = valueKey(first.type);
  return {keyOf, order: (a, b) => nullsLast(comparers[0]!, a, b), max};
}

function nullsLast(compare: (a: Value, b: Value) => number, a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compare(a, b);
}

interface Entry {
  readonly value: Value;
  readonly row: Row;
  count: number;
}

/**
 * DISTINCT: each value once, while at least one row gives it. Of equals that print
 * differently (1.0 and 1.00) the first in the total order stands for all, so that which one
 * it is follows from the rows that are there and not from their history.
 */
class DistinctCell implements Cell {
  readonly #inner: Cell;
  readonly #by: Distinction;
  /** By key: the equals there are, the first of which the inner cell has. */
  readonly #entries = new Map<Key, Entry[]>();

  constructor(inner: Cell, by: Distinction) {
    this.#inner = inner;
    this.#by = by;
  }

  add(value: Value, row: Row): void {
    const {keyOf, order, max} = this.#by;
    const key = keyOf(value);
    const equals = this.#entries.get(key);
    if (!equals) {
      room(this.#entries, max, 'distinct values in one group');
      this.#entries.set(key, [{value, row, count: 1}]);
      this.#inner.add(value, row, key);
      return;
    }
    const held = equals.find((entry) => order(entry.value, value) === 0);
    if (held) {
      held.count += 1;
      return;
    }
    const first = equals[0]!;
    const at = equals.findIndex((entry) => order(entry.value, value) > 0);
    equals.splice(at < 0 ? equals.length : at, 0, {value, row, count: 1});
    if (at !== 0) return;
    this.#inner.remove(first.value, first.row, key);
    this.#inner.add(value, row, key);
  }

  remove(value: Value): void {
    const {keyOf, order} = this.#by;
    const key = keyOf(value);
    const equals = this.#entries.get(key) ?? [];
    const at = equals.findIndex((entry) => order(entry.value, value) === 0);
    const entry = equals[at];
    assert(entry !== undefined, 'a value to take from a DISTINCT aggregate is not in it');
    entry.count -= 1;
    if (entry.count > 0) return;
    equals.splice(at, 1);
    if (equals.length === 0) this.#entries.delete(key);
    if (at !== 0) return;
    this.#inner.remove(entry.value, entry.row, key);
    const next = equals[0];
    if (next) this.#inner.add(next.value, next.row, key);
  }

  result(): Value {
    return this.#inner.result();
  }
}

interface Listed extends Placed {
  readonly value: Value;
}

type Listing = Extract<AggregateCall['function'], {kind: 'listing'}>;

/** Values in order, for a function of all of them, or of one that is found by its place. */
class ListingCell implements Cell {
  readonly #function: Listing;
  readonly #sort: (row: Row) => Row;
  readonly #items: Ordered<Listed>;

  constructor(called: Listing, sort: (row: Row) => Row, items: Ordered<Listed>) {
    this.#function = called;
    this.#sort = sort;
    this.#items = items;
  }

  add(value: Value, row: Row, key: Key): void {
    this.#items.add({sort: this.#sort(row), key, value});
  }

  remove(value: Value, row: Row, key: Key): void {
    this.#items.remove({sort: this.#sort(row), key, value});
  }

  result(): Value {
    const {pick, compute} = this.#function;
    const {size} = this.#items;
    if (pick && size > 0) return this.#items.at(pick(size))?.value ?? null;
    return compute(this.#items.map(listedValue));
  }
}

const listedValue = ({value}: Listed): Value => value;
