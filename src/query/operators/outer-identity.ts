import {type Key, keyPart, NULL_PART} from '../../data/key.ts';

/** The identities that rows of one kept row have, as it meets others and loses them. */
export interface KeptIdentity {
  /** That of the lone row. */
  lone(): Key;
  /** That of the pair with a row; there is a match, maybe this one. */
  of(other: Key): Key;
  /** The lone row becomes the pair with a row: what they share. */
  first(other: Key): Key;
  /** The last pair becomes the lone row: what they share. */
  last(other: Key): Key;
  /**
   * What of it the rows do not tell, as a text that `recalledIdentity` reads; undefined where
   * a row that had just been read would have the same. `met` counts the rows that it has met
   * since it was lone, those that are gone too.
   */
  memory(met: number): string | undefined;
}

/** The identity of a kept row as it was when its memory was written. */
export function recalledIdentity(kept: Key, text: string): KeptIdentity {
  const [one, two] = JSON.parse(text) as (Key | null)[];
  return new OuterIdentity(kept, {one: one ?? undefined, two: two ?? undefined});
}

/** Of a row that meets one other at most: its own identity, with a partner and without. */
export function singleIdentity(kept: Key): KeptIdentity {
  const same = (): Key => kept;
  return {lone: same, of: same, first: same, last: same, memory: () => undefined};
}

/**
 * The identities of what an outer join makes of one kept row: pairs with the rows it
 * meets, or itself beside nulls.
 *
 * The rule wanted: the first match of a lone row is an *update* of it (nulls become
 * values), each further one an addition; and when the last match goes, its row becomes
 * the lone one again, by update. So identities are handed on, yet stay unique, and no row
 * changes its identity while it stays.
 *
 * The scheme: identities are places, one named after each row of the other side and one
 * named NULL_PART. A pair stands in its own row's place, and a lone row in place
 * NULL_PART; except that the first match takes the place the lone row had, and a row that
 * becomes lone keeps the place of its last match. Say the lone row stood in place `s` and
 * row `r` comes first: r stands in s, and if ever row s comes, it stands in r's place,
 * which is free. The places are the rows with those two swapped; other rows never notice.
 * So one swap is all there is to remember, and every question is answered in O(1).
 *
 * Which of several matches stands in NULL_PART's place depends on which came first, and so
 * does the place of what is left of them. That is what `memory` keeps over a restart.
 */
export class OuterIdentity implements KeptIdentity {
  readonly #kept: string;
  /** While lone: the place it stands in. While matched: the row in place `#two`, if any. */
  #one: Key | undefined;
  #two: Key | undefined;

  constructor(kept: Key, {one, two}: {one?: Key | undefined; two?: Key | undefined} = {}) {
    this.#kept = partOf(kept);
    this.#one = one;
    this.#two = two;
  }

  memory(met: number): string | undefined {
    const asRead = met === 0 ? this.#one === undefined : met === 1 && this.#two === undefined;
    // Of a row that has met one, that one has the lone row's place.
    if (asRead && (met === 0 || this.#one !== undefined)) return undefined;
    return JSON.stringify([this.#one ?? null, this.#two ?? null]);
  }

  /** The identity of the lone row. */
  lone(): string {
    return this.#at(this.#one);
  }

  /** The identity of the pair with a row; there is a match, maybe this one. */
  of(other: Key): string {
    return this.#at(this.#placeOf(other));
  }

  /** The lone row becomes the pair with `other`: the identity they share. */
  first(other: Key): string {
    const place = this.#one;
    if (place === other) this.#swap(undefined, undefined);
    else this.#swap(other, place);
    return this.#at(place);
  }

  /** The pair with `other`, the last one, becomes the lone row: the identity they share. */
  last(other: Key): string {
    const place = this.#placeOf(other);
    this.#swap(place, undefined);
    return this.#at(place);
  }

  #placeOf(other: Key): Key | undefined {
    if (this.#one === undefined) return other;
    if (other === this.#one) return this.#two;
    return other === this.#two ? this.#one : other;
  }

  #swap(one: Key | undefined, two: Key | undefined): void {
    this.#one = one;
    this.#two = two;
  }

  #at(place: Key | undefined): string {
    return `${this.#kept}|${place === undefined ? NULL_PART : partOf(place)}`;
  }
}

/** The identity of a row of the other side that a full join keeps without a match. */
export const otherAlone = (other: Key): string => `${NULL_PART}|${partOf(other)}`;

const partOf = (key: Key): string => (typeof key === 'number' ? String(key) : keyPart(key));
