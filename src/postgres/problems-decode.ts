import {catalogue} from '../lib/problem.ts';

/** What can be wrong with the bytes of the replication stream. */
export const decodeProblems = catalogue({
  'replication-message-malformed': {
    cause:
      'A message of the replication stream does not follow the pgoutput protocol: it is cut ' +
      'short, has an unknown kind, or holds a value that its column type cannot have.',
    remedy:
      'Check that nothing between the database and the service changes the bytes (a proxy, a ' +
      'pooler), and that the server is Postgres 14 or newer. Otherwise report it with the detail.',
    say: ({what, offset, length}: {what: string; offset: number; length: number}) => ({
      message: 'could not decode a message of the replication stream',
      detail: `At byte ${offset} of ${length}: ${what}.`,
      hint: 'check the proxies between the database and the service; otherwise report this',
    }),
  },
});
