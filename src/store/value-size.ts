import {Decimal} from '../data/decimal.ts';
import type {Value} from '../data/value.ts';

/** Of a number, a time. */
const VALUE_CHARACTERS = 12;

/** About how many characters a value comes to: where it may come to many, it is looked at. */
export function valueCharacters(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) {
    let characters = 0;
    for (const one of value as readonly Value[]) characters += valueCharacters(one);
    return characters;
  }
  // Digits to the base of 16 are nearly as many, and made in one pass.
  const wide = value instanceof Decimal && typeof value.digits === 'bigint';
  return wide ? value.digits.toString(16).length : VALUE_CHARACTERS;
}
