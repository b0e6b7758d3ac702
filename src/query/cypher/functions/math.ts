import {Decimal} from '../../../data/decimal.ts';
import {integer} from '../../../data/integer.ts';
import {ANY, FLOAT8, INT8} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {dividedRound} from '../../functions/numeric-division.ts';
import {CypherFloat} from '../values/float.ts';
import {asFloat, compareNumbers, isNumeric, isWhole, negate} from '../values/number.ts';
import {entry, type FunctionEntry, refuse} from './entry.ts';

const ONE: readonly [string, number] = ['one number', 1];

/** A function of floats: every number is one to it. */
const ofFloat = (name: string, compute: (value: number) => number): FunctionEntry =>
  entry(name, ONE, FLOAT8, (value) => compute(float(name, value)));

export const MATH_FUNCTIONS: readonly FunctionEntry[] = [
  ofFloat('sqrt', Math.sqrt),
  ofFloat('exp', Math.exp),
  ofFloat('log', Math.log),
  ofFloat('log10', Math.log10),
  ofFloat('sin', Math.sin),
  ofFloat('cos', Math.cos),
  ofFloat('tan', Math.tan),
  ofFloat('cot', (value) => 1 / Math.tan(value)),
  ofFloat('asin', Math.asin),
  ofFloat('acos', Math.acos),
  ofFloat('atan', Math.atan),
  ofFloat('degrees', (value) => (value * 180) / Math.PI),
  ofFloat('radians', (value) => (value * Math.PI) / 180),
  ofFloat('haversin', (value) => (1 - Math.cos(value)) / 2),
  entry('atan2', ['two numbers', 2], FLOAT8, (y, x) =>
    Math.atan2(float('atan2', y), float('atan2', x)),
  ),
  entry('pi', ['nothing', 0], FLOAT8, () => Math.PI),
  entry('e', ['nothing', 0], FLOAT8, () => Math.E),
  entry('isNaN', ONE, {kind: 'bool'}, (value) => Number.isNaN(float('isNaN', value))),
  entry('abs', ONE, ANY, (value) => {
    if (!isNumeric(value)) return refuse('abs', 'a number', value);
    return compareNumbers(value, 0) < 0 ? negate(value) : value;
  }),
  entry('sign', ONE, INT8, (value) => {
    if (!isNumeric(value)) return refuse('sign', 'a number', value);
    const order = compareNumbers(value, 0);
    return Number.isNaN(order) ? 0 : Math.sign(order);
  }),
  entry('ceil', ONE, ANY, (value) => rounded('ceil', value, {to: 0, mode: 'CEILING'})),
  entry('ceiling', ONE, ANY, (value) => rounded('ceiling', value, {to: 0, mode: 'CEILING'})),
  entry('floor', ONE, ANY, (value) => rounded('floor', value, {to: 0, mode: 'FLOOR'})),
  entry('round', ['a number, a precision and a mode', 1, 3], ANY, round),
];

function float(name: string, value: Value): number {
  return isNumeric(value) ? asFloat(value) : refuse(name, 'a number', value);
}

const MODES = ['UP', 'DOWN', 'CEILING', 'FLOOR', 'HALF_UP', 'HALF_DOWN', 'HALF_EVEN'] as const;
type Mode = (typeof MODES)[number];

/** Without a precision, halves go up: round(-1.5) is -1. With one, away from zero. */
function round(value: Value, precision?: Value, mode?: Value): Value {
  if (precision === undefined) {
    const half = new Decimal(5, 1);
    if (value instanceof Decimal) {
      const up = value.finite && value.digits < 0 ? 'HALF_DOWN' : 'HALF_UP';
      return rounded('round', value, {to: 0, mode: up});
    }
    const number = float('round', value);
    return new CypherFloat(Math.floor(number + asFloat(half)));
  }
  if (!isWhole(precision) || precision < 0 || precision > 100) {
    return refuse('round', 'a precision from 0 to 100', precision);
  }
  const found = mode === undefined ? 'HALF_UP' : MODES.find((known) => known === mode);
  if (!found) return refuse('round', `one of the modes ${MODES.join(', ')}`, mode ?? null);
  return rounded('round', value, {to: Number(precision), mode: found});
}

/** A numeric stays a numeric, exactly; every other number gives a float. */
function rounded(name: string, value: Value, {to, mode}: {to: number; mode: Mode}): Value {
  if (value instanceof Decimal) return roundedDecimal(value, to, mode);
  const number = float(name, value);
  if (!Number.isFinite(number)) return new CypherFloat(number);
  if (to === 0 && mode === 'CEILING') return new CypherFloat(Math.ceil(number));
  if (to === 0 && mode === 'FLOOR') return new CypherFloat(Math.floor(number));
  const exact = exactDecimal(number);
  return new CypherFloat(Number(roundedDecimal(exact, to, mode).toString()));
}

/** The decimal that a float prints as. */
function exactDecimal(number: number): Decimal {
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e');
  const digits = BigInt(mantissa.replace('.', ''));
  const scale = (mantissa.split('.')[1] ?? '').length - Number(exponent);
  return scale >= 0
    ? new Decimal(integer(digits), scale)
    : new Decimal(integer(digits * 10n ** BigInt(-scale)), 0);
}

function roundedDecimal(value: Decimal, to: number, mode: Mode): Decimal {
  if (!value.finite) return value;
  if (value.scale <= to) return value;
  const unit = 10n ** BigInt(value.scale - to);
  return new Decimal(integer(quotient(BigInt(value.digits), unit, mode)), to);
}

/** digits / unit, a whole number by the mode; `unit` is a power of ten. */
function quotient(digits: bigint, unit: bigint, mode: Mode): bigint {
  const cut = digits / unit;
  const rest = digits % unit;
  if (rest === 0n) return cut;
  const away = cut + (digits < 0n ? -1n : 1n);
  const twice = (rest < 0n ? -rest : rest) * 2n;
  switch (mode) {
    case 'UP':
      return away;
    case 'DOWN':
      return cut;
    case 'CEILING':
      return digits > 0n ? away : cut;
    case 'FLOOR':
      return digits < 0n ? away : cut;
    case 'HALF_UP':
      return dividedRound(digits, unit);
    case 'HALF_DOWN':
      return twice > unit ? away : cut;
    case 'HALF_EVEN':
      return twice > unit || (twice === unit && cut % 2n !== 0n) ? away : cut;
  }
}
