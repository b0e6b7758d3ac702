import {compareText} from './compare-text.ts';
import type {Decimal} from './decimal.ts';
import type {Integer} from './integer.ts';

/**
 * A value in memory. Its form follows from its type:
 *
 * | type | form |
 * |---|---|
 * | bool | boolean |
 * | int2 int4 int8 | Integer: number where safe, else bigint |
 * | float4 float8 | number; NaN, ±Infinity and -0 among them |
 * | numeric | Decimal |
 * | text bpchar uuid json jsonb enum other | string, as Postgres prints it |
 * | bytea | string: Postgres's hex form, `\x0aff` |
 * | date | days since 1970-01-01, ±Infinity |
 * | timestamp timestamptz | Integer: microseconds since 1970 (UTC for timestamptz), ±Infinity |
 * | time | microseconds since midnight |
 * | timetz | string, as Postgres prints it |
 * | interval | Interval |
 * | array | array of the element's form; several dimensions nest |
 * | any | says what it is by itself: boolean, Integer, string, Decimal, array, or Boxed |
 *
 * SQL's NULL is null, in every type.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Interval
  | Boxed
  | readonly Value[];

/**
 * Postgres's interval: three parts that no fixed number of seconds joins. Postgres 17's
 * `infinity` and `-infinity` have ±Infinity in all three.
 */
export class Interval {
  readonly months: number;
  readonly days: number;
  /** An integer of 64 bits, hence not always a safe number; or ±Infinity. */
  readonly micros: Integer;

  constructor(months: number, days: number, micros: Integer) {
    this.months = months;
    this.days = days;
    this.micros = micros;
  }
}

/**
 * A value of type `any` whose JavaScript form would not tell its type: a float, a map, a
 * temporal value, a node. The languages define their own.
 */
export abstract class Boxed {
  /**
   * A text that equal values share and unequal ones do not, also of other classes: a float
   * takes `numberKey` (`data/any.ts`), which says how the other kinds begin theirs.
   */
  abstract key(): string;
  /** Its JSON text. */
  abstract json(): string;
  /** Its plain text. */
  abstract toString(): string;
  /** Itself as JSON can hold it: what `Revive` of its language (`stored-row.ts`) takes. */
  abstract stored(): unknown;

  /** Its kind's place in the order of all kinds: see `RANK` in `data/any.ts`. */
  kindRank(): number {
    return 0;
  }

  /** Its place in ORDER BY against a value of the same rank: negative, 0 or positive. */
  orderAgainst(other: Value): number {
    return other instanceof Boxed ? compareText(this.key(), other.key()) : -1;
  }
}

/**
 * A row: its values in the order of its columns, which a schema names. Rows are never
 * changed after they are made, and are shared freely.
 */
export type Row = readonly Value[];
