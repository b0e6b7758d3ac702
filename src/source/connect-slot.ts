import type pg from 'pg';
import {type Lsn, lsnText, parseLsn} from '../data/lsn.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import {slotProblems} from '../postgres/problems-slot.ts';
import {dropSlot, readSlot, type Slot, slotInUse} from '../postgres/slot.ts';

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
  /** The server's process that sent to us last: it may not know yet that we are gone. */
  readonly pid: number | undefined;
  /** Names the server's data, so that another one behind the same address is noticed. */
  readonly systemId: string | undefined;
}

/** What a server says of itself. */
export interface ServerState {
  readonly systemId: string;
  /** The end of its log, as far as it is on its disk. */
  readonly flushed: Lsn;
  readonly walSenderTimeoutMs: number;
}

const SERVER = `
  SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system_id,
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
      ELSE pg_current_wal_flush_lsn() END::text AS flushed,
    (SELECT setting::int FROM pg_settings WHERE name = 'wal_sender_timeout') AS timeout_ms`;

export async function readServer(client: pg.Client): Promise<ServerState> {
  const {rows} = await client.query<{system_id: string; flushed: string; timeout_ms: number}>(
    SERVER,
  );
  const row = rows[0];
  return {
    systemId: row?.system_id ?? '',
    flushed: parseLsn(row?.flushed ?? '') ?? 0n,
    walSenderTimeoutMs: row?.timeout_ms ?? 0,
  };
}

/**
 * Whether the stream can go on where the image is, or a snapshot must come first. Drops a
 * slot that the server has given up; throws where somebody else reads from it.
 */
export async function beginningOf(
  client: pg.Client,
  slotName: string,
  {
    earlier,
    server,
    clock,
    signal,
  }: {
    earlier: Earlier;
    server: ServerState;
    clock: Clock;
    signal: AbortSignal;
  },
): Promise<Beginning> {
  const slot = await readSlot(client, slotName);
  const lost = slot && (await refuseOrDrop(client, slot));
  if (!slot || lost)
    return {kind: 'resync', slotExists: false, why: lost ?? gone(slotName, earlier)};
  if (slot.activePid !== undefined) await freeSlot(client, slot, {earlier, clock, signal});
  const {received} = earlier;
  if (received === undefined) return {kind: 'resync', slotExists: true, why: undefined};
  const why = discontinuity(slot, received, {earlier, server});
  if (why === undefined) return {kind: 'resume', from: received};
  return {
    kind: 'resync',
    slotExists: true,
    why: slotProblems['position-lost']({slot: slotName, why}),
  };
}

async function refuseOrDrop(client: pg.Client, slot: Slot): Promise<Problem | undefined> {
  if (slot.foreign) throw slotProblems['slot-not-ours']({slot: slot.name, what: slot.foreign});
  if (!slot.lost) return undefined;
  await dropSlot(client, slot.name);
  return slotProblems['slot-lost']({slot: slot.name, why: slot.lost});
}

function gone(slot: string, {received}: Earlier): Problem | undefined {
  if (received === undefined) return undefined;
  return slotProblems['slot-lost']({
    slot,
    why: 'Somebody dropped it, or the server is another one',
  });
}

const FREE_WITHIN_MS = 3000;
const FREE_POLL_MS = 50;

/** Our own last connection may linger on the server; it is ended. Anybody else's is not. */
async function freeSlot(
  client: pg.Client,
  slot: Slot,
  {earlier, clock, signal}: {earlier: Earlier; clock: Clock; signal: AbortSignal},
): Promise<void> {
  let pid = slot.activePid;
  if (pid !== undefined && pid === earlier.pid) {
    await client.query('SELECT pg_terminate_backend($1)', [pid]);
    const untilMs = clock.nowMs() + FREE_WITHIN_MS;
    while (pid === earlier.pid && clock.nowMs() < untilMs) {
      await clock.wait(FREE_POLL_MS, signal);
      pid = (await readSlot(client, slot.name))?.activePid;
    }
  }
  if (pid !== undefined) throw await slotInUse(client, slot.name, pid);
}

function discontinuity(
  {confirmedLsn}: Slot,
  received: Lsn,
  {earlier, server}: {earlier: Earlier; server: ServerState},
): string | undefined {
  if (earlier.systemId !== undefined && earlier.systemId !== server.systemId) {
    return 'The server holds other data than before';
  }
  if (server.flushed < received) {
    return `Its log ends at ${lsnText(server.flushed)}, before ${lsnText(received)}`;
  }
  if (confirmedLsn !== undefined && confirmedLsn > received) {
    return `The slot was moved on to ${lsnText(confirmedLsn)}, past ${lsnText(received)}`;
  }
  return undefined;
}
