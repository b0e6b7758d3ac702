import type pg from 'pg';
import {type Lsn, parseLsn} from '../data/lsn.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import {backendPid, type Session} from './connection.ts';
import {quoteIdent} from './identifiers.ts';
import {slotProblems} from './problems-slot.ts';

/** A replication slot as the server has it. */
export interface Slot {
  readonly name: string;
  /** Why it is of no use to us at all: another database's, another plugin's. */
  readonly foreign: string | undefined;
  /** Why the server has given it up; undefined while it is whole. */
  readonly lost: string | undefined;
  /** The server's process that reads from it now. */
  readonly activePid: number | undefined;
  /** Up to here the server was told it may forget. */
  readonly confirmedLsn: Lsn | undefined;
}

interface SlotRow {
  readonly slot: {
    readonly plugin: string | null;
    readonly database: string | null;
    readonly active_pid: number | null;
    readonly restart_lsn: string | null;
    readonly confirmed_flush_lsn: string | null;
    readonly wal_status: string | null;
    readonly invalidation_reason?: string | null;
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

function lossOf(slot: SlotRow['slot']): string | undefined {
  if (slot.invalidation_reason) return `The server invalidated it (${slot.invalidation_reason})`;
  if (slot.wal_status === 'lost') return 'The server removed log that it still needed';
  return slot.restart_lsn === null ? 'The server keeps no log for it' : undefined;
}

const HOLDER = `
  SELECT coalesce(application_name, '') AS application,
    to_char(coalesce(query_start, backend_start), 'YYYY-MM-DD HH24:MI:SS TZ') AS since
  FROM pg_stat_activity WHERE pid = $1`;

/** The problem that somebody else reads from the slot. */
export async function slotInUse(client: pg.Client, slot: string, pid: number): Promise<Problem> {
  const {rows} = await client.query<{application: string; since: string}>(HOLDER, [pid]);
  const {application = '', since = 'some time ago'} = rows[0] ?? {};
  return slotProblems['slot-in-use']({slot, pid, application, since});
}

export async function dropSlot(client: pg.Client, name: string): Promise<void> {
  await client.query('SELECT pg_drop_replication_slot($1)', [name]);
}

/** A slot just made: where its stream begins, and the snapshot of that very moment. */
export interface NewSlot {
  readonly lsn: Lsn;
  /** Valid until the next command in the session that made the slot. */
  readonly snapshot: string;
}

/**
 * Makes a slot in a replication session, which then must rest until the snapshot was
 * taken up. The server first waits for every transaction that is open to end; past
 * `limitMs` that is given up, with a Problem that names whom it waited for.
 *
 * A `temporary` slot goes with its session.
 */
export async function createSlot(
  replication: Session,
  {
    control,
    name,
    temporary,
    limitMs,
    clock,
  }: {
    control: pg.Client;
    name: string;
    temporary: boolean;
    limitMs: number;
    clock: Clock;
  },
): Promise<NewSlot> {
  const sql = `CREATE_REPLICATION_SLOT ${quoteIdent(name)}${temporary ? ' TEMPORARY' : ''} LOGICAL pgoutput EXPORT_SNAPSHOT`;
  const done = new AbortController();
  const blocked = limit(clock, limitMs, done.signal).then(async (late) => {
    if (!late) return undefined;
    const blockers = await readBlockers(control);
    await control.query('SELECT pg_terminate_backend($1)', [backendPid(replication.client)]);
    return slotProblems['slot-creation-blocked']({slot: name, waitedMs: limitMs, blockers});
  });
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
  }
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
