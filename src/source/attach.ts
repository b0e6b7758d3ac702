import type {Lsn} from '../data/lsn.ts';
import {type Problem, problemText} from '../lib/problem.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import {openSession, type Session} from '../postgres/connection.ts';
import {lockTables} from '../postgres/snapshot.ts';
import type {TableMarks} from '../postgres/table-marks.ts';
import type {TlsOptions} from '../postgres/tls.ts';
import {type Beginning, beginningOf, readServer} from './connect-slot.ts';
import type {Image} from './image.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {type Prepared, prepare} from './prepare.ts';
import type {Progress} from './progress.ts';
import {changedTable, marksNow} from './quiet-changes.ts';
import {type Resync, resync} from './resync.ts';
import {shapesOf} from './shape.ts';
import type {SourceSink} from './source.ts';

/** What a source holds from one connection to the next. */
export interface Held {
  readonly image: Image;
  /** Its `received` is the position of the image. */
  readonly progress: Progress;
  /** The tables in the image, as they were described last. */
  tables: readonly FollowedTable[];
  /** The server's process that sent to us last. */
  senderPid: number | undefined;
  /** Names the server's data. */
  systemId: string | undefined;
  /** Why the image must be compared with the tables before the stream goes on. */
  doubt: Problem | undefined;
  /** What tells that the tables are still those in the image. */
  marks: TableMarks;
}

/** Where and how the stream is to be opened. */
export interface Attached {
  readonly from: Lsn;
  readonly tls: TlsOptions;
  readonly walSenderTimeoutMs: number;
  readonly viaRoot: boolean;
  readonly warnings: readonly Problem[];
}

export interface Attaching {
  readonly options: PostgresSourceOptions;
  readonly world: SourceWorld;
  readonly held: Held;
  readonly sink: SourceSink;
  readonly signal: AbortSignal;
  readonly onRows: (rowsRead: number) => void;
}

/**
 * Looks at the database, mends what it may, and brings what is held to a position from
 * which the stream can go on: as it is, or by a comparison with a snapshot, which the sink
 * is told as a transaction.
 */
export async function attach(attaching: Attaching): Promise<Attached> {
  const {options, world, held, signal} = attaching;
  const control = await openSession(options.connect, {signal});
  try {
    const server = await readServer(control.client);
    const earlier = {
      received: held.progress.received,
      pid: held.senderPid,
      systemId: held.systemId,
    };
    const around = {earlier, server, clock: world.clock, signal};
    const beginning = await beginningOf(control.client, options.slotName, around);
    const needs = {slots: beginning.kind === 'resync' ? 1 : 0, senders: 1};
    const prepared = await prepare(control.client, options, needs);
    const from = await position(attaching, control, beginning, prepared);
    held.systemId = server.systemId;
    const {walSenderTimeoutMs} = server;
    const {viaRoot, warnings} = prepared;
    return {from, tls: control.tls, walSenderTimeoutMs, viaRoot, warnings};
  } finally {
    await control.end();
  }
}

async function position(
  attaching: Attaching,
  control: Session,
  beginning: Beginning,
  prepared: Prepared,
): Promise<Lsn> {
  const {held, world, options} = attaching;
  const why = beginning.kind === 'resync' ? beginning.why : held.doubt;
  const altered =
    shapesOf(prepared.tables) !== shapesOf(held.tables) ||
    changedTable(held.marks, await marksNow(control.client, options), {named: false});
  if (beginning.kind === 'resume' && !held.doubt && !altered && !prepared.extended) {
    return beginning.from;
  }
  if (why) world.log.warn(problemText(why), {source: options.id});
  const slotExists = beginning.kind === 'resume' || beginning.slotExists;
  // Locked, they are described once more: nobody can alter them from here on.
  await lockTables(control.client, prepared.tables);
  // The marks first: what changes between the two is then noticed later.
  const marks = await marksNow(control.client, options);
  const {tables} = await prepare(control.client, options, {slots: 1, senders: 1});
  const from = await compared(attaching, control, {tables, slotExists});
  held.marks = marks;
  return from;
}

async function compared(
  attaching: Attaching,
  control: Session,
  {tables, slotExists}: {tables: readonly FollowedTable[]; slotExists: boolean},
): Promise<Lsn> {
  const {options, world, held, signal, onRows} = attaching;
  const {connect, slotName, slotWaitMs} = options;
  const shapes = new Map(held.tables.map((followed) => [followed.table.id, followed]));
  const resyncing = {connect, slotName, slotExists, slotWaitMs, clock: world.clock, signal, onRows};
  const found = await resync(control, tables, shapes, held.image, resyncing);
  await tell(attaching, tables, found);
  return found.lsn;
}

async function tell(
  {options, held, sink}: Attaching,
  tables: readonly FollowedTable[],
  found: Resync,
): Promise<void> {
  const described = (each: readonly FollowedTable[]): string =>
    JSON.stringify(each.map(({table}) => table));
  const fresh = held.progress.received === undefined;
  const altered = fresh || described(tables) !== described(held.tables);
  found.adopt();
  held.tables = tables;
  held.doubt = undefined;
  held.progress.restart(found.lsn);
  held.progress.give(found.lsn, found.takenAt);
  if (altered) sink.describe(tables.map(({table}) => table));
  await sink.receive({
    kind: 'resync',
    sourceId: options.id,
    lsn: found.lsn,
    xid: undefined,
    commitTime: found.takenAt,
    changes: found.changes,
  });
}
