import {Decimal, digitsAt} from '../../../data/decimal.ts';
import {integer} from '../../../data/integer.ts';

/** The fewest significant digits of a quotient. */
const SIGNIFICANT_MIN = 16;
const SCALE_MAX = 16_383;

/**
 * a / b as Postgres divides numerics: to at least 16 significant digits, and no scale
 * less than either operand's; the last digit is rounded half away from zero.
 * The rule is `select_div_scale` in Postgres's numeric.c. `b` is not 0.
 */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || !b.finite) return divideSpecial(a, b);
  const scale = quotientScale(a, b);
  // One digit more than is kept decides how to round.
  const shift = scale + 1 + b.scale - a.scale;
  const top = BigInt(a.digits) * 10n ** BigInt(Math.max(shift, 0));
  const bottom = BigInt(b.digits) * 10n ** BigInt(Math.max(-shift, 0));
  const quotient = top / bottom;
  const rounded = (quotient + (quotient < 0n ? -5n : 5n)) / 10n;
  return new Decimal(integer(rounded), scale);
}

function divideSpecial(a: Decimal, b: Decimal): Decimal {
  const top = a.finite ? Math.sign(Number(a.digits)) : Number(a.digits);
  const bottom = b.finite ? Math.sign(Number(b.digits)) : Number(b.digits);
  return new Decimal(top / bottom + 0, 0);
}

function quotientScale(a: Decimal, b: Decimal): number {
  const [weightA, firstA] = leading(a);
  const [weightB, firstB] = leading(b);
  let weight = weightA - weightB;
  if (firstA <= firstB) weight -= 1;
  const scale = SIGNIFICANT_MIN - weight * 4;
  return Math.min(Math.max(scale, a.scale, b.scale, 0), SCALE_MAX);
}

/** The weight and the value of the first digit in Postgres's base of 10,000. */
function leading(decimal: Decimal): readonly [weight: number, first: number] {
  const figures = String(decimal.digits).replace('-', '');
  if (figures === '0') return [0, 0];
  const exponent = figures.length - 1 - decimal.scale;
  const weight = Math.floor(exponent / 4);
  const first = Number(
    figures.slice(0, exponent - weight * 4 + 1).padEnd(exponent - weight * 4 + 1, '0'),
  );
  return [weight, first];
}

/** What dividing to a whole number leaves, with the sign of `a`. `b` is not 0. */
export function remainderOfDecimals(a: Decimal, b: Decimal): Decimal {
  if (!a.finite || Number.isNaN(b.digits)) return new Decimal(Number.NaN, 0);
  if (!b.finite) return a;
  const scale = Math.max(a.scale, b.scale);
  const left = BigInt(digitsAt(a, scale));
  return new Decimal(integer(left % BigInt(digitsAt(b, scale))), scale);
}
