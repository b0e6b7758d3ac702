import {expect, test} from 'vitest';
import {identicalRows} from '../../../src/data/compare.ts';
import type {Key} from '../../../src/data/key.ts';
import {BOOL, INT8, INTERVAL, TIMESTAMPTZ, type Type} from '../../../src/data/type.ts';
import {Interval, type Row, type Value} from '../../../src/data/value.ts';
import type {Expression} from '../../../src/query/expression.ts';
import {timed} from '../../../src/query/operators/timed.ts';
import type {TimeFunction} from '../../../src/query/plan.ts';
import {
  TRUE_FOR,
  TRUE_LATER,
  TRUE_NOW_OR_LATER,
  TRUE_UNTIL,
} from '../../../src/query/time/conditions.ts';
import {
  CHANGED_AT,
  PREVIOUS_DISTINCT_VALUE,
  PREVIOUS_VALUE,
  WITHIN,
} from '../../../src/query/time/history.ts';
import type {Pick, Rows} from '../../support/expect-incremental.ts';
import {expectTimed, type Moment} from '../../support/expect-timed.ts';

const column = (index: number, type: Type): Expression => ({kind: 'column', index, type});
const span = (micros: number) => new Interval(0, 0, micros);
const operator = (called: TimeFunction, types: readonly Type[]) => () =>
  timed({
    width: types.length,
    functions: [{function: called, args: types.map((type, i) => column(i, type)), type: BOOL}],
  });

/** Each row of the last moment with what `value` says of the key's own history. */
function byKey(
  history: readonly Moment[],
  value: (story: readonly {now: number; row: Row}[], now: number) => Value,
): Rows {
  const {rows, now} = history.at(-1)!;
  const valued = [...rows].map(([key, row]): [Key, Row] => {
    const gone = history.findLastIndex((moment) => !moment.rows.has(key));
    const story = history.slice(gone + 1).map((moment) => ({
      now: moment.now,
      row: moment.rows.get(key)!,
    }));
    return [key, [...row, value(story, now)]];
  });
  return new Map(valued);
}

/** A story without the moments at which the row stayed what it was. */
const changes = (story: readonly {now: number; row: Row}[]) =>
  story.filter(({row}, i) => i === 0 || !identicalRows(row, story[i - 1]!.row));

const moments = (pick: Pick): Row => [
  pick([true, false, null]),
  pick([1005, 1020, 1050, 1070, Infinity, -Infinity, null]),
];

const table: readonly [TimeFunction, (holds: boolean) => boolean | null][] = [
  [TRUE_LATER, () => null],
  [TRUE_UNTIL, (holds) => (holds ? null : false)],
  [TRUE_NOW_OR_LATER, (holds) => (holds ? true : null)],
];

test.each(table)('$name follows its row of the table, after any history', (called, early) => {
  expectTimed(
    operator(called, [BOOL, TIMESTAMPTZ]),
    (history) =>
      byKey(history, (story, now) => {
        const [condition = null, moment = null] = story.at(-1)!.row;
        if (condition === null || moment === null) return null;
        return now >= Number(moment) ? condition : early(condition as boolean);
      }),
    moments,
  );
});

test('true_for is true once its condition has held for the interval without a break', () => {
  expectTimed(
    operator(TRUE_FOR, [BOOL, INTERVAL]),
    (history) =>
      byKey(history, (story, now) => {
        const [condition = null, interval = null] = story.at(-1)!.row;
        if (condition === null || interval === null) return null;
        if (condition === false) return false;
        // An interval that is null breaks it off too.
        const broken = story.findLastIndex(({row}) => row[0] !== true || row[1] === null);
        const since = story[broken + 1]!.now;
        return now - since >= Number((interval as Interval).micros) ? true : null;
      }),
    (pick) => [pick([true, true, false, null]), pick([span(0), span(4), span(9), span(15), null])],
  );
});

test('previous_value is what the expression was before the last change of the row', () => {
  expectTimed(
    operator(PREVIOUS_VALUE, [INT8, INT8]),
    (history) =>
      byKey(history, (story) => {
        const told = changes(story);
        return (told.length < 2 ? told[0]!.row[1] : told.at(-2)!.row[0]) ?? null;
      }),
    (pick) => [pick([1, 2, null]), pick([7, 8, null])],
  );
});

test('previous_distinct_value is the last value that was another', () => {
  expectTimed(
    operator(PREVIOUS_DISTINCT_VALUE, [INT8, INT8]),
    (history) =>
      byKey(history, (story) => {
        const current = story.at(-1)!.row[0] ?? null;
        const other = story.findLast(({row}) => row[0] !== current);
        return (other ? other.row[0] : story[0]!.row[1]) ?? null;
      }),
    (pick) => [pick([1, 2, null]), pick([7, 8, null])],
  );
});

test('changed_at is the time of the last change of the row', () => {
  expectTimed(
    operator(CHANGED_AT, [INT8]),
    (history) => byKey(history, (story) => changes(story).at(-1)!.now),
    (pick) => [pick([1, 2, null])],
  );
});

test('a row is within a window until the interval after its last change', () => {
  expectTimed(
    operator(WITHIN, [INTERVAL, INT8]),
    (history) =>
      byKey(history, (story, now) => {
        const [interval = null] = story.at(-1)!.row;
        if (interval === null) return false;
        return now - changes(story).at(-1)!.now < Number((interval as Interval).micros);
      }),
    (pick) => [pick([span(0), span(3), span(10), null]), pick([1, 2])],
  );
});

test('several functions of one row are due one by one', () => {
  const calls = [TRUE_LATER, TRUE_UNTIL].map((called, i) => ({
    function: called,
    args: [column(0, BOOL), column(1 + i, TIMESTAMPTZ)],
    type: BOOL,
  }));
  const running = timed({functions: calls, width: 3});
  const told = running.push([{key: 1, before: undefined, after: [true, 20, 30]}], 10);
  expect(told[0]?.after).toEqual([true, 20, 30, null, null]);
  expect(running.nextDue()).toBe(20);
  expect(running.push([], 20)[0]?.after).toEqual([true, 20, 30, true, null]);
  expect(running.nextDue()).toBe(30);
  expect(running.push([], 30)[0]?.after).toEqual([true, 20, 30, true, true]);
  expect(running.nextDue()).toBeUndefined();
});

test('a condition that months decide is due on the calendar', () => {
  const running = operator(TRUE_FOR, [BOOL, INTERVAL])();
  const january31 = Date.UTC(2026, 0, 31, 10) * 1000;
  running.push([{key: 1, before: undefined, after: [true, new Interval(1, 1, 5)]}], january31);
  expect(running.nextDue()).toBe(Date.UTC(2026, 2, 1, 10) * 1000 + 5);
});
