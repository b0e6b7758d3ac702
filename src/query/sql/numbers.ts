import {Decimal, digitsAt} from '../../data/decimal.ts';
import {type Integer, integer, multiplyIntegers, powerOfTen} from '../../data/integer.ts';
import {dividedRound} from '../functions/numeric-division.ts';
import {problems} from './problems.ts';

/** Whole numbers of Postgres by size. */
export type IntegerKind = 'int2' | 'int4' | 'int8';

const SPOKEN = {int2: 'smallint', int4: 'integer', int8: 'bigint'} as const;
const INT8_MAX = 0x7fffffffffffffffn;

/** The integer, where it fits the type; throws a Problem where it does not. */
export function fitting(value: Integer, kind: IntegerKind): Integer {
  const fits =
    kind === 'int8'
      ? typeof value === 'number' || (value <= INT8_MAX && value >= -INT8_MAX - 1n)
      : kind === 'int4'
        ? value <= 0x7fffffff && value >= -0x80000000
        : value <= 0x7fff && value >= -0x8000;
  if (!fits) throw problems['sql-out-of-range']({type: SPOKEN[kind]});
  return value;
}

/** A numeric at a scale, halves away from zero. A negative scale rounds before the point. */
export function roundedTo(decimal: Decimal, scale: number): Decimal {
  if (!decimal.finite || decimal.scale === scale) return decimal;
  const shown = Math.max(scale, 0);
  if (scale > decimal.scale) return new Decimal(digitsAt(decimal, scale), scale);
  const divisor = 10n ** BigInt(decimal.scale - scale);
  const digits = integer(dividedRound(BigInt(decimal.digits), divisor));
  return new Decimal(scale < 0 ? multiplyIntegers(digits, powerOfTen(-scale)) : digits, shown);
}

/** A numeric cut off towards zero at a scale. */
export function cutTo(decimal: Decimal, scale: number): Decimal {
  if (!decimal.finite || decimal.scale === scale) return decimal;
  if (scale > decimal.scale) return new Decimal(digitsAt(decimal, scale), scale);
  const digits = integer(BigInt(decimal.digits) / 10n ** BigInt(decimal.scale - scale));
  const shown = Math.max(scale, 0);
  return new Decimal(scale < 0 ? multiplyIntegers(digits, powerOfTen(-scale)) : digits, shown);
}

/** C's rint: the nearest whole number, halves to the even one. */
export function roundedToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  const rounded = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded;
}

/** The digits before a numeric's point; 0 for a fraction. */
export function digitsBefore({digits, scale}: Decimal): number {
  const text = String(digits < 0 ? -digits : digits);
  return digits === 0 ? 0 : Math.max(text.length - scale, 0);
}

/** A numeric as numeric(precision, scale) stores it. */
export function fittingNumeric(
  decimal: Decimal,
  {precision, scale}: {precision: number; scale: number},
): Decimal {
  if (!decimal.finite) {
    if (Number.isNaN(decimal.digits)) return decimal;
    throw problems['sql-out-of-range']({type: `numeric(${precision},${scale})`});
  }
  const rounded = roundedTo(decimal, scale);
  if (digitsBefore(rounded) > precision - scale) {
    throw problems['sql-value']({
      message: 'numeric field overflow',
      detail: `The value does not fit numeric(${precision},${scale}).`,
    });
  }
  return rounded;
}

/** A float that Postgres would answer: an overflow is an error there. */
export function finite(result: number, ...from: readonly number[]): number {
  if (!Number.isFinite(result) && from.every(Number.isFinite)) {
    throw problems['sql-value']({message: 'value out of range: overflow'});
  }
  return result;
}
