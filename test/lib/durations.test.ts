import {expect, test} from 'vitest';
import {durationCounter} from '../../src/lib/durations.ts';

test('what took so long at most is in the bucket and in those above; the rest in the count alone', () => {
  const counter = durationCounter([0.001, 0.01]);
  for (const ms of [0, 1, 1.5, 10, 10.5, 7000]) counter.add(ms);
  expect(counter.read()).toEqual({
    count: 6,
    sumSeconds: 7.023,
    buckets: [
      {seconds: 0.001, count: 2},
      {seconds: 0.01, count: 4},
    ],
  });
});

test('nothing was counted in the beginning', () => {
  expect(durationCounter([1]).read()).toEqual({
    count: 0,
    sumSeconds: 0,
    buckets: [{seconds: 1, count: 0}],
  });
});
