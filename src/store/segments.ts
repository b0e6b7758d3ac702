/** Events that were written together. */
export interface Segment {
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
  /** When it was written, milliseconds since 1970. */
  readonly atMs: number;
  /** The same by the log's own time, which nobody sets. */
  readonly timeMs: number;
}

export interface TrimLimits {
  /** Events up to this one are gone whatever else. */
  readonly trimmed: number;
  readonly bytes: number;
  /** Segments before this time are gone. */
  readonly timeMs: number;
}

/**
 * The segments of a log on disk, oldest first. Those at its beginning may be gone for
 * readers and on disk all the same, until a checkpoint needs them no more.
 *
 * There may be one for each commit of an hour: what a commit asks costs the same for any
 * number of them.
 */
export class Segments {
  #all: Segment[] = [];
  /** Bytes of all there ever were, up to and with the segment at the same place. */
  #sums: number[] = [];
  #sum = 0;
  /** How many at the beginning are gone for readers. */
  #gone = 0;

  constructor(all: Iterable<Segment>) {
    for (const segment of all) this.add(segment);
  }

  /** On disk. */
  get bytes(): number {
    return this.#sum - this.#before(0);
  }

  get last(): Segment | undefined {
    return this.#all.at(-1);
  }

  /** The oldest on disk. */
  get first(): Segment | undefined {
    return this.#all[0];
  }

  /** The oldest that readers may have some of. */
  get oldest(): Segment | undefined {
    return this.#all[this.#gone];
  }

  add(segment: Segment): void {
    this.#all.push(segment);
    this.#sum += segment.bytes;
    this.#sums.push(this.#sum);
  }

  /** Answers up to which event all are gone then. */
  trim(limits: TrimLimits): number {
    let {trimmed} = limits;
    for (let oldest = this.oldest; oldest; oldest = this.oldest) {
      const held = this.#sum - this.#before(this.#gone);
      const within = held <= limits.bytes && oldest.timeMs >= limits.timeMs;
      if (within && oldest.last > trimmed) break;
      if (!within) trimmed = Math.max(trimmed, oldest.last);
      this.#gone += 1;
    }
    return trimmed;
  }

  /** The one that an event stands in. */
  of(sequence: number): Segment | undefined {
    const found = this.#all[this.#after(sequence - 1)];
    return found && found.first <= sequence ? found : undefined;
  }

  /** Bytes of those with events after a sequence. */
  bytesAfter(sequence: number): number {
    return this.#sum - this.#before(this.#after(sequence));
  }

  /** Forgets those that are gone for readers and end at or before `needed`; answers them. */
  prune(needed: number): readonly Segment[] {
    const count = Math.min(this.#gone, this.#after(needed));
    this.#sums.splice(0, count);
    this.#gone -= count;
    return this.#all.splice(0, count);
  }

  #before(index: number): number {
    const segment = this.#all[index];
    return segment ? this.#sums[index]! - segment.bytes : this.#sum;
  }

  /** The place of the first that ends after a sequence. */
  #after(sequence: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#all[middle]!.last <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
