/**
 * An exact integer of any size, in one form for each value: a number where it is safe
 * (within ±2^53 − 1), else a bigint. So `===` is equality and `<` is order.
 */
export type Integer = number | bigint;

/** The one form of an integer. `value` is integral. */
export function integer(value: number | bigint): Integer {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function addIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return integer(BigInt(a) + BigInt(b));
}

export function subtractIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return integer(BigInt(a) - BigInt(b));
}

export function multiplyIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // Adding 0 turns -0, which no integer is, into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return integer(BigInt(a) * BigInt(b));
}

/** 10^exponent; `exponent` is a whole number from 0. */
export function powerOfTen(exponent: number): Integer {
  return exponent <= 15 ? 10 ** exponent : 10n ** BigInt(exponent);
}

/** a / b, cut towards zero; `b` is not 0. */
export function divideIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
  return integer(BigInt(a) / BigInt(b));
}

/** What `divideIntegers` leaves, with the sign of `a`; `b` is not 0. */
export function remainderOfIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return integer(BigInt(a) % BigInt(b));
}

export function negateInteger(a: Integer): Integer {
  return typeof a === 'number' ? 0 - a : integer(-a);
}
