/**
 * Floats as whole numbers: what is summed and multiplied of them is exact, and taking a
 * value away leaves nothing of it behind. Every float is a whole multiple of 2^-1074.
 */
export const UNIT = 1074;

/** A finite float in units of 2^-1074. */
export function unitsOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const units = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return value < 0 ? -units : units;
}

/** The quotient of two integers that are not negative, to about 64 significant bits. */
export function ratio(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  const shift = 64 - (bitsOf(numerator) - bitsOf(denominator));
  const quotient =
    shift >= 0
      ? (numerator << BigInt(shift)) / denominator
      : numerator / (denominator << BigInt(-shift));
  // In two steps, since 2^-shift alone may be too small for a float.
  return Number(quotient) * 2 ** -Math.floor(shift / 2) * 2 ** -Math.ceil(shift / 2);
}

const bitsOf = (value: bigint): number => value.toString(16).length * 4;
