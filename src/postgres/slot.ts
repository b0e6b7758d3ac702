import type pg from 'pg';
import {type Lsn, parseLsn} from '../data/lsn.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import {backendPid, type Session} from './connection.ts';
import {codeOf, saidBy} from './failure.ts';
import {quoteIdent} from './identifiers.ts';
import {type SlotHolder, slotProblems} from './problems-slot.ts';
import {lossOf, type SlotHealthRow, type SlotLoss} from './slot-loss.ts';

/** A replication slot as the server has it. */
export interface Slot {
  readonly name: string;
  /** Why it is of no use to us at all: another database's, another plugin's. */
  readonly foreign: string | undefined;
  /** Why the server has given it up; undefined while it is whole. */
  readonly lost: SlotLoss | undefined;
  /** The server's process that reads from it now. */
  readonly activePid: number | undefined;
  /** Up to here the server was told it may forget. */
  readonly confirmedLsn: Lsn | undefined;
}

interface SlotRow {
  readonly slot: SlotHealthRow & {
    readonly plugin: string | null;
    readonly database: string | null;
    readonly active_pid: number | null;
    readonly confirmed_flush_lsn: string | null;
  };
  readonly database: string;
}

// As JSON: invalidation_reason came with Postgres 17.
const SLOT = `
  SELECT to_jsonb(s) AS slot, current_database() AS database
  FROM pg_replication_slots s WHERE slot_name = $1`;

const SLOT_NAME = /^[a-z0-9_]{1,63}$/;

/** The slot of that name; undefined where there is none. Refuses what can be no name. */
export async function readSlot(client: pg.Client, name: string): Promise<Slot | undefined> {
  if (!SLOT_NAME.test(name)) throw slotProblems['slot-name-invalid']({slot: name});
  const {rows} = await client.query<SlotRow>(SLOT, [name]);
  const row = rows[0];
  if (!row) return undefined;
  const {slot, database} = row;
  return {
    name,
    foreign: foreignness(slot, database),
    lost: lossOf(slot),
    activePid: slot.active_pid ?? undefined,
    confirmedLsn: parseLsn(slot.confirmed_flush_lsn ?? ''),
  };
}

function foreignness({plugin, database}: SlotRow['slot'], here: string): string | undefined {
  if (database === null) return 'is a physical slot';
  if (database !== here) return `belongs to database "${database}"`;
  return plugin === 'pgoutput' ? undefined : `has the output plugin "${plugin}"`;
}

// A walsender's statement is the one that starts it: it holds no data.
const HOLDER = `
  SELECT coalesce(application_name, '') AS application, coalesce(usename, '') AS user,
    coalesce(host(client_addr), 'a socket of its machine') AS address,
    to_char(coalesce(backend_start, query_start), 'YYYY-MM-DD HH24:MI:SS TZ') AS since,
    left(query, 200) AS query
  FROM pg_stat_activity WHERE pid = $1`;

/** The problem that somebody reads from the slot; `ours` says why, where it should be gone. */
export async function slotInUse(
  client: pg.Client,
  slot: string,
  {pid, ours}: Taken,
): Promise<Problem> {
  const {rows} = await client.query<SlotHolder>(HOLDER, [pid]);
  const nobody = {application: '', user: '', address: 'somewhere', since: 'just now', query: ''};
  return slotProblems['slot-in-use']({slot, pid, ours, ...nobody, ...rows[0]});
}

const FREE_WITHIN_MS = 3000;
const FREE_POLL_MS = 50;

/** Who reads from a slot. */
export interface Taken {
  readonly pid: number;
  /** It is a session of ours, and is still there: why. */
  readonly ours?: string | undefined;
}

export interface Freeing {
  /** What sessions of ours are called that may linger; nobody else's is called so. */
  readonly ours: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

// Looked at and ended in one statement: a process of the same number may be another by the next.
const END_OURS = `
  SELECT s.active_pid AS pid, a.application_name = ANY($2) AS ours,
    CASE WHEN a.application_name = ANY($2) THEN pg_terminate_backend(s.active_pid) END AS ended
  FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
  WHERE s.slot_name = $1 AND s.active_pid IS NOT NULL`;

/**
 * Ends a session of ours that lingers on the server, where it still reads from the slot:
 * the server may not know for long that nobody listens. Answers who reads from the slot in
 * the end, undefined where nobody does. It asks again and again, since a process that waits
 * for its client to take what it sends is ended by the second word, not the first.
 */
export async function freed(
  client: pg.Client,
  name: string,
  {ours, clock, signal}: Freeing,
): Promise<Taken | undefined> {
  const untilMs = clock.steadyMs() + FREE_WITHIN_MS;
  try {
    for (;;) {
      const {rows} = await client.query<{pid: number; ours: boolean | null}>(END_OURS, [
        name,
        ours,
      ]);
      const holder = rows[0];
      if (!holder?.ours) return holder && {pid: holder.pid};
      if (clock.steadyMs() >= untilMs) {
        return {pid: holder.pid, ours: 'it was told to end, and is still there'};
      }
      await clock.wait(FREE_POLL_MS, signal);
    }
  } catch (error) {
    const pid = codeOf(error) === DENIED ? (await readSlot(client, name))?.activePid : undefined;
    if (pid === undefined) throw error;
    return {pid, ours: `the role may not end it (${saidBy(error)})`};
  }
}

const DENIED = '42501';

export async function dropSlot(client: pg.Client, name: string): Promise<void> {
  await client.query('SELECT pg_drop_replication_slot($1)', [name]);
}

/** A slot just made: where its stream begins, and the snapshot of that very moment. */
export interface NewSlot {
  readonly lsn: Lsn;
  /** Valid until the next command in the session that made the slot. */
  readonly snapshot: string;
}

export interface NewSlotOptions {
  readonly control: pg.Client;
  readonly name: string;
  readonly temporary: boolean;
  /** Standbys get a copy of it (Postgres 17): a failover then loses nothing. */
  readonly failover: boolean;
  readonly limitMs: number;
  readonly clock: Clock;
  /**
   * Whether somebody waits for what we hold meanwhile: among those may be the very one that
   * the server waits for, and nobody else would find out.
   */
  readonly waitedFor?: () => Promise<boolean>;
}

/**
 * Makes a slot in a replication session, which then must rest until the snapshot was
 * taken up. The server first waits for every transaction that is open to end; past
 * `limitMs` that is given up, with a Problem that names whom it waited for.
 *
 * A `temporary` slot goes with its session.
 */
export async function createSlot(replication: Session, options: NewSlotOptions): Promise<NewSlot> {
  const {control} = options;
  const sql = creation(options);
  const done = new AbortController();
  const blocked = hindrance(options, done.signal).then(async (why) => {
    if (why) {
      await control.query('SELECT pg_terminate_backend($1)', [backendPid(replication.client)]);
    }
    return why;
  });
  // Where the server goes, both sessions end, and this one may be the first.
  blocked.catch(() => {});
  try {
    const {rows} = await replication.client.query<{
      consistent_point: string;
      snapshot_name: string;
    }>(sql);
    const lsn = parseLsn(rows[0]?.consistent_point ?? '');
    if (!rows[0] || lsn === undefined) throw new Error('the server named no consistent point');
    return {lsn, snapshot: rows[0].snapshot_name};
  } catch (error) {
    done.abort();
    throw (await blocked) ?? error;
  } finally {
    done.abort();
    // It may be in the middle of a look, and the session is wanted for others.
    await blocked.catch(() => {});
  }
}

const WAITED_FOR_POLL_MS = 200;

/** Why a slot is not to be waited for any longer; undefined once `signal` is aborted. */
async function hindrance(
  {control, name, limitMs, clock, waitedFor}: NewSlotOptions,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const untilMs = clock.steadyMs() + limitMs;
  for (;;) {
    const leftMs = untilMs - clock.steadyMs();
    const pauseMs = waitedFor ? Math.min(leftMs, WAITED_FOR_POLL_MS) : leftMs;
    if (!(await limit(clock, Math.max(0, pauseMs), signal))) return undefined;
    if (await waitedFor?.()) {
      return slotProblems['tables-locked']({why: 'somebody waited for such a change'});
    }
    if (clock.steadyMs() < untilMs) continue;
    const blockers = await readBlockers(control);
    return slotProblems['slot-creation-blocked']({slot: name, waitedMs: limitMs, blockers});
  }
}

function creation({name, temporary, failover}: NewSlotOptions): string {
  const begin = `CREATE_REPLICATION_SLOT ${quoteIdent(name)}${temporary ? ' TEMPORARY' : ''}`;
  // The form with brackets came with Postgres 15; 14 knows the other one alone.
  return failover
    ? `${begin} LOGICAL pgoutput (SNAPSHOT 'export', FAILOVER)`
    : `${begin} LOGICAL pgoutput EXPORT_SNAPSHOT`;
}

async function limit(clock: Clock, limitMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.wait(limitMs, signal);
    return true;
  } catch {
    return false;
  }
}

// The oldest transactions with an id, prepared ones too: they hold back a new slot.
const BLOCKERS = `
  SELECT format('process %s (%s, %s, since %s)', pid, coalesce(nullif(application_name, ''), usename),
    state, to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS TZ')) AS blocker
  FROM (SELECT * FROM pg_stat_activity WHERE backend_xid IS NOT NULL
    ORDER BY xact_start LIMIT 3) AS oldest
  UNION ALL
  SELECT format('prepared transaction %L (since %s)', gid, prepared) FROM pg_prepared_xacts`;

async function readBlockers(client: pg.Client): Promise<string> {
  const {rows} = await client.query<{blocker: string}>(BLOCKERS);
  return rows.map(({blocker}) => blocker).join('; ') || 'none is in sight';
}
