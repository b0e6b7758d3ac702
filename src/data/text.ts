import {unreachable} from '../lib/assert.ts';
import {anyText} from './any.ts';
import {type Decimal, parseDecimal} from './decimal.ts';
import {type Integer, integer} from './integer.ts';
import {malformedText} from './malformed.ts';
import {intervalText, readInterval} from './temporal-interval.ts';
import {readDate, readTime, readTimestamp} from './temporal-read.ts';
import {dateText, timestampText, timestamptzText, timeText} from './temporal-write.ts';
import {arrayReader, arrayWriter, elementOf} from './text-array.ts';
import {float4Text, float8Text} from './text-float.ts';
import type {Type} from './type.ts';
import type {Interval, Value} from './value.ts';

/**
 * Reads the text that Postgres prints for a value of a type in a session with
 * TimeZone=UTC, DateStyle=ISO, IntervalStyle=postgres, extra_float_digits=3 and
 * bytea_output=hex. Throws MalformedText where it prints no such text.
 */
export function textReader(type: Type): (text: string) => Value {
  switch (type.kind) {
    case 'bool':
      return readBool;
    case 'int2':
    case 'int4':
    case 'int8':
      return readInteger;
    case 'float4':
      return (text) => Math.fround(readFloat(text));
    case 'float8':
      return readFloat;
    case 'numeric':
      return readNumeric;
    case 'date':
      return readDate;
    case 'time':
      return readTime;
    case 'timestamp':
    case 'timestamptz':
      return readTimestamp;
    case 'interval':
      return readInterval;
    case 'array':
      return arrayReader(type, textReader(elementOf(type)));
    case 'text':
    case 'bpchar':
    case 'bytea':
    case 'uuid':
    case 'timetz':
    case 'json':
    case 'jsonb':
    case 'enum':
    case 'other':
    case 'any':
    case 'unknown':
      return (text) => text;
    default:
      return unreachable(type.kind);
  }
}

/**
 * Writes a value of a type, not null, as Postgres's `value::text` does in such a session.
 * That is what Postgres prints, but for booleans: `true`, which it prints as `t`. A bpchar
 * keeps the spaces at its end.
 */
export function textWriter(type: Type): (value: Value) => string {
  return type.kind === 'bool' ? String : printedWriter(type);
}

function printedWriter(type: Type): (value: Value) => string {
  switch (type.kind) {
    case 'bool':
      return (value) => (value === true ? 't' : 'f');
    case 'float4':
      return (value) => float4Text(value as number);
    case 'float8':
      return (value) => float8Text(value as number);
    case 'date':
      return (value) => dateText(value as number);
    case 'time':
      return (value) => timeText(value as number);
    case 'timestamp':
      return (value) => timestampText(value as Integer);
    case 'timestamptz':
      return (value) => timestamptzText(value as Integer);
    case 'interval':
      return (value) => intervalText(value as Interval);
    case 'array':
      return arrayWriter(type, printedWriter(elementOf(type)));
    case 'any':
      return anyText;
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'text':
    case 'bpchar':
    case 'bytea':
    case 'uuid':
    case 'timetz':
    case 'json':
    case 'jsonb':
    case 'enum':
    case 'other':
    case 'unknown':
      return String;
    default:
      return unreachable(type.kind);
  }
}

function readBool(text: string): boolean {
  if (text === 't' || text === 'true') return true;
  if (text === 'f' || text === 'false') return false;
  throw malformedText('bool', text);
}

/** Up to this many digits are a safe number. */
const SAFE_DIGITS = 15;

function readInteger(text: string): Integer {
  const negative = text.charCodeAt(0) === 45;
  const start = negative ? 1 : 0;
  if (text.length === start) throw malformedText('integer', text);
  let number = 0;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) throw malformedText('integer', text);
    number = number * 10 + digit;
  }
  if (text.length - start > SAFE_DIGITS) return integer(BigInt(text));
  return negative ? 0 - number : number;
}

function readNumeric(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (!decimal) throw malformedText('numeric', text);
  return decimal;
}

function readFloat(text: string): number {
  const number = Number(text);
  const first = text.charCodeAt(text.charCodeAt(0) === 45 ? 1 : 0);
  const numeric = (first >= 48 && first <= 57) || first === 73;
  if ((numeric && !Number.isNaN(number)) || text === 'NaN') return number;
  throw malformedText('float', text);
}
