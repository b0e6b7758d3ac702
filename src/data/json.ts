import {unreachable} from '../lib/assert.ts';
import {anyJson, decimalJson, numberJson} from './any.ts';
import type {Decimal} from './decimal.ts';
import type {Integer} from './integer.ts';
import {compactJson} from './jsonb.ts';
import type {Column} from './schema.ts';
import {intervalIso} from './temporal-interval.ts';
import {dateIso, timestampIso, timeText} from './temporal-write.ts';
import {elementOf} from './text-array.ts';
import {float4Text} from './text-float.ts';
import type {Type} from './type.ts';
import type {Interval, Row, Value} from './value.ts';

/**
 * Writes values of a type as JSON texts, null as `null`; never with a line break.
 *
 * Integers and numerics are number tokens with all their digits. What JSON has no number
 * for is a string: "NaN", "Infinity", and "infinity" for dates and times. json and jsonb
 * are themselves. Dates and times are ISO 8601 with the microseconds they have, intervals
 * ISO 8601 durations, bytea base64; the rest is Postgres's text.
 */
export function jsonWriter(type: Type): (value: Value) => string {
  const write = presentWriter(type);
  return (value) => (value === null ? 'null' : write(value));
}

/** Writes rows as JSON objects whose properties stand in the order of the columns. */
export function rowJson(columns: readonly Column[]): (row: Row) => string {
  const writers = columns.map(({type}) => presentWriter(type));
  const openings = columns.map(({name}, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  if (columns.length === 0) return () => '{}';
  return (row) => {
    let text = '';
    for (let i = 0; i < writers.length; i++) {
      const value = row[i] ?? null;
      text += openings[i]! + (value === null ? 'null' : writers[i]!(value));
    }
    return `${text}}`;
  };
}

/** For values that are not null. */
function presentWriter(type: Type): (value: Value) => string {
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
      return arrayWriter(presentWriter(elementOf(type)));
    case 'any':
      return anyJson;
    case 'text':
    case 'bpchar':
    case 'uuid':
    case 'timetz':
    case 'enum':
    case 'other':
    case 'unknown':
      return (value) => JSON.stringify(value);
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
