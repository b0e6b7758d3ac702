import {expect, test} from 'vitest';
import {leftAt} from '../../src/postgres/timeline.ts';

const HISTORY = `1\t0/3000148\tno recovery target specified

2\t1/A0000000\tbefore 2026-01-02 03:04:05+00
`;

test.each<[timeline: number, left: bigint | undefined]>([
  [1, 0x3000148n],
  [2, 0x1a0000000n],
  [3, undefined],
])('a history says where timeline %i was left', (timeline, left) => {
  expect(leftAt(HISTORY, timeline)).toBe(left);
});

test('an empty history names none', () => {
  expect(leftAt('', 1)).toBeUndefined();
});
