import {assert} from '../lib/assert.ts';
import {Decimal} from './decimal.ts';
import type {Integer} from './integer.ts';
import {Boxed, Interval, type Row, type Value} from './value.ts';

/** Makes a Boxed of what its `stored()` has answered: whoever knows its language can. */
export type Revive = (stored: unknown) => Boxed;

/**
 * A value as JSON can hold it, from which `restoredValue` makes an identical one without
 * being told its type. null, booleans, texts, numbers and lists of such stand for
 * themselves, so that most rows do as they are. The rest are objects with one member, whose
 * name says what they are:
 *
 * | member | of |
 * |---|---|
 * | `n` | a bigint: its digits |
 * | `f` | a number that JSON has not: `NaN`, `Infinity`, `-Infinity`, `-0` |
 * | `d` | a Decimal: digits, scale |
 * | `i` | an Interval: months, days, microseconds |
 * | `b` | a Boxed: what it says itself |
 */
export function storedValue(value: Value): unknown {
  switch (typeof value) {
    case 'number':
      return isPlain(value) ? value : {f: Object.is(value, -0) ? '-0' : String(value)};
    case 'bigint':
      return {n: String(value)};
    case 'object':
      return value === null ? null : storedObject(value);
    default:
      return value;
  }
}

/** A row as JSON can hold it: the row itself where nothing in it has to be marked. */
export function storedRow(row: Row): unknown {
  for (let i = 0; i < row.length; i++) {
    const value = row[i] as Value;
    const type = typeof value;
    if (type === 'string' || value === null || type === 'boolean') continue;
    if (type === 'number' && isPlain(value as number)) continue;
    const stored = storedValue(value);
    if (stored !== value) return markedFrom(row, {at: i, stored});
  }
  return row;
}

/** The row that was stored. The values of tables are never boxed: they need no reviver. */
export function rowOf(stored: unknown, revive: Revive = refused): Row {
  assert(Array.isArray(stored), 'a stored row is a list');
  for (let i = 0; i < stored.length; i++) {
    const value: unknown = stored[i];
    if (typeof value !== 'object' || value === null) continue;
    return stored.map((each) => restoredValue(each, revive));
  }
  return stored as Row;
}

export function restoredValue(stored: unknown, revive: Revive = refused): Value {
  if (typeof stored !== 'object' || stored === null) return stored as Value;
  if (Array.isArray(stored)) return rowOf(stored, revive);
  const marked = stored as Partial<Marked>;
  if (marked.d !== undefined) {
    const [digits, scale] = marked.d;
    return new Decimal(restoredValue(digits) as Integer, scale);
  }
  if (marked.n !== undefined) return BigInt(marked.n);
  if (marked.f !== undefined) return Number(marked.f);
  if (marked.i !== undefined) {
    const [months, days, micros] = marked.i.map((part) => restoredValue(part));
    return new Interval(months as number, days as number, micros as Integer);
  }
  return revive(marked.b);
}

interface Marked {
  readonly n: string;
  readonly f: string;
  readonly d: readonly [digits: unknown, scale: number];
  readonly i: readonly [months: unknown, days: unknown, micros: unknown];
  readonly b: unknown;
}

/** Whether JSON has the number. A difference with itself is 0 but for NaN and infinities. */
const isPlain = (value: number): boolean =>
  value - value === 0 && (value !== 0 || !Object.is(value, -0));

function storedObject(value: Exclude<Value & object, null>): unknown {
  if (value instanceof Decimal) return {d: [storedValue(value.digits), value.scale]};
  if (Array.isArray(value)) return storedRow(value as Row);
  if (value instanceof Interval) {
    return {i: [value.months, value.days, value.micros].map(storedValue)};
  }
  assert(value instanceof Boxed, 'an object among values is a Decimal, an Interval or a Boxed');
  return {b: value.stored()};
}

/** A copy of the row, with what stands at a position, and behind it, stored. */
function markedFrom(row: Row, {at, stored}: {at: number; stored: unknown}): unknown[] {
  const copy: unknown[] = row.slice();
  copy[at] = stored;
  for (let i = at + 1; i < copy.length; i++) copy[i] = storedValue(copy[i] as Value);
  return copy;
}

function refused(): never {
  assert(false, 'a boxed value is stored where none may be');
}
