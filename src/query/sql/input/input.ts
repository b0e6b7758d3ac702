import {parseDecimal} from '../../../data/decimal.ts';
import {type Integer, integer} from '../../../data/integer.ts';
import {arrayReader, elementOf} from '../../../data/text-array.ts';
import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {spoken} from '../types.ts';
import {parseInterval} from './interval.ts';
import {jsonbText, readJson} from './jsonb.ts';
import {parseClock, parseDate, parseTimestamp, parseTimestamptz} from './temporal.ts';

/**
 * Reads a text as Postgres's input function of the type does: what `'…'::type` means.
 * Throws a Problem where it is no such value, or one of a form that we do not read.
 */
export function inputReader(type: Type): (text: string) => Value {
  const read = reader(type);
  return (text) => {
    const value = read(text);
    if (value === undefined) throw invalid(text, type);
    return value;
  };
}

const invalid = (text: string, type: Type) =>
  problems['sql-literal']({
    message: `invalid input syntax for type ${spoken(type)}: "${text}"`,
    hint: HINTS[type.kind],
  });

const HINTS: Partial<Record<Type['kind'], string>> = {
  date: 'write it as 2026-03-01',
  timestamp: 'write it as 2026-03-01 12:30:00',
  timestamptz: 'write it as 2026-03-01 12:30:00+00',
  interval: "write it as '1 day 02:30:00'",
};

type Reader = (text: string) => Value | undefined;

const INT_MAX: Partial<Record<Type['kind'], bigint>> = {
  int2: 0x7fffn,
  int4: 0x7fffffffn,
  int8: 0x7fffffffffffffffn,
};

function reader(type: Type): Reader {
  switch (type.kind) {
    case 'bool':
      return readBool;
    case 'int2':
    case 'int4':
    case 'int8':
      return (text) => readInteger(text, INT_MAX[type.kind] ?? 0n);
    case 'float4':
    case 'float8':
      return (text) => readFloat(text, type.kind === 'float4');
    case 'numeric':
      return parseDecimal;
    case 'date':
      return parseDate;
    case 'time':
      return (text) => parseClock(text)?.micros;
    case 'timestamp':
      return parseTimestamp;
    case 'timestamptz':
      return parseTimestamptz;
    case 'interval':
      return parseInterval;
    case 'uuid':
      return readUuid;
    case 'json':
      return (text) => (readJson(text) === undefined ? undefined : text);
    case 'jsonb':
      return jsonbText;
    case 'enum':
      return (text) => (type.labels?.includes(text) ? text : undefined);
    case 'array':
      return arrayOfReader(type);
    default:
      return (text) => text;
  }
}

function arrayOfReader(type: Type): Reader {
  const read = arrayReader(type, inputReader(elementOf(type)));
  return (text) => {
    try {
      return read(text.trim());
    } catch (error) {
      if (error instanceof Error && error.name === 'MalformedText') return undefined;
      throw error;
    }
  };
}

/** Postgres takes each word's beginnings too, as far as they are of one word only. */
function readBool(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return undefined;
  if ('true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on' || word === '1') {
    return true;
  }
  const no = 'false'.startsWith(word) || 'no'.startsWith(word);
  return no || word === 'of' || word === 'off' || word === '0' ? false : undefined;
}

function readInteger(text: string, max: bigint): Integer | undefined {
  const word = text.trim();
  if (!/^[+-]?\d+$/.test(word)) return undefined;
  const value = BigInt(word.replace(/^\+/, ''));
  return value <= max && value >= -max - 1n ? integer(value) : undefined;
}

function readFloat(text: string, single: boolean): number | undefined {
  const word = text.trim().toLowerCase();
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  if (word === 'nan') return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word)) return undefined;
  const value = single ? Math.fround(Number(word)) : Number(word);
  return Number.isFinite(value) ? value : undefined;
}

function readUuid(text: string): string | undefined {
  const digits = text
    .trim()
    .replace(/^\{|\}$/g, '')
    .replaceAll('-', '')
    .toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
