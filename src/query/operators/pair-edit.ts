import type {Edit} from '../../data/delta.ts';
import {type Key, pairKey} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';

/** The keys of a pair's two rows. */
export interface PairKeys {
  readonly left: Key;
  readonly right: Key;
}

/**
 * An edit of a pair of rows. Its key is a text that takes longer to write than the rest of
 * the edit, and an aggregate above a join never reads it: so it is written when it is asked
 * for. Whoever needs it more than once keeps it.
 */
export class PairEdit implements Edit {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  readonly #left: Key;
  readonly #right: Key;

  constructor({left, right}: PairKeys, before: Row | undefined, after: Row | undefined) {
    this.before = before;
    this.after = after;
    this.#left = left;
    this.#right = right;
  }

  get key(): Key {
    return pairKey(this.#left, this.#right);
  }
}
