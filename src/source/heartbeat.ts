import type {Problem} from '../lib/problem.ts';
import {codeOf, saidBy} from '../postgres/failure.ts';
import {quoteIdent} from '../postgres/identifiers.ts';
import type {Message} from '../postgres/pgoutput.ts';
import {slotProblems} from '../postgres/problems-slot.ts';
import type {Duty} from './beside.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';

/** How long it takes from the database to here. */
export interface HeartbeatStatus {
  /** When the last one that came back was written, milliseconds since 1970, by our clock. */
  readonly atMs: number;
  /** From its writing to its coming back; the age of one that has not, where that is more. */
  readonly roundTripMs: number;
}

/**
 * A word that is written into the database's log now and then, and read from the stream
 * again: it moves an idle slot, whatever the server's keepalives do, and measures the way
 * from the log to here by one clock. It changes no table and needs no privilege.
 */
export interface Heartbeat {
  readonly status: HeartbeatStatus | undefined;
  /** Why the server lets us write none. */
  readonly refusal: Problem | undefined;
  /** `onRefused` is told once of a server that lets us write none. */
  duty(version: number, onRefused: (problem: Problem) => void): Duty;
  /** Looks at what comes from the stream; answers whether it was one that this service sent. */
  readonly hear: (message: Message) => boolean;
  /** The stream has ended: what was on its way is sent again, and measures nothing. */
  forget(): void;
}

export const HEARTBEAT_PREFIX = 'tailrace';

// Since Postgres 17 a message that belongs to no transaction can be flushed at once. Before
// that it would wait for somebody else's commit: there it is given a transaction.
const EMIT = {
  sql: 'SELECT pg_logical_emit_message(false, $1, $2, true)',
  args: 'boolean, text, text, boolean',
};
const EMIT_BEFORE_17 = {
  sql: 'SELECT pg_logical_emit_message(true, $1, $2)',
  args: 'boolean, text, text',
};

/** 42501: not allowed. 25006: read-only, by a setting of the role or the database. */
const REFUSED = new Set(['42501', '25006']);

export function heartbeat(
  {slotName, heartbeatMs, connect}: PostgresSourceOptions,
  {clock}: SourceWorld,
): Heartbeat {
  let last: HeartbeatStatus | undefined;
  /** The oldest that was written and has not come back, and the newest of all. */
  let pendingMs: number | undefined;
  let newestMs = 0;
  let refusal: Problem | undefined;

  return {
    get status() {
      const ageMs = pendingMs === undefined ? 0 : clock.nowMs() - pendingMs;
      if (!last || ageMs <= last.roundTripMs) return last;
      return {atMs: last.atMs, roundTripMs: ageMs};
    },
    get refusal() {
      return refusal;
    },
    duty: (version, onRefused) => ({
      everyMs: heartbeatMs,
      async look(client) {
        if (refusal) return;
        newestMs = clock.nowMs();
        pendingMs ??= newestMs;
        const {sql, args} = version >= 170_000 ? EMIT : EMIT_BEFORE_17;
        try {
          await client.query(sql, [HEARTBEAT_PREFIX, `${slotName} ${newestMs}`]);
        } catch (error) {
          pendingMs = undefined;
          if (!REFUSED.has(codeOf(error))) throw error;
          const facts = {role: quoteIdent(connect.user), said: saidBy(error), args};
          refusal = slotProblems['heartbeat-refused'](facts);
          onRefused(refusal);
        }
      },
    }),
    hear(message) {
      if (message.kind !== 'message' || message.prefix !== HEARTBEAT_PREFIX) return false;
      const [slot, sent] = message.content.toString('utf8').split(' ');
      const atMs = Number(sent);
      // Other services write theirs into the same log.
      if (slot !== slotName || !Number.isSafeInteger(atMs)) return false;
      last = {atMs, roundTripMs: Math.max(0, clock.nowMs() - atMs)};
      pendingMs = atMs < newestMs ? newestMs : undefined;
      return true;
    },
    forget() {
      pendingMs = undefined;
    },
  };
}
