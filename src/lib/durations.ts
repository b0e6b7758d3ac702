/** How long things took, counted by how long. */
export interface Durations {
  readonly count: number;
  readonly sumSeconds: number;
  /** How many took so long at most, by rising bounds; those that took longer are in `count`. */
  readonly buckets: readonly {readonly seconds: number; readonly count: number}[];
}

export interface DurationCounter {
  add(ms: number): void;
  read(): Durations;
}

/** `bounds`: in seconds, rising. */
export function durationCounter(bounds: readonly number[]): DurationCounter {
  const counts = bounds.map(() => 0);
  let count = 0;
  let sumMs = 0;
  return {
    add(ms) {
      count += 1;
      sumMs += ms;
      const at = bounds.findIndex((seconds) => ms <= seconds * 1000);
      if (at >= 0) counts[at]! += 1;
    },
    read() {
      let sum = 0;
      const buckets = bounds.map((seconds, at) => {
        sum += counts[at]!;
        return {seconds, count: sum};
      });
      return {count, sumSeconds: sumMs / 1000, buckets};
    },
  };
}
