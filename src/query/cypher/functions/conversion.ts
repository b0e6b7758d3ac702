import {Decimal, parseDecimal} from '../../../data/decimal.ts';
import type {Integer} from '../../../data/integer.ts';
import {BOOL, FLOAT8, INT8, TEXT, type Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {CypherFloat} from '../values/float.ts';
import {asFloat, decimalFloat, isNumeric, isWhole, wholeOf} from '../values/number.ts';
import {Temporal} from '../values/temporal.ts';
import {entry, type FunctionEntry, refuse} from './entry.ts';

/** Undefined where a value of the type cannot be converted, null where its text tells none. */
type Convert = (value: Value) => Value | undefined;

/** `toX` refuses a value of the wrong type, `toXOrNull` makes null of it. */
function pair(name: string, takes: string, type: Type, convert: Convert): readonly FunctionEntry[] {
  const usage: readonly [string, number] = [`one value: ${takes}`, 1];
  return [
    entry(name, usage, type, (value) => {
      const converted = convert(value);
      return converted === undefined ? refuse(name, takes, value) : converted;
    }),
    entry(`${name}OrNull`, usage, type, (value) => convert(value) ?? null),
  ];
}

export const CONVERSION_FUNCTIONS: readonly FunctionEntry[] = [
  ...pair('toInteger', 'a number or a string', INT8, toInteger),
  ...pair('toFloat', 'a number or a string', FLOAT8, toFloat),
  ...pair('toBoolean', 'a boolean or a string', BOOL, toBoolean),
  ...pair('toString', 'a number, a boolean, a string or a temporal value', TEXT, toText),
];

export function toInteger(value: Value): Value | undefined {
  if (isWhole(value)) return value;
  if (value instanceof CypherFloat) return wholeOf(value.value) ?? null;
  if (value instanceof Decimal) return wholeOfDecimal(value);
  if (typeof value !== 'string') return undefined;
  const decimal = /^\s*[+-]?[\d.]/.test(value) ? parseDecimal(value) : undefined;
  return decimal ? wholeOfDecimal(decimal) : null;
}

function wholeOfDecimal({digits, scale, finite}: Decimal): Integer | null {
  if (!finite) return null;
  const whole = BigInt(digits) / 10n ** BigInt(scale);
  return whole >= -(2n ** 63n) && whole < 2n ** 63n ? (wholeBig(whole) ?? null) : null;
}

const wholeBig = (value: bigint): Integer => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

export function toFloat(value: Value): Value | undefined {
  if (isNumeric(value)) return asFloat(value);
  if (typeof value !== 'string') return undefined;
  const decimal = /^\s*[+-]?[\d.]/.test(value) ? parseDecimal(value) : undefined;
  return decimal ? decimalFloat(decimal) : null;
}

export function toBoolean(value: Value): Value | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' || (word === 'false' ? false : null);
}

export function toText(value: Value): Value | undefined {
  const plain = typeof value === 'string' || typeof value === 'boolean';
  return plain || isNumeric(value) || value instanceof Temporal ? String(value) : undefined;
}
