import {identicalRows} from '../../data/compare.ts';
import {storedRow} from '../../data/stored-row.ts';
import type {Row} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';

/**
 * Rows that SQL calls equal, and how many there are. They may print differently (1.0 and
 * 1.00); the one that stands for all is the first by its text, so that which one it is
 * follows from the rows that are there and not from their history.
 */
export class EqualRows {
  readonly #variants: {readonly row: Row; count: number}[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The row that stands for all; there is one. */
  get row(): Row {
    const [first] = this.#variants;
    assert(first !== undefined, 'no row is left to stand for the others');
    return first.row;
  }

  add(row: Row): void {
    this.#count += 1;
    const held = this.#variants.find((variant) => identicalRows(variant.row, row));
    if (held) {
      held.count += 1;
      return;
    }
    const text = printed(row);
    const after = this.#variants.findIndex((variant) => printed(variant.row) > text);
    this.#variants.splice(after < 0 ? this.#variants.length : after, 0, {row, count: 1});
  }

  remove(row: Row): void {
    const at = this.#variants.findIndex((variant) => identicalRows(variant.row, row));
    const held = this.#variants[at];
    assert(held !== undefined, 'a row to take from its equals is not among them');
    this.#count -= 1;
    held.count -= 1;
    if (held.count === 0) this.#variants.splice(at, 1);
  }
}

/** Their texts, and what these do not tell: an interval has none, and 0 and −0 have one. */
const printed = (row: Row): string => `${row.join('\u0000')} ${JSON.stringify(storedRow(row))}`;
