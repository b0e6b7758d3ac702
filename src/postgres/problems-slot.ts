import {catalogue} from '../lib/problem.ts';

/** What can be wrong with the replication slot and the stream it feeds. */
export const slotProblems = catalogue({
  'slot-in-use': {
    cause: 'Another process reads from the replication slot.',
    remedy: 'Stop the other process, or give this source a slot of its own (slotName).',
    status: 503,
    say: (facts: {slot: string; pid: number; application: string; since: string}) => ({
      message: `replication slot "${facts.slot}" is in use`,
      detail: `Process ${facts.pid} of the server ("${facts.application}") has read from it since ${facts.since}.`,
      hint: `stop the other client, or: SELECT pg_terminate_backend(${facts.pid});`,
    }),
  },
  'slot-not-ours': {
    cause: 'A slot of that name exists for another database, another plugin, or is physical.',
    remedy: 'Choose another slotName.',
    status: 503,
    say: ({slot, what}: {slot: string; what: string}) => ({
      message: `replication slot "${slot}" cannot be used`,
      detail: `It ${what}.`,
      hint: 'choose another "slotName" for the source',
    }),
  },
  'slot-name-invalid': {
    cause: 'A slot name holds something else than lower-case letters, digits and underscores.',
    remedy: 'Choose a slotName of those, 63 at most.',
    status: 503,
    say: ({slot}: {slot: string}) => ({
      message: `"${slot}" is not the name of a replication slot`,
      hint: 'use lower-case letters, digits and underscores, 63 at most',
    }),
  },
  'slot-creation-blocked': {
    cause: 'Creating a slot waits for every transaction that was open before to end.',
    remedy: 'End the transaction that the detail names; the service tries again by itself.',
    status: 503,
    say: ({slot, waitedMs, blockers}: {slot: string; waitedMs: number; blockers: string}) => ({
      message: `replication slot "${slot}" could not be created in ${waitedMs} ms`,
      detail: `It waits for open transactions to end: ${blockers}.`,
      hint: 'commit or end them: SELECT pg_terminate_backend(<pid>);',
    }),
  },
  'slot-lost': {
    cause: 'The server has given the slot up; the changes since are not in its log any more.',
    remedy:
      'Nothing for now: the slot is made anew and results are brought up to date by comparison. ' +
      'Raise max_slot_wal_keep_size if it happens again.',
    status: 503,
    say: ({slot, why}: {slot: string; why: string}) => ({
      message: `replication slot "${slot}" was lost`,
      detail: `${why}. It is made anew, and the tables are compared with what is held.`,
    }),
  },
  'position-lost': {
    cause: 'The server does not continue where the service stopped reading.',
    remedy: 'Nothing: the tables are compared with what is held, and results are corrected.',
    status: 503,
    say: ({slot, why}: {slot: string; why: string}) => ({
      message: `the stream of slot "${slot}" does not go on where it stopped`,
      detail: `${why}. The tables are compared with what is held.`,
    }),
  },
  'transaction-too-large': {
    cause: 'One transaction changed more rows than the configured limit.',
    remedy: 'Nothing: the tables are compared with what is held instead. Or raise the limit.',
    status: 503,
    say: ({xid, rows}: {xid: number; rows: number}) => ({
      message: `transaction ${xid} changes more than ${rows} rows`,
      detail: 'It is not read row by row: the tables are compared with what is held instead.',
    }),
  },
});
