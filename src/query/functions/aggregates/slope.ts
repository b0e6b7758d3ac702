import type {Value} from '../../../data/value.ts';
import type {Accumulator} from '../../plan.ts';
import {ratio, unitsOf} from './float-units.ts';

/**
 * The slope of the line that lies nearest to all points (x, y), by least squares; null
 * where the points do not spread along x. From the exact sums of the values and of their
 * products, rounded once in the answer: a point comes and goes in the same time however
 * many there are, and which came first makes no difference. Points that are not numbers
 * are left out.
 */
export class Slope implements Accumulator {
  #count = 0n;
  #x = 0n;
  #y = 0n;
  #squares = 0n;
  #products = 0n;
  /** Points of which x, or only y, is infinite or NaN: such a point has no place in the sums. */
  #boundlessX = 0;
  #boundlessY = 0;

  add(point: Value): void {
    this.#change(point as readonly Value[], 1n);
  }

  remove(point: Value): void {
    this.#change(point as readonly Value[], -1n);
  }

  result(): Value {
    if (this.#boundlessX > 0) return null;
    const spread = this.#count * this.#squares - this.#x * this.#x;
    if (spread === 0n) return null;
    if (this.#boundlessY > 0) return Number.NaN;
    const rise = this.#count * this.#products - this.#x * this.#y;
    return rise < 0n ? -ratio(-rise, spread) : ratio(rise, spread);
  }

  #change([left = null, right = null]: readonly Value[], sign: 1n | -1n): void {
    if (typeof left !== 'number' || typeof right !== 'number') return;
    if (!Number.isFinite(left)) {
      this.#boundlessX += Number(sign);
      return;
    }
    if (!Number.isFinite(right)) {
      this.#boundlessY += Number(sign);
      return;
    }
    const x = unitsOf(left);
    this.#count += sign;
    this.#x += sign * x;
    this.#squares += sign * x * x;
    const y = unitsOf(right);
    this.#y += sign * y;
    this.#products += sign * x * y;
  }
}
