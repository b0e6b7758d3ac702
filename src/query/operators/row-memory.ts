import type {Key} from '../../data/key.ts';

/**
 * What an operator remembers of its rows that the rows do not tell: texts by key, from
 * which one that is made after a restart goes on.
 */
export interface OperatorMemory {
  all(): Iterable<readonly [Key, string]>;
  /**
   * What is another since it was asked last; undefined: forgotten. Asked for the first
   * time, and nothing recalled: all of it.
   */
  changes(): Iterable<readonly [Key, string | undefined]>;
  /** Before the first step, which brings all rows: what to go on from. */
  recall(texts: ReadonlyMap<Key, string>): void;
}

/** The same, as the operator sees it. Until somebody asks or recalls, it notes nothing. */
export interface RowMemory extends OperatorMemory {
  /** What is remembered of a row is another now, or nothing any more. */
  touch(key: Key): void;
  /** What was recalled of a row, told once. Who does not go on from it has to `touch`. */
  take(key: Key): string | undefined;
  /** The first step is over: what was recalled of rows that did not come is forgotten. */
  settle(): void;
}

/** `keys` names rows of which something may be remembered, `textOf` says what. */
export function rowMemory({
  keys,
  textOf,
}: {
  keys: () => Iterable<Key>;
  textOf: (key: Key) => string | undefined;
}): RowMemory {
  let changed: Set<Key> | undefined;
  let recalled = new Map<Key, string>();

  function* all(): Generator<readonly [Key, string]> {
    for (const key of keys()) {
      const text = textOf(key);
      if (text !== undefined) yield [key, text];
    }
  }

  return {
    all,
    *changes() {
      const asked = changed;
      changed = new Set();
      if (!asked) yield* all();
      else for (const key of asked) yield [key, textOf(key)];
    },
    recall(texts) {
      recalled = new Map(texts);
      changed = new Set();
    },
    touch(key) {
      changed?.add(key);
    },
    take(key) {
      if (recalled.size === 0) return undefined;
      const text = recalled.get(key);
      recalled.delete(key);
      return text;
    },
    settle() {
      for (const key of recalled.keys()) changed?.add(key);
      recalled.clear();
    },
  };
}
