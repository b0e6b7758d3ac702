import {Boxed} from '../../../data/value.ts';

/** A temporal value of openCypher: a date, a time, a moment or a duration. */
export abstract class Temporal extends Boxed {
  /** The place of the type among the temporal types, from 0 to 9, in ORDER BY. */
  abstract readonly rank: number;

  /** Negative, 0 or positive; null where the two do not compare. */
  abstract compare(other: Temporal): number | null;

  /** A total order among values of one type. */
  abstract order(other: Temporal): number;

  /** A component by its name, such as `year`; undefined where there is none. */
  abstract component(name: string): number | bigint | string | null | undefined;

  override json(): string {
    return JSON.stringify(this.toString());
  }
}
