import type {Key} from '../data/key.ts';
import {catalogue, Problem, type Saying} from '../lib/problem.ts';

/** What can go wrong while a query runs. */
export const runProblems = catalogue({
  'expression-failed': {
    cause: [
      'An expression of a query cannot be computed for a row: a division by zero, a number out',
      'of range, a text that is no number.',
    ].join(' '),
    remedy: [
      'Correct the row, or guard the expression: `CASE WHEN x <> 0 THEN y / x END`, or a WHERE',
      'that leaves the row out. The query works again by itself once the row is right.',
    ].join(' '),
    status: 409,
    say: ({key, problem}: {key: Key; problem: Problem}): Saying => ({
      message: `${problem.message} (row "${key}")`,
      detail: [
        ...(problem.detail === undefined ? [] : [problem.detail]),
        `An expression of the query failed on the row whose key is "${key}" [${problem.code}].`,
      ].join('\n'),
      hint: problem.hint ?? 'Correct the row, or leave such rows out with a condition.',
    }),
  },
  'query-too-large': {
    cause: [
      'A query holds more rows, groups or join keys of one kind than can be held (16,000,000:',
      'JavaScript has no map of more), or a value that is longer than a text or list can be.',
    ].join(' '),
    remedy: [
      'Have it hold less: a WHERE on what goes into the join or the groups, fewer columns in',
      'GROUP BY or DISTINCT, a smaller aggregate. Other queries go on; this one works again by',
      'itself once there is less.',
    ].join(' '),
    status: 409,
    say: ({max, what}: {max: number | undefined; what: string}): Saying => ({
      message:
        max === undefined
          ? `the query makes something too large (${what})`
          : `the query has more than ${max} ${what}`,
      detail: 'That is as many as can be held.',
      hint: 'have it hold less: a WHERE on what it joins or groups, fewer columns in GROUP BY',
    }),
  },
  'recursion-too-large': {
    cause: [
      'A WITH RECURSIVE query has more rows than `limits.recursionRows`; with UNION ALL over rows',
      'that lead back to each other it would never end.',
    ].join(' '),
    remedy: [
      'Write UNION in place of UNION ALL, or a condition that ends it (`WHERE depth < 20`); or set',
      'the limit higher. The query works again by itself once the rows are fewer.',
    ].join(' '),
    status: 409,
    say: ({rowsMax}: {rowsMax: number}): Saying => ({
      message: `WITH RECURSIVE has more than ${rowsMax} rows`,
      hint: 'write UNION in place of UNION ALL, or end it with a condition: WHERE depth < 20',
    }),
  },
});

/** What tells its row already, or has none. */
const OF_NO_ROW = new Set(['expression-failed', 'query-too-large']);

/**
 * What is thrown for an error that came up at a row: a Problem tells the row's key, and
 * the innermost row at that; anything else is a bug and stays what it is.
 */
export function failedOn(key: Key, error: unknown): unknown {
  if (!(error instanceof Problem) || OF_NO_ROW.has(error.code)) return error;
  return runProblems['expression-failed']({key, problem: error}, {cause: error});
}
