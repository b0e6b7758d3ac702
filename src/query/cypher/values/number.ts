import {
  addDecimals,
  compareDecimals,
  Decimal,
  decimalToFloat,
  digitsAt,
  multiplyDecimals,
  subtractDecimals,
} from '../../../data/decimal.ts';
import {
  addIntegers,
  divideIntegers,
  type Integer,
  integer,
  multiplyIntegers,
  negateInteger,
  remainderOfIntegers,
  subtractIntegers,
} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import {divideNumeric} from '../../functions/numeric-division.ts';
import {problems} from '../problems.ts';
import {CypherFloat} from './float.ts';

/** A number among values of type `any`. */
export type CypherNumber = Integer | Decimal | CypherFloat;

export function isNumeric(value: Value): value is CypherNumber {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof CypherFloat ||
    value instanceof Decimal
  );
}

export const isWhole = (value: Value): value is Integer =>
  typeof value === 'number' || typeof value === 'bigint';

export const asDecimal = (value: Integer | Decimal): Decimal =>
  value instanceof Decimal ? value : new Decimal(value, 0);

/** The nearest float8. */
export function asFloat(value: CypherNumber): number {
  if (value instanceof CypherFloat) return value.value;
  return value instanceof Decimal ? decimalFloat(value) : Number(value);
}

/** A quotient of two exact floats is the nearest one, and needs no text in between. */
export function decimalFloat(decimal: Decimal): number {
  const {digits, scale} = decimal;
  return typeof digits === 'number' && scale <= 22 ? digits / 10 ** scale : decimalToFloat(decimal);
}

/**
 * Negative, 0 or positive; NaN where one of them is NaN. Whole numbers and numerics
 * compare exactly, numerics with floats as floats (as Postgres does), and whole numbers
 * with floats by their value.
 */
export function compareNumbers(a: CypherNumber, b: CypherNumber): number {
  if (isWhole(a) && isWhole(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof CypherFloat || b instanceof CypherFloat) {
    const left = isWhole(a) ? a : asFloat(a);
    const right = isWhole(b) ? b : asFloat(b);
    // JavaScript compares a bigint with a float exactly, and nothing with NaN.
    if (left < right) return -1;
    if (left > right) return 1;
    return left <= right ? 0 : Number.NaN;
  }
  const left = asDecimal(a);
  const right = asDecimal(b);
  if (Number.isNaN(left.digits) || Number.isNaN(right.digits)) return Number.NaN;
  return compareDecimals(left, right);
}

const INTEGER_MAX = 2n ** 63n - 1n;
const INTEGER_MIN = -(2n ** 63n);

/** Integers have 64 bits: what does not fit in them is refused, never cut. */
export function checked(value: Integer): Integer {
  if (typeof value === 'number' || (value >= INTEGER_MIN && value <= INTEGER_MAX)) return value;
  throw problems['cypher-value']({
    message: `${value} is no 64-bit integer`,
    hint: 'compute with toFloat(…) where numbers grow beyond that',
  });
}

export type Arithmetic = '+' | '-' | '*' | '/' | '%';

const WHOLE: Readonly<Record<Arithmetic, (a: Integer, b: Integer) => Integer>> = {
  '+': (a, b) => checked(addIntegers(a, b)),
  '-': (a, b) => checked(subtractIntegers(a, b)),
  '*': (a, b) => checked(multiplyIntegers(a, b)),
  '/': (a, b) => checked(divideIntegers(a, nonZero(a, b))),
  '%': (a, b) => remainderOfIntegers(a, nonZero(a, b)),
};

const DECIMAL: Readonly<Record<Arithmetic, (a: Decimal, b: Decimal) => Decimal>> = {
  '+': addDecimals,
  '-': subtractDecimals,
  '*': multiplyDecimals,
  '/': (a, b) => divideNumeric(a, nonZeroDecimal(a, b)),
  '%': (a, b) => remainderOfDecimals(a, nonZeroDecimal(a, b)),
};

const FLOAT: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

export const wholeArithmetic = (operator: Arithmetic) => WHOLE[operator];
export const decimalArithmetic = (operator: Arithmetic) => DECIMAL[operator];
export const floatArithmetic = (operator: Arithmetic) => FLOAT[operator];

/** Any two numbers: a float makes the answer a float, else a numeric makes it numeric. */
export function compute(operator: Arithmetic, a: CypherNumber, b: CypherNumber): CypherNumber {
  if (isWhole(a) && isWhole(b)) return WHOLE[operator](a, b);
  if (a instanceof CypherFloat || b instanceof CypherFloat) {
    return new CypherFloat(FLOAT[operator](asFloat(a), asFloat(b)));
  }
  return DECIMAL[operator](asDecimal(a), asDecimal(b));
}

export function negate(value: CypherNumber): CypherNumber {
  if (value instanceof CypherFloat) return new CypherFloat(-value.value);
  if (value instanceof Decimal) return new Decimal(negateDigits(value.digits), value.scale);
  return checked(negateInteger(value));
}

const negateDigits = (digits: Integer): Integer =>
  typeof digits === 'number' && !Number.isFinite(digits) ? -digits : negateInteger(digits);

function nonZero(a: Integer, b: Integer): Integer {
  if (b === 0) throw problems['cypher-division-by-zero']({dividend: String(a)});
  return b;
}

function nonZeroDecimal(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0) throw problems['cypher-division-by-zero']({dividend: String(a)});
  return b;
}

/** A float as an integer, cut towards zero; undefined where it is out of range. */
export function wholeOf(value: number): Integer | undefined {
  const cut = Math.trunc(value);
  if (!Number.isFinite(cut) || cut >= 2 ** 63 || cut < -(2 ** 63)) return undefined;
  return integer(cut);
}

/** What dividing to a whole number leaves, with the sign of `a`. `b` is not 0. */
function remainderOfDecimals(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || Number.isNaN(b.digits)) return new Decimal(Number.NaN, 0);
  if (!b.finite) return a;
  const scale = Math.max(a.scale, b.scale);
  return new Decimal(remainderOfIntegers(digitsAt(a, scale), digitsAt(b, scale)), scale);
}
