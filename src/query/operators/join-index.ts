import type {Key} from '../../data/key.ts';
import {assert} from '../../lib/assert.ts';
import {HELD_MAX, room} from './room.ts';

/**
 * One side of a join: its rows by join key, then by their own. Rows whose join key holds a
 * NULL are kept under null where a join must remember them: no row of the other side
 * asks for those.
 *
 * Most join keys of one side have a single row, so a map is made only for the second.
 */
export class JoinIndex<Item extends {readonly key: Key}> {
  readonly #buckets = new Map<Key | null, Item | Map<Key, Item>>();
  readonly #max: number;
  #size = 0;

  constructor(max = HELD_MAX) {
    this.#max = max;
  }

  add(joinKey: Key | null, item: Item): void {
    const bucket = this.#buckets.get(joinKey);
    if (bucket instanceof Map) {
      room(bucket, this.#max, 'rows of one join key');
      bucket.set(item.key, item);
    } else if (bucket === undefined) {
      room(this.#buckets, this.#max, 'join keys');
      this.#buckets.set(joinKey, item);
    } else {
      const both = new Map<Key, Item>();
      both.set(bucket.key, bucket);
      both.set(item.key, item);
      this.#buckets.set(joinKey, both);
    }
    this.#size += 1;
  }

  /** The item of a row that is there. */
  find(joinKey: Key | null, key: Key): Item {
    const bucket = this.#buckets.get(joinKey);
    const item = bucket instanceof Map ? bucket.get(key) : bucket;
    if (item?.key !== key) assert(false, `row ${key} is not in the join's index`);
    return item;
  }

  remove(joinKey: Key | null, key: Key): Item {
    const item = this.find(joinKey, key);
    const bucket = this.#buckets.get(joinKey);
    if (bucket instanceof Map && bucket.size > 1) bucket.delete(key);
    else this.#buckets.delete(joinKey);
    this.#size -= 1;
    return item;
  }

  /** Calls `visit` for each row of a join key. The index does not change meanwhile. */
  each(joinKey: Key | null, visit: (item: Item) => void): void {
    const bucket = this.#buckets.get(joinKey);
    if (bucket === undefined) return;
    if (bucket instanceof Map) for (const item of bucket.values()) visit(item);
    else visit(bucket);
  }

  has(joinKey: Key | null): boolean {
    return this.#buckets.has(joinKey);
  }

  get size(): number {
    return this.#size;
  }
}
