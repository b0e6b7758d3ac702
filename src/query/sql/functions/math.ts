import {compareDecimals, Decimal} from '../../../data/decimal.ts';
import {type Integer, integer, negateInteger, remainderOfIntegers} from '../../../data/integer.ts';
import {squareRoot} from '../../functions/numeric-division.ts';
import {cutTo, digitsBefore, finite, fitting, roundedTo, roundedToEven} from '../numbers.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {divideDecimals, remainderOfDecimals} from './arithmetic.ts';
import {define} from './define.ts';

const absolute = (value: Integer): Integer => (value < 0 ? negateInteger(value) : value);

const absoluteDecimal = (value: Decimal): Decimal =>
  new Decimal(absolute(value.digits), value.scale);

const ZERO = new Decimal(0, 0);

/** The nearest whole number on the side of `sign`. */
function toward(value: Decimal, sign: 1 | -1): Decimal {
  const cut = cutTo(value, 0);
  const order = compareDecimals(value, cut);
  if (order === 0 || order !== sign) return cut;
  return new Decimal(
    typeof cut.digits === 'bigint' ? cut.digits + BigInt(sign) : cut.digits + sign,
    0,
  );
}

function remainder(a: Integer, b: Integer): Integer {
  if (b === 0) throw problems['sql-division-by-zero']({});
  return remainderOfIntegers(a, b);
}

const SIGNIFICANT = 16;
const SCALE_MAX = 1000;

/** numeric's sqrt: 16 significant digits at least, and the argument's scale. */
function rootOfDecimal(value: Decimal): Decimal {
  if (!value.finite) return value;
  if (value.digits < 0) throw negativeRoot();
  const groups = Math.ceil(digitsBefore(value) / 4);
  const weight = value.digits === 0 ? 0 : groups > 0 ? groups - 1 : leadingWeight(value);
  const before = Math.trunc((weight * 4) / 2) + 1;
  const scale = Math.min(Math.max(SIGNIFICANT - before, value.scale, 0), SCALE_MAX);
  return squareRoot(value, scale);
}

/** The place of the first base-10000 digit of a fraction: −1 for the first behind the point. */
function leadingWeight({digits, scale}: Decimal): number {
  return -(Math.floor((scale - String(digits).length) / 4) + 1);
}

const negativeRoot = () =>
  problems['sql-value']({message: 'cannot take square root of a negative number'});

function logarithm(value: number, compute: (value: number) => number): number {
  if (value === 0) throw problems['sql-value']({message: 'cannot take logarithm of zero'});
  if (value < 0)
    throw problems['sql-value']({message: 'cannot take logarithm of a negative number'});
  return compute(value);
}

function power(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) {
    throw problems['sql-value']({message: 'zero raised to a negative power is undefined'});
  }
  if (base < 0 && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw problems['sql-value']({
      message: 'a negative number raised to a non-integer power yields a complex result',
    });
  }
  // C has 1 raised to anything, NaN too, as 1; JavaScript has not.
  return base === 1 ? 1 : finite(base ** exponent, base, exponent);
}

const wholes = (): Overload[] =>
  (['int2', 'int4', 'int8'] as const).flatMap((kind) => [
    define(`abs(${kind}) ${kind}`, (a: Integer) => fitting(absolute(a), kind)),
    define(`mod(${kind}, ${kind}) ${kind}`, remainder),
  ]);

const decimals = (): Overload[] => [
  define('abs(numeric) numeric', absoluteDecimal),
  define('mod(numeric, numeric) numeric', remainderOfDecimals),
  define('div(numeric, numeric) numeric', (a: Decimal, b: Decimal) => cutTo(divideWhole(a, b), 0)),
  define('round(numeric) numeric', (a: Decimal) => roundedTo(a, 0)),
  define('round(numeric, int4) numeric', (a: Decimal, scale: number) =>
    roundedTo(a, Math.max(Math.min(scale, 2000), -2000)),
  ),
  define('trunc(numeric) numeric', (a: Decimal) => cutTo(a, 0)),
  define('trunc(numeric, int4) numeric', (a: Decimal, scale: number) =>
    cutTo(a, Math.max(Math.min(scale, 2000), -2000)),
  ),
  define('ceil(numeric) numeric', (a: Decimal) => (a.finite ? toward(a, 1) : a)),
  define('ceiling(numeric) numeric', (a: Decimal) => (a.finite ? toward(a, 1) : a)),
  define('floor(numeric) numeric', (a: Decimal) => (a.finite ? toward(a, -1) : a)),
  define('sign(numeric) numeric', (a: Decimal) =>
    Number.isNaN(a.digits) ? a : new Decimal(compareDecimals(a, ZERO), 0),
  ),
  define('sqrt(numeric) numeric', rootOfDecimal),
];

/** Exactly, before it is cut: a quotient rounded up would be one too many. */
function divideWhole(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || !b.finite || b.digits === 0) return divideDecimals(a, b);
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [cutTo(a, scale), cutTo(b, scale)];
  return new Decimal(integer(BigInt(left.digits) / BigInt(right.digits)), 0);
}

const floats = (): Overload[] => [
  define('abs(float4) float4', Math.abs),
  define('abs(float8) float8', Math.abs),
  define('round(float8) float8', roundedToEven),
  define('trunc(float8) float8', Math.trunc),
  define('ceil(float8) float8', Math.ceil),
  define('ceiling(float8) float8', Math.ceil),
  define('floor(float8) float8', Math.floor),
  define('sign(float8) float8', (a: number) => (a > 0 ? 1 : a < 0 ? -1 : Number.isNaN(a) ? a : 0)),
  define('sqrt(float8) float8', (a: number) => {
    if (a < 0) throw negativeRoot();
    return Math.sqrt(a);
  }),
  define('power(float8, float8) float8', power),
  define('pow(float8, float8) float8', power),
  define('exp(float8) float8', (a: number) => finite(Math.exp(a), a)),
  define('ln(float8) float8', (a: number) => logarithm(a, Math.log)),
  define('log(float8) float8', (a: number) => logarithm(a, Math.log10)),
  define('degrees(float8) float8', (a: number) => (a / Math.PI) * 180),
  define('radians(float8) float8', (a: number) => a * (Math.PI / 180)),
  define('pi() float8', () => Math.PI),
];

/** Functions of numbers. */
export const math = (): readonly Overload[] => [...wholes(), ...decimals(), ...floats()];
