import {comparer, identical} from '../../data/compare.ts';
import type {Key} from '../../data/key.ts';
import {storedValue} from '../../data/stored-row.ts';
import type {Type} from '../../data/type.ts';
import type {Row, Value} from '../../data/value.ts';
import {compileRow} from '../evaluate.ts';
import type {SortKey} from '../plan.ts';

/** A row where it stands in an order: the values it is sorted by, then its identity. */
export interface Placed {
  readonly sort: Row;
  readonly key: Key;
}

/** The values of a row that an order sorts by. */
export const sortValues = (by: readonly SortKey[]): ((row: Row) => Row) =>
  compileRow(by.map(({expression}) => expression));

/** The order of rows' sort values: 0 for peers. */
export function sortComparer(by: readonly SortKey[]): (a: Row, b: Row) => number {
  const comparers = by.map(valueComparer);
  const [only, second] = comparers;
  if (only && !second) return (a, b) => only(a[0] as Value, b[0] as Value);
  return (a, b) => {
    for (let i = 0; i < comparers.length; i++) {
      const order = comparers[i]!(a[i] as Value, b[i] as Value);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function valueComparer({expression, descending, nullsFirst}: SortKey) {
  const compare = comparer(expression.type);
  const sign = descending ? -1 : 1;
  const nullSign = nullsFirst ? -1 : 1;
  return (a: Value, b: Value): number => {
    if (a === null || b === null) return a === b ? 0 : a === null ? nullSign : -nullSign;
    return sign * compare(a, b);
  };
}

/** The whole order: rows that sort equal stand by identity, so that no two are equal. */
export function placedComparer(by: readonly SortKey[]): (a: Placed, b: Placed) => number {
  const compare = sortComparer(by);
  return (a, b) => compare(a.sort, b.sort) || compareKeys(a.key, b.key);
}

/** Identities in order: numbers by size, then texts by their UTF-16 units. */
export function compareKeys(a: Key, b: Key): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

/** A type's order, in which values that print differently are not equal either. */
export function totalComparer(type: Type): (a: Value, b: Value) => number {
  const compare = comparer(type);
  if (equalIsIdentical(type)) return compare;
  return (a, b) => compare(a, b) || (identical(a, b) ? 0 : compareKeys(printed(a), printed(b)));
}

/** Its text, and what that does not tell: an interval has none, and 0 and −0 have one. */
const printed = (value: Value): string => `${value} ${JSON.stringify(storedValue(value))}`;

/** Whether values of the type that SQL calls equal cannot be told apart. */
export function equalIsIdentical({kind}: Type): boolean {
  switch (kind) {
    case 'numeric':
    case 'float4':
    case 'float8':
    case 'bpchar':
    case 'interval':
    case 'jsonb':
    case 'array':
    case 'any':
      return false;
    default:
      return true;
  }
}
