import type {Key} from '../../data/key.ts';
import {assert} from '../../lib/assert.ts';

/** The rows of one side that have a join key: most have one, so a map is made for the second. */
type Items<Item> = undefined | Item | Map<Key, Item>;

/** The rows of both sides that have one join key. */
export interface Bucket<Item> {
  left: Items<Item>;
  right: Items<Item>;
}

export type SideName = 'left' | 'right';

/**
 * Both sides of an inner join: their rows by join key, then by their own. An edit needs its
 * own row and those of the other side, and with both under one key it looks up once: a
 * look-up in a large map is most of what a join costs.
 */
export class PairIndex<Item extends {readonly key: Key}> {
  readonly #buckets = new Map<Key, Bucket<Item>>();
  #size = 0;

  /** The rows of a join key that is there. */
  bucket(joinKey: Key): Bucket<Item> {
    const bucket = this.#buckets.get(joinKey);
    if (!bucket) assert(false, `join key ${joinKey} is not in the join's index`);
    return bucket;
  }

  add(joinKey: Key, side: SideName, item: Item): Bucket<Item> {
    this.#size += 1;
    let bucket = this.#buckets.get(joinKey);
    if (!bucket) {
      bucket = {left: undefined, right: undefined};
      this.#buckets.set(joinKey, bucket);
    }
    const items = bucket[side];
    if (items === undefined) bucket[side] = item;
    else if (items instanceof Map) items.set(item.key, item);
    else {
      const both = new Map<Key, Item>();
      both.set(items.key, items);
      both.set(item.key, item);
      bucket[side] = both;
    }
    return bucket;
  }

  /** Takes a row out that is there, and answers what its join key still has. */
  remove(joinKey: Key, side: SideName, key: Key): Bucket<Item> {
    const bucket = this.bucket(joinKey);
    const items = bucket[side];
    found(items, key);
    if (items instanceof Map && items.size > 1) items.delete(key);
    else bucket[side] = undefined;
    if (bucket.left === undefined && bucket.right === undefined) this.#buckets.delete(joinKey);
    this.#size -= 1;
    return bucket;
  }

  get size(): number {
    return this.#size;
  }
}

/** The item of a row that is there. */
export function found<Item extends {readonly key: Key}>(items: Items<Item>, key: Key): Item {
  const item = items instanceof Map ? items.get(key) : items;
  if (item?.key !== key) assert(false, `row ${key} is not in the join's index`);
  return item;
}

export function eachItem<Item>(items: Items<Item>, visit: (item: Item) => void): void {
  if (items === undefined) return;
  if (items instanceof Map) for (const item of items.values()) visit(item);
  else visit(items);
}
