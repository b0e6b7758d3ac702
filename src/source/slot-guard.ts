import type pg from 'pg';
import {type Problem, problemText} from '../lib/problem.ts';
import {slotProblems} from '../postgres/problems-slot.ts';
import {dropSlot, freed} from '../postgres/slot.ts';
import {readSlotCost, type SlotReading} from '../postgres/slot-reading.ts';
import type {Duty} from './beside.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {type SlotStatus, slotOutlook, type TimedReading} from './slot-outlook.ts';

/** Readings that rates are told from. */
const READINGS = 7;

/**
 * Keeps watch over what a slot costs its server. Past the limit the slot is given up: it is
 * dropped, and the server may forget the log. The source then compares its tables with what
 * it holds, as after any other loss.
 *
 * It can only guard while the service runs. While it is away, max_slot_wal_keep_size does.
 */
export interface SlotGuard {
  readonly status: SlotStatus | undefined;
  /** Why the server sends nothing although all is well here. */
  readonly heldBack: Problem | undefined;
  /** Reads the slot, and answers why it must be given up where it must. */
  check(client: pg.Client): Promise<Problem | undefined>;
  /** There is no slot any more, or it is another one. */
  forget(): void;
  readonly duty: Duty;
}

export function slotGuard(
  {id, slotName, maxRetainedWalBytes, slotCheckMs}: PostgresSourceOptions,
  {clock, log}: SourceWorld,
  /** What our session is called. */
  session: string,
): SlotGuard {
  const limitBytes = maxRetainedWalBytes > 0 ? maxRetainedWalBytes : undefined;
  let readings: TimedReading[] = [];
  let status: SlotStatus | undefined;
  let heldBack: Problem | undefined;

  /** Told once, and as loud when it is over. */
  function notice(why: Problem | undefined): void {
    if (why && why.detail !== heldBack?.detail)
      log.warn(problemText(why), {source: id, code: why.code});
    if (heldBack && !why) log.warn('Postgres waits for no standby any more', {source: id});
    heldBack = why;
  }

  async function check(client: pg.Client): Promise<Problem | undefined> {
    const reading = await readSlotCost(client, slotName);
    if (!reading) {
      forget();
      return undefined;
    }
    const one = {atMs: clock.nowMs(), reading};
    readings = [...readings, one].slice(-READINGS);
    status = slotOutlook([...readings.slice(0, -1), one], limitBytes);
    notice(heldBackBy(slotName, reading));
    if (limitBytes === undefined || reading.retainedBytes <= limitBytes) return undefined;
    return givenUp(slotName, reading, limitBytes);
  }
  function forget(): void {
    readings = [];
    status = undefined;
    heldBack = undefined;
  }

  return {
    get status() {
      return status;
    },
    get heldBack() {
      return heldBack;
    },
    check,
    forget,
    duty: {
      everyMs: slotCheckMs,
      async look(client, {stop, signal}) {
        const problem = await check(client);
        if (!problem) return;
        // First the stream, since a slot that is read from cannot be dropped.
        stop(problem);
        // An instance that waited may have it by then: it is that one's to guard.
        const taken = await freed(client, slotName, {ours: [session], clock, signal});
        if (!taken) await dropSlot(client, slotName);
        forget();
      },
    },
  };
}

function heldBackBy(slot: string, {blocker}: SlotReading): Problem | undefined {
  if (blocker.kind !== 'standby') return undefined;
  return slotProblems['standby-holds-back']({slot, standby: blocker.slot, active: blocker.active});
}

function givenUp(slot: string, reading: SlotReading, limitBytes: number): Problem {
  const {retainedBytes} = reading;
  const blocker = blockerText(reading);
  return slotProblems['slot-given-up']({slot, retainedBytes, limitBytes, blocker});
}

function blockerText({blocker}: SlotReading): string {
  switch (blocker.kind) {
    case 'service':
      return 'The service has not taken in what was sent';
    case 'transaction': {
      const {pid, application, state, openMs} = blocker;
      return `Process ${pid} ("${application}", ${state}) has had a transaction open for ${Math.round(openMs / 1000)} s`;
    }
    case 'prepared-transaction':
      return `The prepared transaction "${blocker.gid}" has been open for ${Math.round(blocker.openMs / 1000)} s`;
    case 'standby':
      return `Postgres waits for the standby of slot "${blocker.slot}"`;
    default:
      return 'Nothing that could be seen held it back';
  }
}
