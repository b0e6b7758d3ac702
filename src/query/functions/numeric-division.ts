import {Decimal} from '../../data/decimal.ts';
import {addIntegers, type Integer, integer, negateInteger} from '../../data/integer.ts';

/** Postgres computes a quotient to this many significant digits at least. */
const SIGNIFICANT_DIGITS = 16;
/** Postgres's numeric digits hold four decimal ones. */
const GROUP = 4;
const SCALE_MAX = 1000;

/** a / b as Postgres divides numerics, with the scale that it chooses. `b` is not 0. */
export function divideNumeric(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || !b.finite) {
    if (a.finite) return new Decimal(Number.isNaN(b.digits) ? Number.NaN : 0, 0);
    return new Decimal(Number(a.digits) / (b.finite ? Math.sign(Number(b.digits)) : Number.NaN), 0);
  }
  const scale = quotientScale(a, b);
  const shift = scale + b.scale - a.scale;
  const numerator = BigInt(a.digits) * 10n ** BigInt(Math.max(shift, 0));
  const denominator = BigInt(b.digits) * 10n ** BigInt(Math.max(-shift, 0));
  return new Decimal(integer(dividedRound(numerator, denominator)), scale);
}

/**
 * The scale of a quotient: enough for 16 significant digits, and no less than either
 * side's. From select_div_scale in Postgres's numeric.c, which estimates the quotient's
 * size by the first base-10000 digits.
 */
export function quotientScale(a: Decimal, b: Decimal): number {
  const left = firstGroup(a);
  const right = firstGroup(b);
  const weight = left.weight - right.weight - (left.digit <= right.digit ? 1 : 0);
  const scale = Math.max(SIGNIFICANT_DIGITS - weight * GROUP, a.scale, b.scale, 0);
  return Math.min(scale, SCALE_MAX);
}

/** The first base-10000 digit of a number and its place: 0 for the units. */
function firstGroup({digits, scale}: Decimal): {weight: number; digit: number} {
  const text = String(digits < 0 ? -digits : digits);
  if (text === '0') return {weight: 0, digit: 0};
  const before = text.length - scale;
  const weight = Math.ceil(before / GROUP) - 1;
  const length = before - weight * GROUP;
  return {weight, digit: Number(text.slice(0, length).padEnd(length, '0'))};
}

/**
 * sum / count with the scale that Postgres's avg has, as `divideNumeric` computes it. An
 * average is answered for each change of its group, so this is done in floats that hold
 * whole numbers, four digits at a time, where the sum is safe.
 */
export function averageOf(sum: Integer, count: number): Decimal {
  if (typeof sum !== 'number' || count > COUNT_MAX) {
    return divideNumeric(new Decimal(sum, 0), new Decimal(count, 0));
  }
  const size = Math.abs(sum);
  let weight = 0;
  let [left, right] = [size, count];
  for (; left >= 10_000; weight += 1) left = Math.floor(left / 10_000);
  for (; right >= 10_000; weight -= 1) right = Math.floor(right / 10_000);
  if (left <= right) weight -= 1;
  const groups = Math.max(SIGNIFICANT_DIGITS / GROUP - weight, 0);

  let high = wholeQuotient(size, count);
  let rest = size - high * count;
  let low = 0;
  let lowGroups = 0;
  for (let i = 0; i < groups; i++) {
    const dividend = rest * 10_000;
    const digits = wholeQuotient(dividend, count);
    rest = dividend - digits * count;
    if (lowGroups === 0 && high < HIGH_MAX) high = high * 10_000 + digits;
    else {
      low = low * 10_000 + digits;
      lowGroups += 1;
    }
  }
  if (rest * 2 >= count) low += 1;
  const digits = lowGroups === 0 ? addIntegers(high, low) : joined(high, low, lowGroups);
  return new Decimal(sum < 0 ? negateInteger(digits) : digits, groups * GROUP);
}

/** Above it, a remainder times 10,000 would not be a safe integer. */
const COUNT_MAX = 900_000_000;
/** Below it, a number times 10,000 and four digits more is a safe integer. */
const HIGH_MAX = 900_000_000_000;

/** ⌊a / b⌋ of safe integers, though the float a / b may be rounded up to the next one. */
function wholeQuotient(a: number, b: number): number {
  const quotient = Math.floor(a / b);
  return quotient * b > a ? quotient - 1 : quotient;
}

/** `low` has at most four groups: 16 digits, which as a float are still exact. */
function joined(high: number, low: number, lowGroups: number): Integer {
  return integer(BigInt(high) * (POWERS[lowGroups] ?? 1n) + BigInt(low));
}

const POWERS: readonly bigint[] = Array.from({length: 8}, (_, i) => 10n ** BigInt(GROUP * i));

/** The quotient of two integers, halves away from zero. */
export function dividedRound(a: bigint, b: bigint): bigint {
  const negative = a < 0n !== b < 0n;
  const dividend = a < 0n ? -a : a;
  const divisor = b < 0n ? -b : b;
  const quotient = (dividend * 2n + divisor) / (divisor * 2n);
  return negative ? -quotient : quotient;
}

/** The square root of a number that is not negative, rounded to a scale. */
export function squareRoot({digits, scale}: Decimal, to: number): Decimal {
  // One digit more than asked for decides the rounding.
  const shift = 2 * (to + 1) - scale;
  const scaled =
    shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : BigInt(digits) / 10n ** BigInt(-shift);
  return new Decimal(integer((floorRoot(scaled) + 5n) / 10n), to);
}

/** ⌊√n⌋ by Newton's method, from above. */
function floorRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  while (true) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
