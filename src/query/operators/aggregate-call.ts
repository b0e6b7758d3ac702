import type {Key} from '../../data/key.ts';
import type {Row, Value} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import {compile, compilePredicate, compileRow} from '../evaluate.ts';
import type {AggregateCall, SortKey} from '../plan.ts';
import {rowKey, valueKey} from './keys.ts';
import {Ordered} from './ordered.ts';
import {type Placed, placedComparer, sortValues} from './sort.ts';

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

export function compileAggregate(call: AggregateCall): CompiledCall {
  const given = givenBy(call);
  const takes = call.filter && compilePredicate(call.filter);
  return {
    given: takes ? (row) => (takes(row) ? given(row) : undefined) : given,
    blind: call.function.kind === 'running',
    cell: cellOf(call),
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

function cellOf(call: AggregateCall): () => Cell {
  const {function: called, distinct, orderBy} = call;
  if (called.kind === 'running') {
    if (!distinct) return called.start;
    const keyOf = distinctKey(call);
    return () => new DistinctCell(called.start(), keyOf);
  }
  if (!distinct) {
    const sort = sortValues(orderBy);
    const compare = placedComparer(orderBy);
    return () => new ListingCell(called, sort, new Ordered<Listed>(compare));
  }
  const keyOf = distinctKey(call);
  // Without an order of its own, a DISTINCT list is sorted, as Postgres has it.
  const by = orderBy.length > 0 ? orderBy : call.args.slice(0, 1).map(ascending);
  const sort = sortValues(by);
  const compare = placedComparer(by);
  return () => {
    const list = new ListingCell(called, sort, new Ordered<Listed>(compare));
    return new DistinctCell(list, keyOf);
  };
}

const ascending = (expression: SortKey['expression']): SortKey => ({
  expression,
  descending: false,
  nullsFirst: false,
});

function distinctKey({args}: AggregateCall): (value: Value) => Key {
  const [first, second] = args;
  if (!first) return () => 1;
  if (second) {
    const keyOf = rowKey(args.map(({type}) => type));
    return (value) => keyOf(value as Row);
  }
  const keyOf = valueKey(first.type);
  return (value) => keyOf(value);
}

interface Entry {
  readonly value: Value;
  readonly row: Row;
  count: number;
}

/** DISTINCT: each value once, while at least one row gives it. */
class DistinctCell implements Cell {
  readonly #inner: Cell;
  readonly #keyOf: (value: Value) => Key;
  readonly #entries = new Map<Key, Entry>();

  constructor(inner: Cell, keyOf: (value: Value) => Key) {
    this.#inner = inner;
    this.#keyOf = keyOf;
  }

  add(value: Value, row: Row): void {
    const key = this.#keyOf(value);
    const entry = this.#entries.get(key);
    if (entry) {
      entry.count += 1;
      return;
    }
    this.#entries.set(key, {value, row, count: 1});
    this.#inner.add(value, row, key);
  }

  remove(value: Value): void {
    const key = this.#keyOf(value);
    const entry = this.#entries.get(key);
    assert(entry !== undefined, 'a value to take from a DISTINCT aggregate is not in it');
    entry.count -= 1;
    if (entry.count > 0) return;
    this.#entries.delete(key);
    this.#inner.remove(entry.value, entry.row, key);
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
