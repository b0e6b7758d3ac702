import {trimmed} from '../../data/compare-text.ts';
import {Decimal, decimalToFloat, parseDecimal} from '../../data/decimal.ts';
import {type Integer, integer} from '../../data/integer.ts';
import {dayOfMicros, microsOf, timeOfMicros} from '../../data/temporal-calendar.ts';
import {textWriter} from '../../data/text.ts';
import {isInteger, isNumber, TEXT, type Type} from '../../data/type.ts';
import {Interval, type Value} from '../../data/value.ts';
import type {ScalarFunction} from '../expression.ts';
import {inputReader} from './input/input.ts';
import {jsonbText, readJson} from './input/jsonb.ts';
import {fitting, type IntegerKind, roundedTo, roundedToEven} from './numbers.ts';
import {problems} from './problems.ts';
import {nameOf, sameType, spoken} from './types.ts';

type Compute = (value: Value) => Value;

/** The cast of one type to another that Postgres has; undefined where it has none. */
export function castFunction(from: Type, to: Type): ScalarFunction | undefined {
  const compute = castCompute(from, to);
  return (
    compute && {
      name: `to ${nameOf(to)}`,
      strict: true,
      compute: compute as ScalarFunction['compute'],
      sql: (text = '') => `(${text})::${nameOf(to)}`,
    }
  );
}

function castCompute(from: Type, to: Type): Compute | undefined {
  if (sameType(from, to)) return (value) => value;
  if (from.kind === 'unknown' || from.kind === 'text') {
    return to.kind === 'bpchar' || to.kind === 'text' ? same : (inputReader(to) as Compute);
  }
  if (from.kind === 'array' && to.kind === 'array') return arrayCast(from, to);
  if (to.kind === 'text' || to.kind === 'bpchar') {
    return from.kind === 'bpchar' ? (value) => trimmed(value as string) : textWriter(from);
  }
  if (from.kind === 'bpchar') {
    const read = inputReader(to);
    return (value) => read(trimmed(value as string));
  }
  if (isNumber(from) && isNumber(to)) return numberCast(from, to);
  return otherCast(from.kind, to.kind) ?? temporalCast(from.kind, to.kind);
}

const same: Compute = (value) => value;

function arrayCast(from: Type, to: Type): Compute | undefined {
  const element = castCompute(from.element ?? TEXT, to.element ?? TEXT);
  if (!element) return undefined;
  const each = (value: Value): Value => {
    if (value === null) return null;
    return Array.isArray(value) ? value.map(each) : element(value);
  };
  return each;
}

function numberCast(from: Type, to: Type): Compute {
  if (isInteger(to)) {
    const kind = to.kind as IntegerKind;
    if (isInteger(from)) return (value) => fitting(value as Integer, kind);
    if (from.kind === 'numeric') return (value) => decimalToInteger(value as Decimal, kind);
    return (value) => floatToInteger(value as number, kind);
  }
  if (to.kind === 'numeric') {
    if (isInteger(from)) return (value) => new Decimal(value as Integer, 0);
    const digits = from.kind === 'float4' ? 6 : 15;
    return (value) => floatToDecimal(value as number, digits);
  }
  const narrow = to.kind === 'float4';
  const toFloat = (value: Value): number =>
    value instanceof Decimal ? decimalToFloat(value) : Number(value);
  return (value) => {
    const wide = toFloat(value);
    const float = narrow ? Math.fround(wide) : wide;
    const lost = !Number.isFinite(float) && Number.isFinite(Number(value));
    if (lost) throw problems['sql-out-of-range']({type: spoken(to)});
    return float;
  };
}

function decimalToInteger(value: Decimal, kind: IntegerKind): Integer {
  if (!value.finite) {
    throw problems['sql-value']({message: `cannot convert ${value} to ${kind}`});
  }
  return fitting(roundedTo(value, 0).digits, kind);
}

function floatToInteger(value: number, kind: IntegerKind): Integer {
  if (!Number.isFinite(value)) throw problems['sql-out-of-range']({type: spoken({kind})});
  return fitting(integer(roundedToEven(value)), kind);
}

/** As many digits as a float of that size holds for certain. */
function floatToDecimal(value: number, digits: number): Decimal {
  if (!Number.isFinite(value)) return new Decimal(value, 0);
  return parseDecimal(String(Number(value.toPrecision(digits)))) ?? new Decimal(0, 0);
}

function otherCast(from: Type['kind'], to: Type['kind']): Compute | undefined {
  switch (`${from} ${to}`) {
    case 'bool int4':
      return Number;
    case 'int4 bool':
      return (value) => value !== 0;
    case 'jsonb json':
      return same;
    case 'json jsonb':
      return (value) => jsonbText(value as string) ?? null;
    case 'jsonb bool':
    case 'jsonb int4':
    case 'jsonb int8':
    case 'jsonb numeric':
    case 'jsonb float8':
      return jsonbCast(to);
    default:
      return undefined;
  }
}

/** A jsonb number or boolean as a value of SQL; null, too, is one there. */
function jsonbCast(to: Type['kind']): Compute {
  const fromNumber =
    to === 'bool' || to === 'numeric' ? same : numberCast({kind: 'numeric'}, {kind: to});
  return (value) => {
    const json = readJson(value as string);
    if (json === null) return null;
    if (to === 'bool' && typeof json === 'boolean') return json;
    const decimal = to === 'bool' ? undefined : parseDecimal(value as string);
    if (decimal === undefined) {
      throw problems['sql-value']({
        message: `cannot cast this jsonb to type ${spoken({kind: to})}`,
      });
    }
    return fromNumber(decimal);
  };
}

const isInfinite = (value: Value): boolean => value === Infinity || value === -Infinity;

function temporalCast(from: Type['kind'], to: Type['kind']): Compute | undefined {
  switch (`${from} ${to}`) {
    case 'date timestamp':
    case 'date timestamptz':
      return (value) => (isInfinite(value) ? value : microsOf(value as number, 0));
    // Our sessions are in UTC, where both count the same.
    case 'timestamp timestamptz':
    case 'timestamptz timestamp':
      return same;
    case 'timestamp date':
    case 'timestamptz date':
      return (value) => (isInfinite(value) ? value : dayOfMicros(value as Integer));
    case 'timestamp time':
    case 'timestamptz time':
      return (value) => (isInfinite(value) ? null : timeOfMicros(value as Integer));
    case 'time interval':
      return (value) => new Interval(0, 0, value as number);
    case 'interval time':
      return (value) => timeOfMicros((value as Interval).micros);
    default:
      return undefined;
  }
}
