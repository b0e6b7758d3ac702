import type pg from 'pg';
import {type Lsn, lsnText, parseLsn} from '../data/lsn.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import type {Session} from '../postgres/connection.ts';
import {postgresProblems} from '../postgres/problems.ts';
import {slotProblems} from '../postgres/problems-slot.ts';
import {dropSlot, freed, readSlot, type Slot, slotInUse} from '../postgres/slot.ts';

/** How a stream can begin. */
export type Beginning =
  /** At `from`, the position of the image. */
  | {readonly kind: 'resume'; readonly from: Lsn}
  /** With a snapshot; `why` says what was lost, where something was. */
  | {readonly kind: 'resync'; readonly slotExists: boolean; readonly why: Problem | undefined};

/** What is known from an earlier connection. */
export interface Earlier {
  /** The position of the image; undefined while there is none. */
  readonly received: Lsn | undefined;
  /** What sessions of ours are called: the server may not know yet that one is gone. */
  readonly sessions: readonly string[];
  /** Names the database's data: another server behind the same address, or database, is noticed. */
  readonly systemId: string | undefined;
  /** Which of the histories of that data. */
  readonly timeline: number | undefined;
}

/** What a server says of itself. */
export interface ServerState {
  /** It is in recovery: what follows of its log is then 0. */
  readonly standby: boolean;
  /** Names its data, and which of its databases. */
  readonly systemId: string;
  /** It grows by one when a standby is promoted, or a backup is recovered to some moment. */
  readonly timeline: number;
  /** As in `server_version_num`. */
  readonly version: number;
  /** The end of its log, as far as it is on its disk. */
  readonly flushed: Lsn;
  readonly walSenderTimeoutMs: number;
}

// Asked once, whether it is in recovery: it may be promoted in the midst of this.
const SERVER = `
  WITH server AS MATERIALIZED (SELECT pg_is_in_recovery() AS standby)
  SELECT standby, (SELECT system_identifier FROM pg_control_system())
      || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS system_id,
    CASE WHEN NOT standby THEN pg_current_wal_flush_lsn() END::text AS flushed,
    CASE WHEN NOT standby THEN pg_walfile_name(pg_current_wal_flush_lsn()) END AS segment,
    (SELECT setting::int FROM pg_settings WHERE name = 'wal_sender_timeout') AS timeout_ms,
    current_setting('server_version_num')::int AS version, pg_backend_pid() AS pid
  FROM server`;

interface ServerRow {
  readonly standby: boolean;
  readonly system_id: string;
  readonly flushed: string | null;
  readonly segment: string | null;
  readonly timeout_ms: number;
  readonly version: number;
  readonly pid: number;
}

/** Refuses a pooler: it hands sessions out to others, and they are needed for ourselves. */
export async function readServer({client, pid}: Session): Promise<ServerState> {
  const {rows} = await client.query<ServerRow>(SERVER);
  const row = rows[0];
  if (!row) throw new Error('a SELECT from one row answers one');
  // A pooler gives a number of its own at the login.
  if (row.pid !== pid)
    throw postgresProblems['pooler-between']({host: client.host, port: client.port});
  return {
    standby: row.standby,
    systemId: row.system_id,
    // The name of a segment begins with the timeline, in eight digits.
    timeline: Number.parseInt(row.segment?.slice(0, 8) ?? '0', 16),
    version: row.version,
    flushed: parseLsn(row.flushed ?? '') ?? 0n,
    walSenderTimeoutMs: row.timeout_ms,
  };
}

export interface Beginnings {
  readonly earlier: Earlier;
  readonly server: ServerState;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Why the slot must be given up, where it must. */
  readonly excess: () => Promise<Problem | undefined>;
  /** Where the server's history left the timeline that was read from last. */
  readonly leftAt: (timeline: number) => Promise<Lsn | undefined>;
}

/**
 * Whether the stream can go on where the image is, or a snapshot must come first. Drops a
 * slot that the server has given up, or that we have; throws where somebody else reads
 * from it.
 */
export async function beginningOf(
  client: pg.Client,
  slotName: string,
  around: Beginnings,
): Promise<Beginning> {
  const {earlier, clock, signal} = around;
  const slot = await readSlot(client, slotName);
  if (slot?.foreign) throw slotProblems['slot-not-ours']({slot: slot.name, what: slot.foreign});
  if (!slot) return {kind: 'resync', slotExists: false, why: gone(slotName, around)};
  if (slot.lost) {
    const why = slotProblems['slot-lost']({slot: slotName, ...slot.lost});
    return dropped(client, slotName, why);
  }
  const taken = await freed(client, slotName, {ours: earlier.sessions, clock, signal});
  if (taken) throw await slotInUse(client, slotName, taken);
  const excess = await around.excess();
  if (excess) return dropped(client, slotName, excess);
  const {received} = earlier;
  if (received === undefined) return {kind: 'resync', slotExists: true, why: undefined};
  const why = await discontinuity(slot, received, around);
  if (why === undefined) return {kind: 'resume', from: received};
  return {
    kind: 'resync',
    slotExists: true,
    why: slotProblems['position-lost']({slot: slotName, why}),
  };
}

/**
 * Throws where the slot that we have just begun to read from is past the position that we asked
 * for: the server then leaves out what lies between, without a word. Before this moment the
 * slot was nobody's, and another instance may have read from it, confirmed, and gone. From
 * here on nobody but us moves it.
 */
export async function requireNotMoved(client: pg.Client, slot: string, from: Lsn): Promise<void> {
  const confirmed = (await readSlot(client, slot))?.confirmedLsn;
  if (confirmed === undefined || confirmed <= from) return;
  throw slotProblems['position-lost']({slot, why: movedOn(confirmed, from)});
}

const movedOn = (confirmed: Lsn, past: Lsn): string =>
  `The slot was moved on to ${lsnText(confirmed)}, past ${lsnText(past)}`;

async function dropped(client: pg.Client, slot: string, why: Problem): Promise<Beginning> {
  await dropSlot(client, slot);
  return {kind: 'resync', slotExists: false, why};
}

function gone(slot: string, {earlier, server}: Beginnings): Problem | undefined {
  if (earlier.received === undefined) return undefined;
  if (isAnother(server, earlier)) {
    const why = 'The server, or the database, is another one than before, and has none';
    return slotProblems['slot-lost']({slot, why});
  }
  return slotProblems['slot-lost']({
    slot,
    why: 'Somebody dropped it, or a standby took over that had no copy of it',
    hint: 'where a standby took over: set slotFailover (Postgres 17), so that it has the slot, too',
  });
}

const isAnother = (server: ServerState, {systemId}: Earlier): boolean =>
  systemId !== undefined && systemId !== server.systemId;

async function discontinuity(
  {confirmedLsn}: Slot,
  received: Lsn,
  {earlier, server, leftAt}: Beginnings,
): Promise<string | undefined> {
  if (isAnother(server, earlier)) return 'The server, or the database, is another one than before';
  if (server.flushed < received) {
    return `Its log ends at ${lsnText(server.flushed)}, before ${lsnText(received)}`;
  }
  if (earlier.timeline !== undefined && earlier.timeline !== server.timeline) {
    const left = await leftAt(earlier.timeline);
    // What was read after that position never happened, in the history that it has now.
    if (left === undefined || left < received) {
      const where = left === undefined ? 'at an unknown position' : `at ${lsnText(left)}`;
      return `Its history left timeline ${earlier.timeline} ${where}, before ${lsnText(received)}`;
    }
  }
  if (confirmedLsn !== undefined && confirmedLsn > received) {
    return movedOn(confirmedLsn, received);
  }
  return undefined;
}
