/** From here on, floats are summed at a smaller size, so that no partial sum overflows. */
const LARGE = 2 ** 960;
const SHRINK = 2 ** -200;

/**
 * A sum of floats without error: what was added and taken away again leaves nothing.
 *
 * It holds the sum as floats that do not overlap (Shewchuk 1997, as Python's math.fsum),
 * mostly one to three of them; only the answer is rounded, once. NaN and infinities are
 * counted beside it, since nothing can be subtracted from them.
 */
export class ExactSum {
  #partials: number[] = [];
  #large: number[] = [];
  #nans = 0;
  #infinities = 0;
  #negativeInfinities = 0;

  add(value: number): void {
    if (Number.isFinite(value)) this.#grow(value);
    else this.#count(value, 1);
  }

  remove(value: number): void {
    if (Number.isFinite(value)) this.#grow(-value);
    else this.#count(value, -1);
  }

  /** The float nearest to the sum; beyond the largest, an infinity. */
  value(): number {
    if (this.#nans > 0 || (this.#infinities > 0 && this.#negativeInfinities > 0)) return Number.NaN;
    if (this.#infinities > 0) return Infinity;
    if (this.#negativeInfinities > 0) return -Infinity;
    if (this.#large.length === 0) return rounded(this.#partials);
    return rounded(this.#large) / SHRINK + rounded(this.#partials);
  }

  #grow(value: number): void {
    if (Math.abs(value) < LARGE) grow(this.#partials, value);
    else grow(this.#large, value * SHRINK);
  }

  #count(value: number, by: 1 | -1): void {
    if (Number.isNaN(value)) this.#nans += by;
    else if (value > 0) this.#infinities += by;
    else this.#negativeInfinities += by;
  }
}

/** Adds a float to an expansion: partial sums that do not overlap, the smallest first. */
function grow(partials: number[], value: number): void {
  let sum = value;
  let kept = 0;
  for (let i = 0; i < partials.length; i++) {
    const partial = partials[i] as number;
    const high = sum + partial;
    const low = Math.abs(sum) < Math.abs(partial) ? sum - (high - partial) : partial - (high - sum);
    if (low !== 0) partials[kept++] = low;
    sum = high;
  }
  partials.length = kept;
  if (sum !== 0) partials.push(sum);
}

/** The float nearest to an expansion, ties to even. */
function rounded(partials: readonly number[]): number {
  let at = partials.length - 1;
  let high = partials[at] ?? 0;
  let low = 0;
  while (at > 0 && low === 0) {
    at -= 1;
    const next = partials[at] as number;
    const sum = high + next;
    low = next - (sum - high);
    high = sum;
  }
  // A tie between two floats is decided by what comes after it.
  const below = partials[at - 1] ?? 0;
  if (low < 0 === below < 0 && low !== 0 && below !== 0) {
    const twice = low * 2;
    const up = high + twice;
    if (up - high === twice) return up;
  }
  return high;
}
