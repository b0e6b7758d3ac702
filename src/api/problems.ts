import {catalogue} from '../lib/problem.ts';

interface Unknown {
  readonly id: string;
  readonly nearest: string | undefined;
}

const didYouMean = ({nearest}: Unknown, list: string) => ({
  hint: nearest === undefined ? `GET ${list} lists all` : `did you mean "${nearest}"?`,
});

/** The problems of requests to the API. */
export const apiProblems = catalogue({
  'query-not-found': {
    cause: 'A request names a query that there is not.',
    remedy: 'Correct the id; GET /api/v1/queries lists all.',
    status: 404,
    say: (facts: Unknown) => ({
      message: `there is no query "${facts.id}"`,
      ...didYouMean(facts, '/api/v1/queries'),
    }),
  },
  'source-not-found': {
    cause: 'A request names a source that there is not.',
    remedy: 'Correct the id; GET /api/v1/sources lists all.',
    status: 404,
    say: (facts: Unknown) => ({
      message: `there is no source "${facts.id}"`,
      ...didYouMean(facts, '/api/v1/sources'),
    }),
  },
  'reaction-not-found': {
    cause: 'A request names a reaction that there is not.',
    remedy: 'Correct the id; GET /api/v1/reactions lists all.',
    status: 404,
    say: (facts: Unknown) => ({
      message: `there is no reaction "${facts.id}"`,
      ...didYouMean(facts, '/api/v1/reactions'),
    }),
  },
  'query-not-ready': {
    cause: 'Results were asked for before the query had its first one.',
    remedy: 'Ask again after the time in Retry-After; the detail says what the query waits for.',
    status: 503,
    say: ({id, reason}: {id: string; reason: string}) => ({
      message: `query "${id}" has no result yet`,
      detail: reason,
    }),
  },
  'parameter-invalid': {
    cause: 'A parameter of a request has a value that it can not have.',
    remedy: 'Correct the parameter as the hint says.',
    status: 400,
    say: ({name, value, hint}: {name: string; value: string; hint: string}) => ({
      message: `"${value}" is no value of the parameter ${name}`,
      hint,
    }),
  },
});
