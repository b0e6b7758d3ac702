import {catalogue} from '../lib/problem.ts';

/** Who reads from a slot, as pg_stat_activity has it. */
export interface SlotHolder {
  readonly application: string;
  readonly user: string;
  readonly address: string;
  readonly since: string;
  readonly query: string;
}

/** Which process has which slot; `ours`: what keeps it, though it is of no use to anybody. */
export interface SlotTaken {
  readonly slot: string;
  readonly pid: number;
  readonly ours: string | undefined;
}

/** What can be wrong with the replication slot and the stream it feeds. */
export const slotProblems = catalogue({
  'slot-in-use': {
    cause: 'Another process reads from the replication slot.',
    remedy:
      'Nothing, where it is another instance of this service: this one waits, and takes over ' +
      'when that one ends. Else stop the other process, or give this source a slot of its own ' +
      '(slotName). Where it is the connection that this service had before it was started anew, ' +
      'it is ended, if the role may: that needs the same role, or pg_signal_backend.',
    status: 503,
    say: (facts: SlotHolder & SlotTaken) => ({
      message: `replication slot "${facts.slot}" is in use`,
      detail:
        `Process ${facts.pid} of the server ("${facts.application}", user "${facts.user}", from ` +
        `${facts.address}) has read from it since ${facts.since}. Its statement: ${facts.query}` +
        (facts.ours ? `. This service has left it behind: ${facts.ours}.` : ''),
      hint:
        'this service takes over when that process ends; to end it: ' +
        `SELECT pg_terminate_backend(${facts.pid});`,
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
  'tables-locked': {
    cause: 'Tables were to be read while a transaction had one of them, or wanted one, for itself.',
    remedy:
      'Nothing: ALTER TABLE, TRUNCATE and the like go first, and the service tries again. Where it ' +
      'comes for minutes, end the transaction that keeps the lock.',
    status: 503,
    say: ({why}: {why: string}) => ({
      message: 'the tables could not be read for now',
      detail: `They were to be locked against changes of their shape, and ${why}.`,
      hint: 'it is tried again; who holds locks: SELECT * FROM pg_locks WHERE NOT granted;',
    }),
  },
  'standby-holds-back': {
    cause:
      'Postgres sends nothing that a standby of `synchronized_standby_slots` has not got, and that ' +
      'standby is away or far behind.',
    remedy:
      'Bring the standby back. Take one that stays away out of `synchronized_standby_slots`, and drop ' +
      'its slot. What was committed meanwhile comes then.',
    status: 503,
    say: ({slot, standby, active}: {slot: string; standby: string; active: boolean}) => ({
      message: `replication slot "${slot}" gets nothing: Postgres waits for a standby`,
      detail:
        `"synchronized_standby_slots" names "${standby}", ` +
        (active ? 'whose standby is far behind.' : 'from which no standby reads.'),
      hint: `bring that standby back, or take "${standby}" out of "synchronized_standby_slots"`,
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
      'The hint says how to keep it from happening again.',
    status: 503,
    say: ({slot, why, hint}: {slot: string; why: string; hint?: string}) => ({
      message: `replication slot "${slot}" was lost`,
      detail: `${why}. It is made anew, and the tables are compared with what is held.`,
      hint,
    }),
  },
  'slot-given-up': {
    cause: 'The log that the server kept for the slot went past `maxRetainedWalBytes`.',
    remedy:
      'Nothing for now: the slot was dropped, the server may forget the log, and results are ' +
      'brought up to date by comparison. See what held the slot back.',
    status: 503,
    say: (facts: {slot: string; retainedBytes: number; limitBytes: number; blocker: string}) => ({
      message: `replication slot "${facts.slot}" was given up before it could fill the disk`,
      detail:
        `The server kept ${facts.retainedBytes} bytes of log for it, and ${facts.limitBytes} are ` +
        `allowed. ${facts.blocker}. The tables are compared with what is held once the service ` +
        'can keep up again.',
      hint: 'end what held it back, or raise "maxRetainedWalBytes" of the source',
    }),
  },
  'heartbeat-refused': {
    cause: 'The role may not write heartbeats into the log of the database.',
    remedy:
      'Grant what the hint names, or set heartbeatMs to 0. Without heartbeats everything works; ' +
      'the way from the log to the service is not measured.',
    status: 503,
    say: ({role, said, args}: {role: string; said: string; args: string}) => ({
      message: 'heartbeats cannot be written into the log of the database',
      detail: `${said}.`,
      hint:
        `GRANT EXECUTE ON FUNCTION pg_catalog.pg_logical_emit_message(${args}) TO ${role};\n` +
        'or heartbeatMs: 0',
    }),
  },
  'failover-not-supported': {
    cause: 'slotFailover is set, and the server is older than Postgres 17.',
    remedy: 'Leave slotFailover out, or upgrade the server; the slot is used without it.',
    status: 503,
    say: ({version}: {version: string}) => ({
      message: `slots of Postgres ${version} are not copied to standbys`,
      detail: 'After a failover the slot is made anew, and the tables are compared.',
      hint: 'leave "slotFailover" out, or use Postgres 17 or newer',
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
    cause: 'One transaction changed more rows, or more bytes, than the configured limit.',
    remedy: 'Nothing: the tables are compared with what is held instead. Or raise the limit.',
    status: 503,
    say: ({xid, than}: {xid: number; than: string}) => ({
      message: `transaction ${xid} changes more than ${than}`,
      detail: 'It is not read row by row: the tables are compared with what is held instead.',
      hint: 'see "transactionRows" and "transactionSpillBytes" under "limits"',
    }),
  },
  'transaction-not-kept': {
    cause: 'The file that a large transaction waits in could not be made, written or read.',
    remedy:
      'Nothing at once: the tables are compared with what is held instead. Make room on the disk ' +
      'of the state store, or of the temporary directory where there is no state store.',
    status: 503,
    say: ({xid, folder, reason}: {xid: number; folder: string; reason: string}) => ({
      message: `transaction ${xid} could not be kept in a file until it was complete`,
      detail: `${reason}. The tables are compared with what is held instead.`,
      hint: `see that there is room in ${folder} and that it can be written`,
    }),
  },
});
