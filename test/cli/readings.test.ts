import {expect, test} from 'vitest';
import {
  type AlertState,
  alertState,
  type Followed,
  follow,
  HOLD_MS,
} from '../../src/cli/readings.ts';

/** Follows one metric through readings of [ms, value in the table, measured]. */
function written(
  name: string,
  readings: [nowMs: number, inTable: number | 'own', measured: number][],
) {
  let known: Followed | undefined;
  let table = 0;
  return readings.map(([nowMs, inTable, measured]) => {
    if (inTable !== 'own') table = inTable;
    const {followed, write} = follow(name, {known, inTable: table, measured, nowMs});
    known = followed;
    if (write !== undefined) table = write;
    return write;
  });
}

test('the first reading replaces whatever stands in the table', () => {
  expect(written('cpu_usage', [[0, 45.5, 12]])).toEqual([12]);
});

test('a processor is written each time it has moved', () => {
  expect(
    written('cpu_usage', [
      [0, 45.5, 12],
      [1000, 'own', 13],
      [2000, 'own', 13],
      [3000, 'own', 13.01],
    ]),
  ).toEqual([12, 13, undefined, 13.01]);
});

test('a disk is written when it has moved by a tenth in all, in however small steps', () => {
  expect(
    written('disk_usage', [
      [0, 78.1, 50],
      [1000, 'own', 50.05],
      [2000, 'own', 50.1],
      [3000, 'own', 50.15],
    ]),
  ).toEqual([50, undefined, 50.1, undefined]);
});

test('a value set by hand stays, however the measurement moves, until its time is over', () => {
  expect(
    written('cpu_usage', [
      [0, 45.5, 12],
      [1000, 95, 13],
      [2000, 'own', 14],
      [HOLD_MS, 'own', 15],
      [HOLD_MS + 1000, 'own', 16],
    ]),
  ).toEqual([12, undefined, undefined, undefined, 16]);
});

test('setting it again by hand begins its time anew', () => {
  expect(
    written('cpu_usage', [
      [0, 45.5, 12],
      [1000, 95, 13],
      [HOLD_MS, 96, 14],
      [HOLD_MS + 2000, 'own', 15],
    ]),
  ).toEqual([12, undefined, undefined, undefined]);
});

test('a disk set by hand stays past its time while the disk itself has not moved', () => {
  expect(
    written('disk_usage', [
      [0, 78.1, 50],
      [1000, 95, 50],
      [HOLD_MS * 10, 'own', 50.05],
      [HOLD_MS * 11, 'own', 50.2],
    ]),
  ).toEqual([50, undefined, undefined, 50.2]);
});

/** The kinds an alert goes through, one reading a second. */
function kinds(name: string, values: number[]): string {
  let state: AlertState = {kind: 'clear'};
  return values
    .map((value, second) => {
      state = alertState(name, {state, value, nowMs: second * 1000});
      return state.kind === 'raised' ? '!' : '.';
    })
    .join('');
}

test.each<[line: string, name: string, values: number[], expected: string]>([
  ['on the threshold is not above it', 'disk_usage', [90, 90.01], '.!'],
  ['a value on the edge raises once', 'cpu_usage', [81, 79, 81, 79, 81, 76], '!!!!!!'],
  ['low for five seconds clears', 'cpu_usage', [81, 70, 70, 70, 70, 70, 70], '!!!!!!.'],
  [
    'one high value begins the five anew',
    'cpu_usage',
    [81, 70, 70, 77, 70, 70, 70, 70],
    '!!!!!!!!',
  ],
  ['what has no threshold has no alert', 'network_in', [1e9], '.'],
])('%s', (_line, name, values, expected) => {
  expect(kinds(name, values)).toBe(expected);
});
