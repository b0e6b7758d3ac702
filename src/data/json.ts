import {unreachable} from '../lib/assert.ts';
import {anyJson, decimalJson, numberJson} from './any.ts';
import type {Decimal} from './decimal.ts';
import type {Integer} from './integer.ts';
import {compactJson} from './jsonb.ts';
import {intervalIso} from './temporal-interval.ts';
import {dateIso, timestampIso, timeText} from './temporal-write.ts';
import {elementOf} from './text-array.ts';
import {float4Text} from './text-float.ts';
import type {Type} from './type.ts';
import type {Interval, Value} from './value.ts';

/**
 * Writes values of a type as JSON texts, null as `null`; never with a line break.
 *
 * Integers and numerics are number tokens with all their digits. What JSON has no number
 * for is a string: "NaN", "Infinity", and "infinity" for dates and times. json and jsonb
 * are themselves. Dates and times are ISO 8601 with the microseconds they have, intervals
 * ISO 8601 durations, bytea base64; the rest is Postgres's text.
 */
export function jsonWriter(type: Type): (value: Value) => string {
  const write = presentJson(type);
  return (value) => (value === null ? 'null' : write(value));
}

/** The writer of texts. */
export const quotedJson = (value: Value): string => JSON.stringify(value);

/** As `jsonWriter`, for values that are not null. */
export function presentJson(type: Type): (value: Value) => string {
  switch (type.kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
      return String;
    case 'float4':
      return (value) => (Number.isFinite(value) ? float4Text(value as number) : `"${value}"`);
    case 'float8':
      return (value) => numberJson(value as number);
    case 'numeric':
      return (value) => decimalJson(value as Decimal);
    case 'bytea':
      return (value) => `"${base64(value as string)}"`;
    case 'date':
      return (value) => `"${dateIso(value as number)}"`;
    case 'time':
      return (value) => `"${timeText(value as number)}"`;
    case 'timestamp':
      return (value) => `"${timestampIso(value as Integer, '')}"`;
    case 'timestamptz':
      return (value) => `"${timestampIso(value as Integer, 'Z')}"`;
    case 'interval':
      return (value) => `"${intervalIso(value as Interval)}"`;
    case 'json':
      return (value) => compactJson(value as string);
    case 'jsonb':
      return (value) => value as string;
    case 'array':
      return arrayWriter(presentJson(elementOf(type)));
    case 'any':
      return anyJson;
    case 'text':
    case 'bpchar':
    case 'uuid':
    case 'timetz':
    case 'enum':
    case 'other':
    case 'unknown':
      return quotedJson;
    default:
      return unreachable(type.kind);
  }
}

function arrayWriter(writeElement: (value: Value) => string): (value: Value) => string {
  const write = (value: Value): string => {
    if (value === null) return 'null';
    return Array.isArray(value) ? `[${value.map(write).join(',')}]` : writeElement(value);
  };
  return write;
}

/** From Postgres's `\x0aff`. */
function base64(hex: string): string {
  return Buffer.from(hex.slice(2), 'hex').toString('base64');
}
