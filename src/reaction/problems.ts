import {catalogue} from '../lib/problem.ts';

/** The problems of reactions and of the streams they serve. */
export const reactionProblems = catalogue({
  'query-not-streamed': {
    cause: 'A stream or snapshot of a query was asked for where that query is not served.',
    remedy: 'Correct the id, or add the query to the reaction that serves the stream.',
    status: 404,
    say: ({id, nearest}: {id: string; nearest: string | undefined}) => ({
      message: `query "${id}" is not on this stream`,
      ...(nearest !== undefined && {hint: `did you mean "${nearest}"?`}),
    }),
  },
  'snapshot-not-ready': {
    cause: 'The snapshot of a query was asked for before the query had its first result.',
    remedy:
      'Do what the hint says, where there is one; the detail says what the query waits for. Ask ' +
      'again after the time in Retry-After.',
    status: 503,
    say: (facts: {id: string; detail: string | undefined; hint: string | undefined}) => ({
      message: `query "${facts.id}" has no result yet`,
      detail: facts.detail,
      hint: facts.hint,
    }),
  },
  'too-many-queries-asked': {
    cause: 'A stream was asked for with more queries named than one stream may have.',
    remedy: 'Name fewer, ask for all by naming none, or raise `limits.clientQueries`.',
    status: 400,
    say: ({count, limit}: {count: number; limit: number}) => ({
      message: `${count} queries are named; a stream has at most ${limit}`,
      hint: 'without ?queries= a stream has all of them',
    }),
  },
  'snapshot-too-large': {
    cause: 'The snapshot that a stream is to begin with has more rows than one client may ask for.',
    remedy:
      'Ask for fewer queries with `?queries=`, for the rows in pages with `GET …/results?limit=`, or raise `limits.snapshotRows`.',
    status: 422,
    say: ({rows, limit}: {rows: number; limit: number}) => ({
      message: `the snapshot has ${rows} rows; at most ${limit} are sent`,
      hint: 'name fewer queries in ?queries=, or read the rows in pages over /results?limit=',
    }),
  },
  'template-invalid': {
    cause: 'A template of a reaction is no valid Handlebars template.',
    remedy: 'Correct the template; https://handlebarsjs.com/guide/ describes the language.',
    say: ({reaction, where, reason}: {reaction: string; where: string; reason: string}) => ({
      message: `reaction "${reaction}" has an invalid template at ${where}`,
      detail: reason,
    }),
  },
  'template-failed': {
    cause: 'A template could not be rendered for a row; the change went out as JSON instead.',
    remedy: "Correct the template so that it fits every row of the query's result.",
    say: ({queryId, reason}: {queryId: string; reason: string}) => ({
      message: `a template failed on a row of query "${queryId}"`,
      detail: `The change went out as JSON instead. ${reason}`,
    }),
  },
  'events-missed': {
    cause: 'A reaction fell so far behind that the event log no longer holds what it missed.',
    remedy: 'Raise `limits.eventLogEvents` or `limits.eventLogBytes`.',
    say: ({reaction, from, to}: {reaction: string; from: number; to: number}) => ({
      message: `reaction "${reaction}" missed events ${from} to ${to}`,
      hint: 'raise limits.eventLogEvents or limits.eventLogBytes',
    }),
  },
  'reaction-failed': {
    cause: 'A reaction could not do its work and has stopped.',
    remedy: 'Act on the reason in the detail, and start the service again.',
    say: ({reaction, reason}: {reaction: string; reason: string}) => ({
      message: `reaction "${reaction}" has stopped`,
      detail: reason,
    }),
  },
});
