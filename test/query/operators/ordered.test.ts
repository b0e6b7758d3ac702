import {expect, test} from 'vitest';
import {random} from '../../../src/lib/random.ts';
import {Ordered} from '../../../src/query/operators/ordered.ts';

const byNumber = (a: number, b: number): number => a - b;

test('is the sorted list of its items, whatever was added and removed', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = random(seed);
    const ordered = new Ordered(byNumber);
    const list: number[] = [];
    for (let step = 0; step < 3000; step++) {
      // Grows to many nodes, then shrinks to few.
      if (list.length > 0 && next() < (step < 2000 ? 0.2 : 0.9)) {
        const [item] = list.splice(Math.floor(next() * list.length), 1);
        ordered.remove(item!);
      } else {
        const item = Math.floor(next() * 500);
        list.push(item);
        ordered.add(item);
      }
      if (step % 50 > 0) continue;
      const sorted = list.toSorted(byNumber);
      expect([...ordered], `seed ${seed}, step ${step}`).toEqual(sorted);
      expect(ordered.map((item) => -item)).toEqual(sorted.map((item) => -item));
      expect(ordered.size).toBe(sorted.length);
      expect(ordered.first).toBe(sorted[0]);
      expect(ordered.last).toBe(sorted.at(-1));
      const rank = Math.floor(next() * (sorted.length + 1));
      expect(ordered.at(rank)).toBe(sorted[rank]);
      const item = Math.floor(next() * 500);
      expect(ordered.rank(item)).toBe(sorted.filter((other) => other < item).length);
    }
    for (const item of list) ordered.remove(item);
    expect([...ordered]).toEqual([]);
    expect(ordered.size).toBe(0);
  }
});
