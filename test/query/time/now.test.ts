import {expect, test} from 'vitest';
import type {Key} from '../../../src/data/key.ts';
import {MICROS_PER_DAY} from '../../../src/data/temporal-calendar.ts';
import {BOOL, INTERVAL, TIMESTAMPTZ} from '../../../src/data/type.ts';
import {Interval, type Row} from '../../../src/data/value.ts';
import {random} from '../../../src/lib/random.ts';
import {timed} from '../../../src/query/operators/timed.ts';
import {later} from '../../../src/query/time/calendar.ts';
import {type Comparison, nowComparison} from '../../../src/query/time/now.ts';
import {expectTimed} from '../../support/expect-timed.ts';

const COMPARISONS: readonly Comparison[] = ['=', '<>', '<', '<=', '>', '>='];

function holds(comparison: Comparison, left: number, right: number): boolean {
  switch (comparison) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

test.each(COMPARISONS)('now() %s a moment follows the time, after any history', (comparison) => {
  expectTimed(
    () =>
      timed({
        width: 2,
        functions: [
          {
            function: nowComparison(comparison, 'microsecond'),
            args: [
              {kind: 'column', index: 0, type: TIMESTAMPTZ},
              {kind: 'column', index: 1, type: INTERVAL},
            ],
            type: BOOL,
          },
        ],
      }),
    (history) => {
      const {now, rows} = history.at(-1)!;
      const valued = [...rows].map(([key, row]): [Key, Row] => {
        const [moment = null, shift] = row;
        const left = now + Number((shift as Interval).micros);
        return [key, [...row, moment === null ? null : holds(comparison, left, Number(moment))]];
      });
      return new Map(valued);
    },
    (pick) => [
      pick([1001, 1010, 1030, 1050, Infinity, -Infinity, null]),
      new Interval(0, 0, pick([-7, 0, 12])),
    ],
  );
});

test.each(COMPARISONS)(
  'a clock of milliseconds %s a fraction is right at every step',
  (comparison) => {
    for (let seed = 1; seed <= 50; seed++) {
      const next = random(seed);
      const target = Math.floor(next() * 20) / 2;
      const shift = Math.floor(next() * 7) - 3;
      const clock = nowComparison(comparison, 'millisecond');
      let state = clock.step(undefined, [target, shift], {now: 0, changed: true});
      for (let now = 0; now < 20_000; now += 100) {
        if (state.due !== undefined && state.due <= now) {
          state = clock.step(state, [target, shift], {now, changed: false});
        }
        const expected = holds(comparison, Math.floor(now / 1000) + shift, target);
        expect(state.value, `seed ${seed} at ${now}`).toBe(expected);
      }
    }
  },
);

test('a date of today changes at midnight, and not before', () => {
  const clock = nowComparison('>', 'day');
  const noon = 20_000.5 * MICROS_PER_DAY;
  const state = clock.step(undefined, [20_000, new Interval(0, 0, 0)], {now: noon, changed: true});
  expect(state).toEqual({value: false, due: 20_001 * MICROS_PER_DAY});
  expect(clock.step(state, [20_000, 0], {now: state.due!, changed: false}).value).toBe(true);
});

test.each(COMPARISONS)(
  'a month ago %s a moment is right at every hour around the ends of months',
  (comparison) => {
    const start = Date.UTC(2026, 1, 20) * 1000;
    const hour = 3_600_000_000;
    const clock = nowComparison(comparison, 'microsecond');
    for (const months of [-1, -2, 1]) {
      const shift = new Interval(months, 0, 0);
      for (let day = 0; day < 12; day++) {
        const target = later(start + day * MICROS_PER_DAY + 10 * hour, shift);
        let state = clock.step(undefined, [target, shift], {now: start, changed: true});
        for (let now = start; now < start + 20 * MICROS_PER_DAY; now += hour) {
          if (state.due !== undefined && state.due <= now) {
            state = clock.step(state, [target, shift], {now, changed: false});
          }
          expect(
            state.value,
            `${months} months, day ${day}, ${new Date(now / 1000).toISOString()}`,
          ).toBe(holds(comparison, later(now, shift), target));
        }
      }
    }
  },
);

test('a row far from its moment is not looked at before it comes near', () => {
  const clock = nowComparison('>', 'microsecond');
  const shift = new Interval(-1, 0, 0);
  const start = Date.UTC(2026, 0, 1) * 1000;
  let looks = 0;
  let now = start;
  let state = clock.step(undefined, [start + 300 * MICROS_PER_DAY, shift], {now, changed: true});
  while (state.due !== undefined && looks < 50) {
    looks += 1;
    now = state.due;
    state = clock.step(state, [start + 300 * MICROS_PER_DAY, shift], {now, changed: false});
  }
  expect(state.value).toBe(true);
  expect(looks).toBeLessThan(20);
});
