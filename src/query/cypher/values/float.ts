import {compareAny, floatDecimal, numberJson, numberKey, RANK} from '../../../data/any.ts';
import {storedValue} from '../../../data/stored-row.ts';
import {Boxed, type Value} from '../../../data/value.ts';
import type {StoredBox} from './stored-box.ts';

/** A float among values of type `any`, where a plain number is an integer. */
export class CypherFloat extends Boxed {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  /** 1.0 is the value that 1 is, to grouping as to `=`. */
  key(): string {
    return numberKey(floatDecimal(this.value + 0));
  }

  json(): string {
    return numberJson(this.value);
  }

  toString(): string {
    return floatText(this.value);
  }

  stored(): StoredBox {
    return ['float', storedValue(this.value)];
  }

  override kindRank(): number {
    return RANK.number;
  }

  override orderAgainst(other: Value): number {
    const right = other instanceof CypherFloat ? floatDecimal(other.value) : other;
    return compareAny(floatDecimal(this.value), right);
  }
}

/** As openCypher prints a float: with a point or an exponent, so that it reads as one. */
export function floatText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

export const boxFloat = (value: Value): Value => new CypherFloat(value as number);
