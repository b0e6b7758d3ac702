import {Boxed, type Value} from '../../../data/value.ts';

/** A float among values of type `any`, where a plain number is an integer. */
export class CypherFloat extends Boxed {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  /** NaN equals itself here: DISTINCT and grouping put NaNs together. */
  key(): string {
    return String(this.value + 0);
  }

  /** What JSON has no number for goes out as a string, as Postgres does it. */
  json(): string {
    return Number.isFinite(this.value) ? String(this.value) : JSON.stringify(String(this.value));
  }

  toString(): string {
    return floatText(this.value);
  }
}

/** As openCypher prints a float: with a point or an exponent, so that it reads as one. */
export function floatText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

export const boxFloat = (value: Value): Value => new CypherFloat(value as number);
