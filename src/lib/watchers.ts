/** Those who are told that something may have changed; what it is now, they ask. */
export interface Watchers {
  /** Calls all of them. */
  tell(): void;
  /** Calls `listener` from now on; the answer ends it. */
  watch(listener: () => void): () => void;
}

export function watchers(): Watchers {
  const listeners = new Set<() => void>();
  return {
    tell() {
      for (const listener of listeners) listener();
    },
    watch(listener) {
      // A function of its own for each call, so that one listener may watch twice.
      const entry = (): void => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  };
}
