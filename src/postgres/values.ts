import {Decimal} from '../data/decimal.ts';
import {daysInMonth, daysOf, microsOf} from '../data/temporal-calendar.ts';
import {textReader} from '../data/text.ts';
import type {Type} from '../data/type.ts';
import type {Value} from '../data/value.ts';

/** Reads one column's text, which stands in `bytes` from `start` up to `end`. */
export type ByteReader = (bytes: Buffer, start: number, end: number) => Value;

/**
 * Reads the text form of a type's values straight from the bytes of a message, for every
 * column of every change: numbers, dates and timestamps in their usual forms are read
 * without a string in between. Every other form goes through `textReader`, whose
 * agreements and errors this shares. Nothing of `bytes` is kept.
 */
export function byteReader(type: Type): ByteReader {
  const readText = textReader(type);
  const unusual: ByteReader = (bytes, start, end) => readText(bytes.toString('latin1', start, end));
  switch (type.kind) {
    case 'bool':
      return (bytes, start, end) => {
        if (end - start !== 1) return unusual(bytes, start, end);
        return bytes[start] === T || (bytes[start] === F ? false : unusual(bytes, start, end));
      };
    case 'int2':
    case 'int4':
    case 'int8':
      return (bytes, start, end) => shortInteger(bytes, start, end) ?? unusual(bytes, start, end);
    case 'numeric':
      return (bytes, start, end) => shortDecimal(bytes, start, end) ?? unusual(bytes, start, end);
    case 'date':
      return (bytes, start, end) => {
        const days = end - start === 10 ? fourDigitDate(bytes, start) : Number.NaN;
        return Number.isNaN(days) ? unusual(bytes, start, end) : days;
      };
    case 'timestamp':
      return (bytes, start, end) => usualTimestamp(bytes, start, end) ?? unusual(bytes, start, end);
    case 'timestamptz':
      return (bytes, start, end) =>
        (isUtc(bytes, end) ? usualTimestamp(bytes, start, end - 3) : undefined) ??
        unusual(bytes, start, end);
    case 'float4':
    case 'float8':
    case 'time':
    case 'timetz':
    case 'interval':
    case 'uuid':
    case 'bytea':
      return unusual;
    case 'text':
    case 'bpchar':
    case 'enum':
    case 'json':
    case 'jsonb':
    case 'any':
    case 'unknown':
    case 'other':
      return utf8;
    default:
      return (bytes, start, end) => readText(utf8(bytes, start, end));
  }
}

const T = 116;
const F = 102;
const MINUS = 45;
const POINT = 46;

/** Up to this many digits are a safe number. */
const SAFE_DIGITS = 15;

function utf8(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end);
}

/** undefined for what is no integer of up to 15 digits. */
function shortInteger(bytes: Buffer, start: number, end: number): number | undefined {
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  if (end - first > SAFE_DIGITS || end <= first) return undefined;
  let number = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return negative ? 0 - number : number;
}

/** undefined for what is no finite numeric of up to 15 digits. */
function shortDecimal(bytes: Buffer, start: number, end: number): Decimal | undefined {
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  let number = 0;
  let point = end;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) number = number * 10 + digit;
    else if (digit === POINT - 48 && point === end) point = at;
    else return undefined;
  }
  const scale = point === end ? 0 : end - point - 1;
  const digits = end - first - (point === end ? 0 : 1);
  if (digits < 1 || digits > SAFE_DIGITS) return undefined;
  return new Decimal(negative ? 0 - number : number, scale);
}

/** The days of `YYYY-MM-DD`; NaN where it is none. */
function fourDigitDate(bytes: Buffer, at: number): number {
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  const dashes = bytes[at + 4] === MINUS && bytes[at + 7] === MINUS;
  // Comparisons with NaN are false, so this refuses what is not a digit as well.
  if (!(dashes && year > 0 && month > 0 && month <= 12 && day > 0)) return Number.NaN;
  return day <= daysInMonth(year, month) ? daysOf(year, month, day) : Number.NaN;
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]`; undefined where it is none. */
function usualTimestamp(bytes: Buffer, start: number, end: number): Value | undefined {
  if (end - start < 19) return undefined;
  const days = fourDigitDate(bytes, start);
  const hours = twoDigits(bytes, start + 11);
  const minutes = twoDigits(bytes, start + 14);
  const seconds = twoDigits(bytes, start + 17);
  const marks = bytes[start + 10] === 32 && bytes[start + 13] === 58 && bytes[start + 16] === 58;
  const fraction = fractionAt(bytes, start + 19, end);
  const micros = (hours * 3600 + minutes * 60 + seconds) * 1e6 + fraction;
  if (!(marks && hours < 24 && minutes < 60 && seconds < 60)) return undefined;
  return Number.isNaN(days + micros) ? undefined : microsOf(days, micros);
}

/** The microseconds of `.f` to `.ffffff`, 0 for nothing; NaN where it is neither. */
function fractionAt(bytes: Buffer, start: number, end: number): number {
  if (start === end) return 0;
  if (bytes[start] !== POINT || end < start + 2 || end > start + 7) return Number.NaN;
  let micros = 0;
  let unit = 100_000;
  for (let at = start + 1; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    micros += digit * unit;
    unit /= 10;
  }
  return micros;
}

const isUtc = (bytes: Buffer, end: number): boolean =>
  bytes[end - 3] === 43 && bytes[end - 2] === 48 && bytes[end - 1] === 48;

function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 48;
  const ones = bytes[at + 1]! - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
