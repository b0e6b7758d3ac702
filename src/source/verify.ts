import type pg from 'pg';
import type {Lsn} from '../data/lsn.ts';
import {lsnText} from '../data/lsn.ts';
import type {Problem} from '../lib/problem.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import {openSession, type Session} from '../postgres/connection.ts';
import {codeOf} from '../postgres/failure.ts';
import {createSlot} from '../postgres/slot.ts';
import {beginReading, enterSnapshot, readTable} from '../postgres/snapshot.ts';
import {tableFiles} from '../postgres/table-files.ts';
import {throttle} from '../postgres/throttle.ts';
import type {TlsOptions} from '../postgres/tls.ts';
import type {Captured} from './captured.ts';
import {givingWay} from './give-way.ts';
import type {Image} from './image.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {sourceProblems} from './problems.ts';
import {type TableCheck, type TableDifference, tableCheck} from './table-check.ts';
import type {TableImage} from './table-image.ts';

/** A table that was compared with the database. */
export interface TableVerdict {
  readonly followed: FollowedTable;
  /** The position at which it was compared. */
  readonly lsn: Lsn;
  readonly rows: number;
  readonly difference: TableDifference | undefined;
}

export interface Verifying {
  readonly options: PostgresSourceOptions;
  readonly world: Pick<SourceWorld, 'clock'>;
  readonly tls: TlsOptions;
  readonly control: pg.Client;
  readonly tables: readonly FollowedTable[];
  readonly image: Image;
  /** It has taken every transaction since before the call. */
  readonly captured: Captured;
  /** The position of the image. */
  readonly received: () => Lsn | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads tables in one snapshot, at a known position of the log, and compares each row with
 * the image as it was at that position: the image moves on meanwhile, and `captured` has
 * what changed since. Answers table by table, until the first that differs. Throws a
 * Problem where it cannot be said; that says nothing about the rows.
 *
 * The snapshot is a temporary slot's, as for a resync: a transaction is in it if and only if
 * the stream sends it before that position. Of a snapshot taken otherwise nobody could say,
 * since commits become visible in another order than they stand in the log.
 */
export async function* verify(verifying: Verifying): AsyncGenerator<TableVerdict> {
  const {options, control, tables, tls, captured} = verifying;
  const over = new AbortController();
  const signal = AbortSignal.any([verifying.signal, over.signal]);
  const sessions: Session[] = [];
  const open = async (replication: boolean): Promise<Session> => {
    const session = await openSession(options.connect, {tls, replication, signal});
    sessions.push(session);
    return session;
  };
  try {
    // A table that gets another file from here on may be empty in the snapshot.
    const files = new Map<FollowedTable, string>();
    for (const table of tables) {
      const names = await tableFiles(control, table);
      // One of its name would be read instead: the look at the tables tells it better.
      if (names === undefined) throw givenUp(`table "${table.table.id}" was dropped`);
      files.set(table, names);
    }
    const maker = await open(true);
    const slot = await createSlot(maker, {
      control,
      name: `${options.slotName.slice(0, 40)}_verify_${maker.pid}`,
      temporary: true,
      failover: false,
      limitMs: options.slotWaitMs,
      clock: verifying.world.clock,
    });
    const reader = await open(false);
    await beginReading(reader.client);
    await reader.client.query(PATIENCE);
    await enterSnapshot(reader.client, slot.snapshot);
    await maker.end();
    refuseFull(captured);
    captured.settle(slot.lsn);
    await imageAt(slot.lsn, verifying);
    for (const followed of tables) {
      const found = await compared(followed, reader, {...verifying, signal});
      if ((await tableFiles(control, followed)) !== files.get(followed)) {
        throw givenUp(`table "${followed.table.id}" was truncated or written anew meanwhile`);
      }
      yield {followed, lsn: slot.lsn, ...found};
      if (found.difference) return;
    }
  } finally {
    over.abort();
    await Promise.all(sessions.map((session) => session.end()));
  }
}

// It keeps the tables that it has read: who alters one, and waits for another, is not to be the
// victim of a deadlock, which the server looks for after a second.
const PATIENCE = `SET LOCAL lock_timeout = '200ms'`;
const NOT_AVAILABLE = '55P03';

const givenUp = (why: string): Problem => sourceProblems['verification-given-up']({why});

const POLL_MS = 20;

/** The image may be behind: what is on its way to it is in the snapshot already. */
async function imageAt(lsn: Lsn, {options, world, received, signal}: Verifying): Promise<void> {
  const untilMs = world.clock.steadyMs() + options.slotWaitMs;
  while ((received() ?? 0n) < lsn) {
    if (world.clock.steadyMs() > untilMs) {
      const at = lsnText(received() ?? 0n);
      throw givenUp(`changes up to ${lsnText(lsn)} were to be taken in, and it is at ${at}`);
    }
    await world.clock.wait(POLL_MS, signal);
  }
}

async function compared(
  followed: FollowedTable,
  reader: Session,
  verifying: Verifying,
): Promise<{readonly rows: number; readonly difference: TableDifference | undefined}> {
  const {image, captured} = verifying;
  const {id} = followed.table;
  const held = image.get(id);
  if (!held) throw givenUp(`table "${id}" is not held any more`);
  const check = tableCheck(id, held, captured);
  await read(followed, reader, verifying, check.add);
  refuseFull(captured);
  const difference = check.difference();
  if (difference && difference.extra > 0) {
    await nameStrangers(check, held, (add) => read(followed, reader, verifying, add));
    refuseFull(captured);
  }
  return {rows: check.rows, difference};
}

function refuseFull({full}: Captured): void {
  if (full) throw givenUp('too much changed while rows were read');
}

/** Reads a table at the rate that is allowed, as long as nobody waits for its lock. */
async function read(
  followed: FollowedTable,
  reader: Session,
  {options, world, control, captured, signal}: Verifying,
  add: Parameters<typeof readTable>[2],
): Promise<void> {
  const {clock} = world;
  const {id} = followed.table;
  const why = (): Problem => givenUp(`somebody waited for a lock on "${id}"`);
  const reading = givingWay(reader, {control, clock, signal, why}, (either) => {
    const perSecond = options.verifyRowsPerSecond;
    const step = throttle(reader.client, {perSecond, clock, signal: either});
    return readTable(reader.client, followed, (row) => {
      refuseFull(captured);
      add(row);
      step();
    });
  });
  await reading.catch((error: unknown) => {
    throw codeOf(error) === NOT_AVAILABLE ? givenUp(`"${id}" was locked`) : error;
  });
}

const TURN_ROWS = 5_000;

async function nameStrangers(
  check: TableCheck,
  held: TableImage,
  readAgain: (add: Parameters<typeof readTable>[2]) => Promise<void>,
): Promise<void> {
  const strangers = check.strangers();
  await readAgain(strangers.add);
  let looked = 0;
  for (const [key] of held.rows()) {
    if (strangers.look(key)) return;
    looked += 1;
    if (looked % TURN_ROWS === 0) await new Promise(setImmediate);
  }
}
