import type pg from 'pg';
import {type Lsn, parseLsn} from '../data/lsn.ts';
import {lossOf, type SlotHealthRow, type SlotLoss} from './slot-loss.ts';

/** What a slot costs its server at one moment, and who keeps it from costing less. */
export interface SlotReading {
  readonly name: string;
  /** Postgres's word: `reserved`, `extended`, `unreserved` or `lost`. */
  readonly walStatus: string | undefined;
  readonly loss: SlotLoss | undefined;
  readonly activePid: number | undefined;
  /** Log that the server keeps because of the slot: from its restart_lsn to the end. */
  readonly retainedBytes: number;
  /** Log that was written since the last position that was confirmed to the server. */
  readonly unconfirmedBytes: number;
  /** Log that may still be written before the server gives the slot up; undefined: any. */
  readonly safeBytes: number | undefined;
  /** The end of the server's log. */
  readonly logEnd: Lsn;
  /** Transactions since the oldest row of the catalog that the slot keeps from vacuum. */
  readonly catalogXminAge: number | undefined;
  /** Postgres 17: whether standbys get a copy of it. */
  readonly failover: boolean;
  readonly blocker: SlotBlocker;
  /** Slots of others that hold back more log than this one, the worst first. */
  readonly furtherSlots: readonly FurtherSlot[];
}

/** What the server waits for before it can forget log. Texts of statements are not told. */
export type SlotBlocker =
  | {readonly kind: 'none'}
  /** The service has not yet taken in what was sent. */
  | {readonly kind: 'service'}
  | {
      readonly kind: 'transaction';
      readonly pid: number;
      readonly application: string;
      readonly state: string;
      readonly openMs: number;
    }
  | {readonly kind: 'prepared-transaction'; readonly gid: string; readonly openMs: number}
  /** Postgres 17: what a standby of `synchronized_standby_slots` has not got is not sent to us. */
  | {readonly kind: 'standby'; readonly slot: string; readonly active: boolean};

export interface FurtherSlot {
  readonly name: string;
  readonly active: boolean;
  readonly retainedBytes: number;
}

interface ReadingRow {
  readonly slot: SlotHealthRow & {
    readonly active_pid: number | null;
    readonly safe_wal_size: number | null;
    readonly failover?: boolean | null;
  };
  readonly retained: number | null;
  readonly unconfirmed: number | null;
  readonly log_end: string | null;
  readonly catalog_age: number | null;
  readonly further: readonly {name: string; active: boolean; retained: number}[] | null;
  readonly oldest: OldestRow | null;
  readonly prepared: {readonly gid: string; readonly open_ms: number} | null;
  readonly standby: {readonly slot: string; readonly active: boolean} | null;
}

interface OldestRow {
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly open_ms: number;
}

// Of the slot as JSON: which columns it has depends on the version. A primary that was a
// standby once still answers pg_last_wal_receive_lsn(), and it never moves: hence the CASE. A
// standby holds the stream back where it has no more of the log than was confirmed to us.
const READING = `
  WITH log AS MATERIALIZED (
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
      ELSE pg_current_wal_flush_lsn() END AS at),
  own AS (SELECT * FROM pg_replication_slots WHERE slot_name = $1)
  SELECT to_jsonb(own) AS slot, log.at::text AS log_end,
    (log.at - own.restart_lsn)::float8 AS retained,
    (log.at - own.confirmed_flush_lsn)::float8 AS unconfirmed,
    age(own.catalog_xmin) AS catalog_age,
    (SELECT jsonb_agg(jsonb_build_object('name', s.slot_name, 'active', s.active,
        'retained', (log.at - s.restart_lsn)::float8) ORDER BY s.restart_lsn)
      FROM (SELECT * FROM pg_replication_slots WHERE slot_name <> $1
        AND restart_lsn < own.restart_lsn ORDER BY restart_lsn LIMIT 3) AS s) AS further,
    (SELECT jsonb_build_object('pid', pid, 'application', coalesce(application_name, ''),
        'state', coalesce(state, ''),
        'open_ms', coalesce(extract(epoch FROM clock_timestamp() - xact_start) * 1000, 0))
      FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
      ORDER BY xact_start LIMIT 1) AS oldest,
    (SELECT jsonb_build_object('gid', gid,
        'open_ms', extract(epoch FROM clock_timestamp() - prepared) * 1000)
      FROM pg_prepared_xacts ORDER BY prepared LIMIT 1) AS prepared,
    (SELECT jsonb_build_object('slot', btrim(name, ' "'), 'active', coalesce(s.active, false))
      FROM unnest(string_to_array(current_setting('synchronized_standby_slots', true), ',')) AS name
      LEFT JOIN pg_replication_slots AS s ON s.slot_name = btrim(name, ' "')
      WHERE (to_jsonb(own) ->> 'failover')::bool AND own.confirmed_flush_lsn < log.at
        AND coalesce(s.restart_lsn <= own.confirmed_flush_lsn, true)
      ORDER BY s.active NULLS FIRST, s.restart_lsn LIMIT 1) AS standby
  FROM own, log`;

/** Reads what a slot costs; undefined where there is none of that name. */
export async function readSlotCost(
  client: pg.Client,
  name: string,
  {longMs = LONG_MS}: {readonly longMs?: number} = {},
): Promise<SlotReading | undefined> {
  const {rows} = await client.query<ReadingRow>(READING, [name]);
  const row = rows[0];
  if (!row) return undefined;
  const {slot} = row;
  // The end of the log is read before the slot, which may be past it by then.
  const retainedBytes = Math.max(0, row.retained ?? 0);
  const unconfirmedBytes = Math.max(0, row.unconfirmed ?? 0);
  return {
    name,
    walStatus: slot.wal_status ?? undefined,
    loss: lossOf(slot),
    activePid: slot.active_pid ?? undefined,
    retainedBytes,
    unconfirmedBytes,
    safeBytes: slot.safe_wal_size ?? undefined,
    logEnd: parseLsn(row.log_end ?? '') ?? 0n,
    catalogXminAge: row.catalog_age ?? undefined,
    failover: slot.failover ?? false,
    blocker: blockerOf(row, {retainedBytes, unconfirmedBytes, longMs}),
    furtherSlots: (row.further ?? []).map(({name, active, retained}) => ({
      name,
      active,
      retainedBytes: retained,
    })),
  };
}

/** Log of a size that no one need account for: it is kept by every slot, for a while. */
const ORDINARY_BYTES = 48 * 1024 * 1024;
/** A transaction that has been open for so long is told all the same: it will cost more. */
const LONG_MS = 60_000;

function blockerOf(
  {oldest, prepared, standby}: ReadingRow,
  {
    retainedBytes,
    unconfirmedBytes,
    longMs,
  }: {retainedBytes: number; unconfirmedBytes: number; longMs: number},
): SlotBlocker {
  // One that is there may be a moment behind.
  if (standby && (!standby.active || unconfirmedBytes >= ORDINARY_BYTES)) {
    return {kind: 'standby', ...standby};
  }
  const openMs = Math.max(oldest?.open_ms ?? 0, prepared?.open_ms ?? 0);
  if (retainedBytes < ORDINARY_BYTES && openMs < longMs) return {kind: 'none'};
  if (retainedBytes >= ORDINARY_BYTES && unconfirmedBytes > retainedBytes / 2) {
    return {kind: 'service'};
  }
  if (prepared && prepared.open_ms > (oldest?.open_ms ?? 0)) {
    return {kind: 'prepared-transaction', gid: prepared.gid, openMs: Math.round(prepared.open_ms)};
  }
  if (!oldest) return {kind: 'none'};
  const {pid, application, state, open_ms} = oldest;
  return {kind: 'transaction', pid, application, state, openMs: Math.round(open_ms)};
}
