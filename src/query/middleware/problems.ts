import {catalogue} from '../../lib/problem.ts';

/** What can be wrong with a query's middleware, or go wrong in it while the query runs. */
export const problems = catalogue({
  'middleware-kind': {
    cause: 'A middleware is of a kind that there is not.',
    remedy: 'Use one of the kinds that the message names, or do the work in the query itself.',
    status: 400,
    say: (facts: {
      kind: string;
      name: string;
      known: readonly string[];
      nearest: string | undefined;
    }) => ({
      message: `middleware "${facts.name}" is of the kind "${facts.kind}", which there is not`,
      detail: `The kinds are ${facts.known.join(', ')}.`,
      hint: facts.nearest === undefined ? undefined : `did you mean "${facts.nearest}"?`,
    }),
  },
  'middleware-setting': {
    cause: 'A setting of a middleware is missing, or is not what it must be.',
    remedy: 'Write it as the message says; docs/queries.md shows each kind.',
    status: 400,
    say: (facts: {
      name: string;
      setting: string;
      expected: string;
      detail?: string | undefined;
    }) => ({
      message: `"${facts.setting}" of middleware "${facts.name}" must be ${facts.expected}`,
      detail: facts.detail,
    }),
  },
  'middleware-not-supported': {
    cause: 'A middleware asks for something that is no function of the rows as they are now.',
    remedy: 'Do as the hint says.',
    status: 400,
    say: (facts: {name: string; what: string; hint: string}) => ({
      message: `${facts.what} of middleware "${facts.name}" is not supported`,
      hint: facts.hint,
    }),
  },
  'middleware-without-effect': {
    cause: 'A middleware names a label or a property that no table has.',
    remedy: 'Write tables and columns as the database has them, letter case included.',
    status: 400,
    say: (facts: {name: string; what: string; known: readonly string[]}) => ({
      message: `middleware "${facts.name}" finds no ${facts.what}`,
      detail: `There is ${facts.known.slice(0, 20).join(', ')}.`,
    }),
  },
  'middleware-in-sql': {
    cause: 'A query in SQL has a middleware.',
    remedy: 'Leave the middleware out: SQL has json, array and text functions of its own.',
    status: 400,
    say: () => ({
      message: 'a query in SQL takes no middleware',
      hint: 'use ->, jsonb_array_elements, decode and the like in the query itself',
    }),
  },
  'middleware-value': {
    cause: 'While a query ran, its middleware met a value that it cannot take.',
    remedy:
      'Mend the row, or set on_error: skip, which leaves the property as it is; of a jq mapping ' +
      'haltOnError: false, which leaves the row out.',
    status: 422,
    say: (facts: {name: string; message: string; hint?: string}) => ({
      message: `middleware "${facts.name}": ${facts.message}`,
      hint: facts.hint ?? 'mend the row, or set on_error: skip for this middleware',
    }),
  },
});
