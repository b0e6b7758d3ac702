import {Boxed, type Value} from '../../../data/value.ts';

/** A temporal value of openCypher: a date, a time, a moment or a duration. */
export abstract class Temporal extends Boxed {
  /** Negative, 0 or positive; null where the two do not compare. */
  abstract compare(other: Temporal): number | null;

  /** A component by its name, such as `year`; undefined where there is none. */
  abstract component(name: string): Value | undefined;

  override json(): string {
    return JSON.stringify(this.toString());
  }
}
