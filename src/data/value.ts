import type {Decimal} from './decimal.ts';

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

/** Postgres's interval: three parts that no fixed number of seconds joins. */
export class Interval {
  readonly months: number;
  readonly days: number;
  readonly micros: number;

  constructor(months: number, days: number, micros: number) {
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
  /** A text that equal values of one class share and unequal ones do not. */
  abstract key(): string;
  /** Its JSON text. */
  abstract json(): string;
  /** Its plain text. */
  abstract toString(): string;
}

/**
 * A row: its values in the order of its columns, which a schema names. Rows are never
 * changed after they are made, and are shared freely.
 */
export type Row = readonly Value[];
