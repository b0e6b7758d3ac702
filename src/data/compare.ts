import {compareAny} from './any.ts';
import {compareText, trimmed} from './compare-text.ts';
import {compareDecimals, Decimal} from './decimal.ts';
import type {Integer} from './integer.ts';
import {compareJsonb, jsonbKey} from './jsonb.ts';
import {intervalTotal} from './temporal-interval.ts';
import {readZonedTime} from './temporal-read.ts';
import {elementOf} from './text-array.ts';
import type {Type} from './type.ts';
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
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const left = a[i];
    const right = b[i];
    if (left === right && left !== 0) continue;
    if (!identical(left ?? null, right ?? null)) return false;
  }
  return true;
}

/** Negative where `a` comes first, 0 where the two are equal, else positive. */
export type Compare = (a: Value, b: Value) => number;

/**
 * The order of Postgres's ORDER BY among values of a type, none of them null; texts are
 * in collation "C". json and `other`, which Postgres has no order for or one of their own,
 * are in the order of their texts: a front end must not pass that off as SQL's `<`.
 */
export function comparer(type: Type): Compare {
  switch (type.kind) {
    case 'numeric':
      return (a, b) => compareDecimals(a as Decimal, b as Decimal);
    case 'float4':
    case 'float8':
      return (a, b) => compareFloats(a as number, b as number);
    case 'bpchar':
      return (a, b) => compareText(trimmed(a as string), trimmed(b as string));
    case 'interval':
      return (a, b) => compareScalars(intervalTotal(a as Interval), intervalTotal(b as Interval));
    case 'timetz':
      return (a, b) => compareZonedTimes(a as string, b as string);
    case 'jsonb':
      return (a, b) => compareJsonb(a as string, b as string);
    case 'enum':
      return enumComparer(type.labels ?? []);
    case 'array':
      return arrayComparer(comparer(elementOf(type)));
    case 'any':
      return compareAny;
    case 'text':
    case 'json':
    case 'other':
    case 'unknown':
      return (a, b) => compareText(a as string, b as string);
    default:
      // Booleans, integers, dates and times; and bytea and uuid, whose texts are ASCII.
      return (a, b) => compareScalars(a as Scalar, b as Scalar);
  }
}

/** SQL's `=` among values of a type, none of them null. */
export function equals(type: Type): (a: Value, b: Value) => boolean {
  switch (type.kind) {
    case 'numeric':
      return (a, b) => equalDecimals(a as Decimal, b as Decimal);
    case 'bpchar':
      return (a, b) => a === b || trimmed(a as string) === trimmed(b as string);
    case 'jsonb':
      return (a, b) => a === b || jsonbKey(a as string) === jsonbKey(b as string);
    case 'float4':
    case 'float8':
      return (a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b));
    case 'interval':
    case 'array':
    case 'any': {
      const compare = comparer(type);
      return (a, b) => compare(a, b) === 0;
    }
    default:
      return (a, b) => a === b;
  }
}

/** JavaScript compares numbers and bigints exactly, and ASCII texts by their bytes. */
type Scalar = Integer | string | boolean;

const compareScalars = (a: Scalar, b: Scalar): number => (a < b ? -1 : a > b ? 1 : 0);

/** NaN is equal to itself and greater than every number; −0 equals 0. */
function compareFloats(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function equalDecimals(a: Decimal, b: Decimal): boolean {
  return a.scale === b.scale ? Object.is(a.digits, b.digits) : compareDecimals(a, b) === 0;
}

/** By the moment in UTC; of one moment, zones further east come first. */
function compareZonedTimes(a: string, b: string): number {
  if (a === b) return 0;
  const left = readZonedTime(a);
  const right = readZonedTime(b);
  const moments = left.micros + left.west * 1e6 - (right.micros + right.west * 1e6);
  return moments === 0 ? left.west - right.west : moments;
}

function enumComparer(labels: readonly string[]): Compare {
  const places = new Map<Value, number>(labels.map((label, place) => [label, place]));
  // A label that was added since the type was read counts as the last.
  const place = (label: Value): number => places.get(label) ?? labels.length;
  return (a, b) => place(a) - place(b) || compareText(a as string, b as string);
}

/**
 * Postgres's array_cmp: element by element, NULL last and equal to itself, whatever the
 * dimensions; then fewer elements, fewer dimensions, the smaller first dimension.
 */
function arrayComparer(compare: Compare): Compare {
  return (a, b) => {
    const left = flat(a);
    const right = flat(b);
    for (let i = 0; i < left.length && i < right.length; i++) {
      const order = compareNullable(left[i] ?? null, right[i] ?? null, compare);
      if (order !== 0) return order;
    }
    return left.length - right.length || compareDimensions(dimensions(a), dimensions(b));
  };
}

function compareNullable(a: Value, b: Value, compare: Compare): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b);
}

function compareDimensions(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return a.length - b.length;
  const differing = a.findIndex((size, i) => size !== b[i]);
  return differing < 0 ? 0 : a[differing]! - b[differing]!;
}

/** The elements of an array in one list, however they nest. */
export function flat(value: Value): readonly Value[] {
  const items = value as readonly Value[];
  return Array.isArray(items[0]) ? items.flatMap(flat) : items;
}

/** The sizes of an array's dimensions; none where it is empty. */
export function dimensions(value: Value): readonly number[] {
  if (!Array.isArray(value) || value.length === 0) return [];
  return [value.length, ...dimensions(value[0])];
}
