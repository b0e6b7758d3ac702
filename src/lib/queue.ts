import {assert} from './assert.ts';

/** A first-in-first-out queue between one producer and one consumer, with a limit. */
export interface Queue<T> {
  /** Whether the item went in: false when the queue is full or closed. */
  offer(item: T): boolean;
  /** The next item, waiting for one; undefined once the queue is closed and empty. */
  take(): Promise<T | undefined>;
  /** Every item that stands in the queue now, without waiting. */
  drain(): T[];
  /** No more items come in; what stands in it can still be taken. */
  close(): void;
  readonly length: number;
}

/** `max`: how many items may stand in the queue; a further one is refused by `offer`. */
export function boundedQueue<T>(max: number): Queue<T> {
  assert(max > 0, 'a queue holds at least one item');
  let items: T[] = [];
  let open = true;
  let waiting: ((item: T | undefined) => void) | undefined;

  return {
    offer(item) {
      if (!open || items.length >= max) return false;
      if (waiting) {
        waiting(item);
        waiting = undefined;
      } else items.push(item);
      return true;
    },
    take() {
      assert(!waiting, 'a queue has one consumer');
      if (items.length > 0) return Promise.resolve(items.shift());
      if (!open) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    drain() {
      const drained = items;
      items = [];
      return drained;
    },
    close() {
      open = false;
      waiting?.(undefined);
      waiting = undefined;
    },
    get length() {
      return items.length;
    },
  };
}
