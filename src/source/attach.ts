import type {Lsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Problem} from '../lib/problem.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import {openSession, type Session} from '../postgres/connection.ts';
import {expectedRows} from '../postgres/expected-rows.ts';
import {saidBy, tableWent} from '../postgres/failure.ts';
import {preflightProblems} from '../postgres/problems-preflight.ts';
import {slotProblems} from '../postgres/problems-slot.ts';
import {lockTables} from '../postgres/table-locks.ts';
import type {TableMarks} from '../postgres/table-marks.ts';
import {timelineLeftAt} from '../postgres/timeline.ts';
import type {TlsOptions} from '../postgres/tls.ts';
import {type Beginning, beginningOf, readServer, type ServerState} from './connect-slot.ts';
import {failoverOf} from './failover.ts';
import type {Image} from './image.ts';
import {memoText, noteReader} from './memo.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {type Prepared, prepare} from './prepare.ts';
import {sourceProblems} from './problems.ts';
import type {Progress} from './progress.ts';
import {changedTable, marksNow} from './quiet-changes.ts';
import {type Resync, resync} from './resync.ts';
import {shapesOf} from './shape.ts';
import type {SlotGuard} from './slot-guard.ts';
import type {SourceSink} from './source.ts';

/** What a source holds from one connection to the next. */
export interface Held {
  readonly image: Image;
  /** Its `received` is the position of the image. */
  readonly progress: Progress;
  /** The tables in the image, as they were described last. */
  tables: readonly FollowedTable[];
  /** What our replication sessions are called, as long as this process runs. */
  readonly session: string;
  /** The name that the store has: a predecessor's at first, whose session may linger. */
  notedSession: string | undefined;
  /** Names the server's data, and the database. */
  systemId: string | undefined;
  /** Which of the histories of that data: see `ServerState`. */
  timeline: number | undefined;
  /** Why the image must be compared with the tables before the stream goes on. */
  doubt: Problem | undefined;
  /** What tells that the tables are still those in the image. */
  marks: TableMarks;
  /** Tables that were in the image at any time. */
  readonly known: Set<TableId>;
  /** Readings that gave way to ALTER TABLE since one was carried through. */
  givenUp: number;
}

/** How the tables of the image stand in the database. */
export interface Described {
  readonly tables: readonly FollowedTable[];
  readonly marks: TableMarks;
  readonly systemId: string;
  readonly timeline: number;
}

/** Where and how the stream is to be opened. */
export interface Attached {
  readonly from: Lsn;
  readonly tls: TlsOptions;
  readonly walSenderTimeoutMs: number;
  readonly viaRoot: boolean;
  /** As in `server_version_num`. */
  readonly version: number;
  readonly warnings: readonly Problem[];
}

export interface Attaching {
  readonly options: PostgresSourceOptions;
  readonly world: SourceWorld;
  readonly held: Held;
  readonly sink: SourceSink;
  readonly signal: AbortSignal;
  readonly guard: SlotGuard;
  readonly onRows: (rowsRead: number, rowsExpected: number | undefined) => void;
  /** The tables are about to be compared; `why` where something was lost. */
  readonly onCompare: (why: Problem | undefined) => void;
}

/**
 * Looks at the database, mends what it may, and brings what is held to a position from
 * which the stream can go on: as it is, or by a comparison with a snapshot, which the sink
 * is told as a transaction.
 */
export async function attach(attaching: Attaching): Promise<Attached> {
  const {options, signal} = attaching;
  const control = await openSession(options.connect, {signal});
  try {
    const server = await readServer(control);
    if (server.standby) await refuseStandby(control, options);
    const beginning = await beginningFor(attaching, control, server);
    const needs = {slots: beginning.kind === 'resync' ? 1 : 0, senders: 1};
    const prepared = await prepare(control.client, options, needs);
    const from = await position(attaching, control, {beginning, prepared, server});
    noteReader(attaching.held, attaching.sink, {from, timeline: server.timeline});
    const {walSenderTimeoutMs, version} = server;
    const {viaRoot} = prepared;
    const warnings = [...prepared.warnings, ...failoverOf(options.slotFailover, version).warnings];
    return {from, tls: control.tls, walSenderTimeoutMs, viaRoot, version, warnings};
  } catch (error) {
    if (!tableWent(error)) throw error;
    throw sourceProblems['table-went']({said: saidBy(error)}, {cause: error});
  } finally {
    await control.end();
  }
}

/**
 * A standby that waits for its promotion may have a copy of our slot, and less of the log than
 * we have read: neither says anything before it is the primary.
 */
async function refuseStandby({client}: Session, options: PostgresSourceOptions): Promise<never> {
  // It says what else is wrong, too.
  await prepare(client, options, {slots: 0, senders: 1});
  // It was promoted in between: the next look finds a primary.
  throw preflightProblems['server-is-standby']({});
}

function beginningFor(
  {options, world, held, signal, guard}: Attaching,
  {client, tls}: Session,
  server: ServerState,
): Promise<Beginning> {
  const {session, notedSession, systemId, timeline, progress} = held;
  // The store is this process's alone: who wrote a name there before is gone, or has lost it.
  const sessions = notedSession === undefined ? [session] : [session, notedSession];
  const {connect, slotName} = options;
  return beginningOf(client, slotName, {
    earlier: {received: progress.received, sessions, systemId, timeline},
    server,
    clock: world.clock,
    signal,
    excess: () => guard.check(client),
    leftAt: (earlier) => timelineLeftAt(connect, {earlier, now: server.timeline, tls, signal}),
  });
}

async function position(
  attaching: Attaching,
  control: Session,
  found: {
    readonly beginning: Beginning;
    readonly prepared: Prepared;
    readonly server: ServerState;
  },
): Promise<Lsn> {
  const {beginning, prepared, server} = found;
  const {held, options} = attaching;
  // That it is gone was our own doing, where it was.
  const ours = held.doubt?.code === 'slot-given-up' ? held.doubt : undefined;
  const why = beginning.kind === 'resync' ? (ours ?? beginning.why) : held.doubt;
  const altered =
    shapesOf(prepared.tables) !== shapesOf(held.tables) ||
    changedTable(held.marks, await marksNow(control.client, options));
  if (beginning.kind === 'resume' && !held.doubt && !altered && !prepared.extended) {
    return beginning.from;
  }
  attaching.onCompare(why);
  const slotExists = beginning.kind === 'resume' || beginning.slotExists;
  if (!slotExists) attaching.guard.forget();
  return whileLocked(attaching, control, {slotExists, prepared, server});
}

/** Compares what is held with the tables, which nobody can alter meanwhile. */
async function whileLocked(
  attaching: Attaching,
  control: Session,
  found: {
    readonly slotExists: boolean;
    readonly prepared: Prepared;
    readonly server: ServerState;
  },
): Promise<Lsn> {
  const {slotExists, prepared, server} = found;
  const {options, signal} = attaching;
  const {clock} = attaching.world;
  const limits = {limitMs: options.slotWaitMs, clock, signal};
  await lockTables(control.client, prepared.tables, limits);
  const {failover} = failoverOf(options.slotFailover, server.version);
  const described = await describedAgain(attaching, control, server);
  return compared(attaching, control, {slotExists, failover, ...described});
}

/** Locked, tables are described once more: nobody can alter them from here on. */
async function describedAgain(
  {options}: Attaching,
  control: Session,
  {systemId, timeline}: ServerState,
): Promise<Described> {
  // The marks first: what changes between the two is then noticed later.
  const marks = await marksNow(control.client, options);
  const {tables, extended} = await prepare(control.client, options, {slots: 1, senders: 1});
  if (extended) {
    // What was put in is undone with this transaction, which a slot would wait for besides.
    const table = tables[0]?.table.id ?? '';
    const what = `Publication "${options.publicationName}" lost it, or another one, just now`;
    throw sourceProblems['schema-changed']({table, what});
  }
  return {tables, marks, systemId, timeline};
}

async function compared(
  attaching: Attaching,
  control: Session,
  {
    slotExists,
    failover,
    ...described
  }: Described & {readonly slotExists: boolean; readonly failover: boolean},
): Promise<Lsn> {
  const {tables} = described;
  const {options, world, held, signal} = attaching;
  const {connect, slotName, slotWaitMs} = options;
  const {doubt} = held;
  const shapes = new Map(held.tables.map((followed) => [followed.table.id, followed]));
  const slot = {slotName, slotExists, failover, slotWaitMs};
  const expected = await expectedRows(control.client, tables);
  const onRows = (rowsRead: number): void => attaching.onRows(rowsRead, expected);
  const whyGivenUp = held.givenUp < GIVEN_UP_MAX ? (): Problem => givenUp(held) : undefined;
  const resyncing = {connect, ...slot, clock: world.clock, signal, onRows, whyGivenUp};
  const found = await resync(control, tables, shapes, held.image, resyncing);
  // Of a slot that was just made nothing is known yet.
  if (!slotExists) await attaching.guard.check(control.client);
  await tell(attaching, described, {...found, doubt});
  return found.lsn;
}

/** Readings that give way one after the other; the next keeps the tables until its end. */
const GIVEN_UP_MAX = 3;

function givenUp(held: Held): Problem {
  held.givenUp += 1;
  return slotProblems['tables-locked']({why: 'somebody waited for such a change'});
}

async function tell(
  {options, held, sink}: Attaching,
  described: Described,
  found: Resync & {readonly doubt: Problem | undefined},
): Promise<void> {
  found.adopt();
  Object.assign(held, described);
  for (const {table} of described.tables) held.known.add(table.id);
  // A doubt that came while rows were read is one of what this snapshot may not have.
  if (held.doubt === found.doubt) held.doubt = undefined;
  held.givenUp = 0;
  held.progress.restart(found.lsn);
  held.progress.give(found.lsn, found.takenAt);
  sink.describe(
    described.tables.map(({table}) => table),
    memoText(described, held.session),
  );
  held.notedSession = held.session;
  const transactions: Transaction[] = [
    {
      kind: 'resync',
      sourceId: options.id,
      lsn: found.lsn,
      xid: undefined,
      commitTime: found.takenAt,
      changes: found.changes,
    },
  ];
  await sink.receive(() => transactions.shift());
}
