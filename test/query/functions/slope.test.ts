import {expect, test} from 'vitest';
import {random} from '../../../src/lib/random.ts';
import {Slope} from '../../../src/query/functions/aggregates/slope.ts';

/** By least squares, in two passes over all points. */
function slopeOf(points: readonly (readonly [number, number])[]): number | null {
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  const middleX = mean(points.map(([x]) => x));
  const middleY = mean(points.map(([, y]) => y));
  const spread = points.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0);
  const rise = points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0);
  return spread > 1e-9 ? rise / spread : null;
}

test('is the slope of the points that are there, whatever came and went', () => {
  const next = random(1);
  const slope = new Slope();
  const points: [number, number][] = [];
  for (let step = 0; step < 500; step++) {
    if (points.length > 0 && next() < 0.45) {
      slope.remove(points.splice(Math.floor(next() * points.length), 1)[0]!);
    } else {
      const point: [number, number] = [Math.floor(next() * 5) / 10, (next() - 0.5) * 1e3];
      points.push(point);
      slope.add(point);
    }
    const expected = slopeOf(points);
    if (expected === null) expect(slope.result()).toBe(null);
    else expect(slope.result()).toBeCloseTo(expected, 6);
  }
});

test('leaves nothing of a point behind, however large it was', () => {
  const slope = new Slope();
  for (const point of [
    [1, 2],
    [2, 4],
    [3, 6],
  ])
    slope.add(point);
  slope.add([1e200, -1e150]);
  expect(slope.result()).not.toBe(2);
  slope.remove([1e200, -1e150]);
  expect(slope.result()).toBe(2);
});

test('knows no slope of an infinite x, no number of an infinite y, and forgets both', () => {
  const slope = new Slope();
  for (const point of [
    [1, 2],
    [2, 1],
  ])
    slope.add(point);
  slope.add([3, Number.POSITIVE_INFINITY]);
  expect(slope.result()).toBe(Number.NaN);
  slope.add([Number.NaN, 1]);
  expect(slope.result()).toBe(null);
  slope.remove([3, Number.POSITIVE_INFINITY]);
  slope.remove([Number.NaN, 1]);
  expect(slope.result()).toBe(-1);
});

test('a point without a number is no point', () => {
  const slope = new Slope();
  for (const point of [
    [1, 1],
    [2, 3],
    [5, null],
  ])
    slope.add(point);
  expect(slope.result()).toBe(2);
  slope.remove([5, null]);
  expect(slope.result()).toBe(2);
});
