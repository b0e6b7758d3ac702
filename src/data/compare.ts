import {Decimal} from './decimal.ts';
import {Boxed, Interval, type Row, type Value} from './value.ts';

/**
 * Whether nobody could tell two values of one type apart, their printed forms included:
 * stricter than SQL's equality, by which 95.0 and 95.00 are the same.
 */
export function identical(a: Value, b: Value): boolean {
  if (a === b) return a !== 0 || Object.is(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b);
  }
  if (a instanceof Decimal) {
    return b instanceof Decimal && Object.is(a.digits, b.digits) && a.scale === b.scale;
  }
  if (Array.isArray(a)) return Array.isArray(b) && identicalRows(a as Row, b as Row);
  if (a instanceof Interval) {
    return (
      b instanceof Interval && a.months === b.months && a.days === b.days && a.micros === b.micros
    );
  }
  return a instanceof Boxed && b instanceof Boxed && a.constructor === b.constructor
    ? a.key() === b.key() && a.json() === b.json()
    : false;
}

export function identicalRows(a: Row, b: Row): boolean {
  return (
    a === b || (a.length === b.length && a.every((value, i) => identical(value, b[i] ?? null)))
  );
}
