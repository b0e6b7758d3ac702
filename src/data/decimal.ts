import {
  addIntegers,
  type Integer,
  integer,
  multiplyIntegers,
  negateInteger,
  powerOfTen,
  subtractIntegers,
} from './integer.ts';

/**
 * Postgres's `numeric`: `digits` × 10^−`scale`, exact, with the scale that Postgres
 * prints (95.00 and 95.0 are equal and print differently). The three special values have
 * NaN or ±Infinity for digits, and scale 0.
 */
export class Decimal {
  readonly digits: Integer;
  readonly scale: number;

  constructor(digits: Integer, scale: number) {
    this.digits = digits;
    this.scale = scale;
  }

  /** Whether it is a number, and neither NaN nor infinite. */
  get finite(): boolean {
    return typeof this.digits === 'bigint' || Number.isFinite(this.digits);
  }

  /** As Postgres prints it: `-12.50`, `NaN`, `Infinity`. */
  toString(): string {
    if (!this.finite || this.scale === 0) return String(this.digits);
    const negative = this.digits < 0;
    const text = String(negative ? negateInteger(this.digits) : this.digits);
    const padded = text.padStart(this.scale + 1, '0');
    const point = padded.length - this.scale;
    return `${negative ? '-' : ''}${padded.slice(0, point)}.${padded.slice(point)}`;
  }
}

const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Reads Postgres's text of a numeric, exponents too; undefined where it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  return parsePlain(text) ?? parsePatterned(text);
}

/** Up to this many digits are a safe number. */
const SAFE_DIGITS = 15;

/** What Postgres prints for finite numerics, `-12.50`; undefined for any other text. */
function parsePlain(text: string): Decimal | undefined {
  const negative = text.charCodeAt(0) === 45;
  const start = negative ? 1 : 0;
  let number = 0;
  let point = -1;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) number = number * 10 + digit;
    else if (digit === -2 && point < 0) point = at;
    else return undefined;
  }
  const digits = text.length - start - (point < 0 ? 0 : 1);
  if (digits === 0) return undefined;
  const scale = point < 0 ? 0 : text.length - point - 1;
  if (digits <= SAFE_DIGITS) return new Decimal(negative ? 0 - number : number, scale);
  const figures = point < 0 ? text : text.slice(0, point) + text.slice(point + 1);
  return new Decimal(integer(BigInt(figures)), scale);
}

/** Postgres's limits on the digits behind and before a numeric's point. */
const SCALE_MAX = 16_383;
const DIGITS_MAX = 131_072;

function parsePatterned(text: string): Decimal | undefined {
  const match = PATTERN.exec(text.trim());
  if (!match) return parseSpecial(text.trim());
  const [, sign, whole = '', fraction = '', exponent] = match;
  const figures = whole + fraction;
  if (figures === '') return undefined;
  const unsigned = integer(BigInt(figures));
  const digits = sign === '-' ? negateInteger(unsigned) : unsigned;
  if (exponent === undefined) return new Decimal(digits, fraction.length);
  const scale = fraction.length - Number(exponent);
  if (scale > SCALE_MAX || -scale > DIGITS_MAX) return undefined;
  return scale >= 0
    ? new Decimal(digits, scale)
    : new Decimal(multiplyIntegers(digits, powerOfTen(-scale)), 0);
}

function parseSpecial(text: string): Decimal | undefined {
  const word = text.toLowerCase();
  if (word === 'nan') return new Decimal(Number.NaN, 0);
  const match = /^([+-]?)inf(?:inity)?$/.exec(word);
  if (!match) return undefined;
  return new Decimal(match[1] === '-' ? -Infinity : Infinity, 0);
}

/** The digits `decimal` has at a larger scale. */
export function digitsAt(decimal: Decimal, scale: number): Integer {
  return decimal.scale === scale
    ? decimal.digits
    : multiplyIntegers(decimal.digits, powerOfTen(scale - decimal.scale));
}

/** Postgres's order: −∞ < numbers < ∞ < NaN, and NaN equals itself. Negative, 0 or positive. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.digits === b.digits && a.scale === b.scale) return 0;
  if (!a.finite || !b.finite) return specialRank(a) - specialRank(b);
  const scale = Math.max(a.scale, b.scale);
  const left = digitsAt(a, scale);
  const right = digitsAt(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

function specialRank({digits}: Decimal): number {
  if (digits === -Infinity) return 0;
  if (digits === Infinity) return 2;
  return Number.isNaN(digits) ? 3 : 1;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || !b.finite) return new Decimal(Number(a.digits) + Number(b.digits), 0);
  const scale = Math.max(a.scale, b.scale);
  return new Decimal(addIntegers(digitsAt(a, scale), digitsAt(b, scale)), scale);
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || !b.finite) return new Decimal(Number(a.digits) - Number(b.digits), 0);
  const scale = Math.max(a.scale, b.scale);
  return new Decimal(subtractIntegers(digitsAt(a, scale), digitsAt(b, scale)), scale);
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || !b.finite) return new Decimal(Number(a.digits) * Number(b.digits), 0);
  return new Decimal(multiplyIntegers(a.digits, b.digits), a.scale + b.scale);
}

/** A text that equal decimals share, whatever their scales: 95.00 and 95 have one. */
export function decimalKey(decimal: Decimal): string {
  if (!decimal.finite || decimal.scale === 0) return String(decimal.digits);
  if (decimal.digits === 0) return '0';
  const text = decimal.toString();
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  if (text.charCodeAt(end - 1) === 46) end -= 1;
  return text.slice(0, end);
}

/** The nearest float8, as Postgres casts it. */
export function decimalToFloat(decimal: Decimal): number {
  return Number(decimal.toString());
}
