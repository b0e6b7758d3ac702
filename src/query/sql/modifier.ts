import type {Decimal} from '../../data/decimal.ts';
import {type Integer, integer} from '../../data/integer.ts';
import {microsOf} from '../../data/temporal-calendar.ts';
import {BPCHAR, TEXT, type Type} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import {fittingNumeric} from './numbers.ts';
import {nameOf, plainType} from './types.ts';

type Fit = (value: Value) => Value;

/** What a cast to a type with a length or precision does to a value of the type. */
export interface Modifier {
  /** As SQL writes the type. */
  readonly written: string;
  readonly fit: Fit;
  /** The type that comes of it, whose values have the length already. */
  readonly type: Type;
}

/** Of a type in brackets: `numeric(10,2)`, `varchar(3)[]`; undefined where it has none. */
export function modifierOf(type: Type): Modifier | undefined {
  const {element} = type;
  if (type.kind === 'array' && element) {
    const inner = modifierOf(element);
    if (!inner) return undefined;
    const each: Fit = (value) =>
      Array.isArray(value) ? value.map(each) : value === null ? null : inner.fit(value);
    return {
      written: `${inner.written}[]`,
      fit: each,
      type: {...type, element: plainType(inner.type)},
    };
  }
  const {precision} = type;
  if (precision === undefined) return undefined;
  const fit = fitOf(type, precision);
  return fit && {...fit, type: resultOf(type)};
}

function fitOf(type: Type, precision: number): Pick<Modifier, 'written' | 'fit'> | undefined {
  switch (type.kind) {
    case 'numeric': {
      const {scale = 0} = type;
      return {
        written: `numeric(${precision},${scale})`,
        fit: (value) => fittingNumeric(value as Decimal, {precision, scale}),
      };
    }
    case 'text':
      return {
        written: `varchar(${precision})`,
        fit: (value) => cut(value as string, precision),
      };
    case 'bpchar':
      return {
        written: `char(${precision})`,
        fit: (value) => padded(cut(value as string, precision), precision),
      };
    case 'time':
    case 'timestamp':
    case 'timestamptz': {
      const from = type.kind === 'time' ? 0n : EPOCH;
      return {
        written: `${nameOf(type)}(${precision})`,
        fit: (value) => roundedMicros(value as Integer, {precision, from}),
      };
    }
    default:
      return undefined;
  }
}

function resultOf(type: Type): Type {
  if (type.kind === 'numeric') return type;
  if (type.kind === 'text') return TEXT;
  return type.kind === 'bpchar' ? BPCHAR : {kind: type.kind};
}

/** The first so many characters, of which some are two units of JavaScript. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : Array.from(text).slice(0, length).join('');
}

const padded = (text: string, length: number): string =>
  text + ' '.repeat(Math.max(length - Array.from(text).length, 0));

/** Where Postgres counts microseconds from: halves are rounded away from there. */
const EPOCH = BigInt(microsOf(10_957, 0));

function roundedMicros(
  micros: Integer,
  {precision, from}: {precision: number; from: bigint},
): Integer {
  if (typeof micros === 'number' && !Number.isFinite(micros)) return micros;
  const unit = 10n ** BigInt(6 - Math.min(precision, 6));
  const since = BigInt(micros) - from;
  const size = (((since < 0n ? -since : since) + unit / 2n) / unit) * unit;
  return integer(from + (since < 0n ? -size : size));
}
