import {compareText} from './compare-text.ts';
import {compareDecimals, Decimal, decimalKey, parseDecimal} from './decimal.ts';
import {type Integer, integer} from './integer.ts';
import {joinParts, keyPart, NULL_PART} from './key.ts';
import {intervalIso, intervalText, intervalTotal} from './temporal-interval.ts';
import {Boxed, Interval, type Value} from './value.ts';

/**
 * Values of type `any`: openCypher's, which say by themselves what they are.
 *
 * Keys begin with a letter for the kind, so that values of two kinds never share one:
 * `b` boolean, `n` number, `s` string, `i` interval, `l` list, `\N` null. A Boxed writes
 * its own, in full: a boxed float is a number, and its key is `numberKey`; every other
 * class begins its key with a letter that is not among these.
 */
export function anyKey(value: Value): string {
  if (value === null) return NULL_PART;
  switch (typeof value) {
    case 'boolean':
      return value ? 'bt' : 'bf';
    case 'number':
    case 'bigint':
      return numberKey(value);
    case 'string':
      return `s${keyPart(value)}`;
    default:
  }
  if (value instanceof Decimal) return numberKey(value);
  if (value instanceof Interval) return `i${intervalTotal(value)}`;
  if (value instanceof Boxed) return keyPart(value.key());
  return `l${value.length}:${keyPart(joinParts(value.map(anyKey)))}`;
}

/**
 * The key of a number, of whatever kind: 1, 1.0 and 1.00 have one. A float with a fraction
 * counts as the decimal that it prints, so that 0.1 is the numeric 0.1.
 */
export function numberKey(value: Integer | Decimal): string {
  if (value instanceof Decimal) return `n${decimalKey(value)}`;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return `n${decimalKey(floatDecimal(value))}`;
  }
  return `n${typeof value === 'number' ? value + 0 : value}`;
}

/** The exact decimal of a whole float; of another, the one that it prints. */
export function floatDecimal(value: number): Decimal {
  if (Number.isInteger(value)) return new Decimal(integer(value), 0);
  return parseDecimal(String(value)) ?? new Decimal(value, 0);
}

/** A value as openCypher's toString() has it, as far as it has; lists as JSON. */
export function anyText(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof Interval) return intervalText(value);
  return Array.isArray(value) ? anyJson(value) : String(value);
}

export function anyJson(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return numberJson(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Decimal) return decimalJson(value);
  if (value instanceof Interval) return JSON.stringify(intervalIso(value));
  return value instanceof Boxed ? value.json() : `[${value.map(anyJson).join(',')}]`;
}

/** A float as a JSON number; NaN and the infinities, which JSON has not, as strings. */
export function numberJson(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : String(value);
}

export function decimalJson(value: Decimal): string {
  return value.finite ? value.toString() : `"${value}"`;
}

/**
 * openCypher's order over all kinds: maps and other boxed values, lists, intervals,
 * strings, booleans, numbers, null. Boxed values say their own place.
 */
export function compareAny(a: Value, b: Value): number {
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  if (a instanceof Boxed) return a.orderAgainst(b);
  if (b instanceof Boxed) return 0 - b.orderAgainst(a);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  if (a instanceof Interval && b instanceof Interval) return compareIntervals(a, b);
  if (typeof a === 'boolean' || a === null) return Number(a) - Number(b);
  return compareNumbers(a as Integer | Decimal, b as Integer | Decimal);
}

/** Numbers of any kind by value, floats as `floatDecimal` has them; NaN is the greatest. */
export function compareNumbers(a: Integer | Decimal, b: Integer | Decimal): number {
  if (a instanceof Decimal || b instanceof Decimal || Number.isNaN(a) || Number.isNaN(b)) {
    return compareDecimals(asDecimal(a), asDecimal(b));
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const asDecimal = (value: Integer | Decimal): Decimal => {
  if (value instanceof Decimal) return value;
  return typeof value === 'bigint' ? new Decimal(value, 0) : floatDecimal(value);
};

/** Where the kinds stand in openCypher's order. */
export const RANK = {
  boxed: 0,
  list: 10,
  interval: 20,
  string: 30,
  boolean: 40,
  number: 50,
  null: 60,
} as const;

function rankOf(value: Value): number {
  if (value === null) return RANK.null;
  switch (typeof value) {
    case 'string':
      return RANK.string;
    case 'boolean':
      return RANK.boolean;
    case 'number':
    case 'bigint':
      return RANK.number;
    default:
  }
  if (value instanceof Boxed) return value.kindRank();
  if (value instanceof Decimal) return RANK.number;
  return value instanceof Interval ? RANK.interval : RANK.list;
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareAny(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIntervals(a: Interval, b: Interval): number {
  const left = intervalTotal(a);
  const right = intervalTotal(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
