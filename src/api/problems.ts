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
  'query-exists': {
    cause: 'A request adds a query whose id another one has.',
    remedy: 'Choose another id, or change the query that there is with PUT.',
    status: 409,
    say: ({id}: {id: string}) => ({
      message: `there is a query "${id}" already`,
      hint: `change it: PUT /api/v1/queries/${encodeURIComponent(id)}`,
    }),
  },
  'too-many-queries': {
    cause: 'A request adds a query where as many are as the configuration allows.',
    remedy: 'Delete queries that nobody reads, or raise `limits.queries`.',
    status: 409,
    say: ({max}: {max: number}) => ({
      message: `there are ${max} queries, and no more are allowed`,
      hint: 'raise "queries" under "limits" in the configuration',
    }),
  },
  'source-not-ready': {
    cause: 'A query is to read another source than before, and that one has brought no rows yet.',
    remedy: 'Ask again once the source is running; GET /api/v1/sources says what it waits for.',
    status: 503,
    say: ({id, source}: {id: string; source: string}) => ({
      message: `query "${id}" cannot change to source "${source}", which has no rows yet`,
      hint: 'GET /api/v1/sources says what it waits for',
    }),
  },
  'source-stopped': {
    cause: 'A resync is asked for of a source that does not run.',
    remedy: 'Start the source with the service: `autoStart: true`.',
    status: 409,
    say: ({id}: {id: string}) => ({
      message: `source "${id}" is stopped: there is nothing to compare`,
      hint: 'set autoStart: true for the source, and start the service again',
    }),
  },
  'changes-disabled': {
    cause: 'A request changes something, and the configuration has no `apiToken`.',
    remedy: 'Give the configuration an `apiToken`, and send it with the request.',
    status: 403,
    say: () => ({
      message: 'nothing can be changed over the API: the configuration has no "apiToken"',
      hint: `apiToken: \${TAILRACE_API_TOKEN}\nmake one: openssl rand -hex 32`,
    }),
  },
  'token-missing': {
    cause: 'A request changes something and carries no token.',
    remedy: 'Send the `apiToken` of the configuration in the header `Authorization`.',
    status: 401,
    say: () => ({
      message: 'this request needs the token of the API',
      hint: 'Authorization: Bearer $TAILRACE_API_TOKEN',
    }),
  },
  'token-wrong': {
    cause: 'A request carries a token that is not the one of the configuration.',
    remedy: 'Send the `apiToken` of the configuration; a restart may have brought another one.',
    status: 401,
    say: () => ({
      message: 'the token of this request is not the one of the configuration',
      hint: 'Authorization: Bearer $TAILRACE_API_TOKEN',
    }),
  },
  'media-type-unsupported': {
    cause: 'The body of a request is of a form that is not read.',
    remedy: 'Send JSON or YAML, and say which in the header `Content-Type`.',
    status: 415,
    say: ({type}: {type: string}) => ({
      message: `a body of type "${type}" is not read`,
      hint: 'Content-Type: application/json, or application/yaml',
    }),
  },
  'service-stopping': {
    cause: 'A request changes something while the service is on its way down.',
    remedy: 'Send it to the service that takes its place.',
    status: 503,
    say: () => ({message: 'the service is stopping and takes no changes'}),
  },
  'query-not-ready': {
    cause: 'Results were asked for before the query had its first one.',
    remedy:
      'Do what the hint says, where there is one. The detail says what the query waits for, ' +
      '`problem` what is wrong with its source or with itself. Ask again after the time in ' +
      'Retry-After; without that header the result does not come by itself.',
    status: 503,
    say: ({id, detail, hint}: {id: string; detail: string; hint: string | undefined}) => ({
      message: `query "${id}" has no result yet`,
      detail,
      hint,
    }),
  },
  'query-stopped': {
    cause: 'A query was stopped, or does not start by itself: its result is as it was, or none.',
    remedy: 'Start it over the API, or with the service: `autoStart: true`.',
    status: 503,
    say: ({id}: {id: string}) => ({
      message: `query "${id}" is stopped`,
      hint:
        `start it: POST /api/v1/queries/${encodeURIComponent(id)}/start\n` +
        'or with the service: autoStart: true',
    }),
  },
  'cursor-gone': {
    cause: 'A page of an ordered result is asked for after a row that has left it meanwhile.',
    remedy: 'Read the result from its beginning.',
    status: 410,
    say: () => ({
      message: 'the row after which the page begins is no longer in the result',
      hint: 'leave "cursor" out, and read from the beginning',
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
