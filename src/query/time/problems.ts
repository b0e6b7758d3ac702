import {catalogue} from '../../lib/problem.ts';

/** What can be wrong with how a query asks for time. */
export const problems = catalogue({
  'current-time': {
    cause: [
      'A query uses the current time otherwise than alone on one side of a comparison, with a',
      'duration added or taken away. Then nobody can say when a row changes by time alone.',
    ].join(' '),
    remedy: [
      'Compare it with something of the row: `m.at > datetime() - duration({minutes: 5})`. Where the',
      'time itself is wanted, each event tells the time of its transaction.',
    ].join(' '),
    status: 400,
    say: ({what, hint}: {what: string; hint?: string | undefined}) => ({
      message: `${what} cannot be used like this`,
      detail: 'Its value changes without any row changing.',
      hint:
        hint ??
        'compare it with something of the row, alone on its side, in the WHERE of a MATCH or WITH: m.at > datetime() - duration({minutes: 5})',
    }),
  },
  'time-function-misplaced': {
    cause:
      'A function of time stands where it cannot watch rows: in a pattern, or over an aggregate.',
    remedy: 'Compute what it takes in a WITH before, and call it on the name.',
    status: 400,
    say: ({name, hint}: {name: string; hint: string}) => ({
      message: `${name} cannot stand here`,
      hint,
    }),
  },
});
