import type {Delta} from '../data/delta.ts';
import type {Lsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import {type ConnectOptions, openSession, type Session} from '../postgres/connection.ts';
import {createSlot} from '../postgres/slot.ts';
import {beginReading, enterSnapshot, readTable} from '../postgres/snapshot.ts';
import {isWaitedFor} from '../postgres/table-files.ts';
import {lockAlso} from '../postgres/table-locks.ts';
import {givingWay} from './give-way.ts';
import {emptyImage, type Image, netDelta} from './image.ts';
import {keysOf} from './shape.ts';
import type {TableImage} from './table-image.ts';

/** A snapshot compared with the image, which stays as it was until `adopt`. */
export interface Resync {
  /** What the snapshot holds is everything that committed before this position. */
  readonly lsn: Lsn;
  /** Microseconds since 1970, by the server's clock. */
  readonly takenAt: number;
  readonly changes: ReadonlyMap<TableId, Delta>;
  adopt(): void;
}

export interface ResyncOptions {
  readonly connect: ConnectOptions;
  readonly slotName: string;
  /** The slot exists: the snapshot comes with a temporary one, which marks a later point. */
  readonly slotExists: boolean;
  /** A slot that is made here is copied to standbys. */
  readonly failover: boolean;
  readonly slotWaitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRows: (rowsRead: number) => void;
  /** What a reading fails with that gives way to who waits for a table; undefined: none does. */
  readonly whyGivenUp: (() => Problem) | undefined;
}

/**
 * Reads every table in one snapshot, at a known position of the log, and compares it with
 * what is held. `control` has locked the tables against changes of shape.
 *
 * A slot that does not exist is made here, and the snapshot is its own. Where it exists,
 * the stream may be started at the snapshot's position all the same: what committed
 * before is in the snapshot, and the server does not send it.
 */
export async function resync(
  control: Session,
  tables: readonly FollowedTable[],
  shapes: ReadonlyMap<TableId, FollowedTable>,
  image: Image,
  options: ResyncOptions,
): Promise<Resync> {
  const {connect, slotName, slotExists, signal} = options;
  const sessions: Session[] = [];
  try {
    const maker = await openSession(connect, {replication: true, tls: control.tls, signal});
    sessions.push(maker);
    const slot = await createSlot(maker, {
      control: control.client,
      name: slotExists ? temporaryName(slotName, control) : slotName,
      temporary: slotExists,
      failover: options.failover && !slotExists,
      limitMs: options.slotWaitMs,
      clock: options.clock,
      waitedFor: () => isWaitedFor(control.client, control.pid),
    });
    const reader = await openSession(connect, {tls: control.tls, signal});
    sessions.push(reader);
    await beginReading(reader.client);
    const takenAt = await enterSnapshot(reader.client, slot.snapshot);
    await lockAlso(reader.client, tables);
    // The snapshot is taken up; the temporary slot, which holds back log, goes with this.
    await maker.end();
    const read = () => compare(reader, tables, shapes, image, options.onRows);
    const {whyGivenUp: why, clock} = options;
    const around = why && {control: control.client, clock, signal, why};
    const compared = await (around ? givingWay(reader, around, read) : read());
    return {lsn: slot.lsn, takenAt, ...compared};
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
}

/** One for each process of the server: two services may resync at the same time. */
function temporaryName(slotName: string, control: Session): string {
  return `${slotName.slice(0, 40)}_snapshot_${control.pid}`;
}

const ROWS_BETWEEN_REPORTS = 10_000;

async function compare(
  reader: Session,
  tables: readonly FollowedTable[],
  shapes: ReadonlyMap<TableId, FollowedTable>,
  image: Image,
  onRows: (rowsRead: number) => void,
): Promise<Pick<Resync, 'changes' | 'adopt'>> {
  const changes = new Map<TableId, Delta>();
  const next = new Map<TableId, TableImage>();
  const adoptions: (() => void)[] = [];
  let rowsRead = 0;
  for (const followed of tables) {
    const {id} = followed.table;
    const held = image.get(id);
    // Rows of another shape are not compared: they go, and what is there comes.
    const comparable = held !== undefined && keysOf(shapes.get(id)) === keysOf(followed);
    const own = comparable ? held : emptyImage(followed);
    const comparison = own.compare();
    await readTable(reader.client, followed, (row) => {
      comparison.add(row);
      rowsRead += 1;
      if (rowsRead % ROWS_BETWEEN_REPORTS === 0) onRows(rowsRead);
    });
    const difference = comparison.difference();
    const gone = comparable ? [] : removals(held);
    // A difference alone is net as it is.
    const net = gone.length === 0 ? difference : netDelta([...gone, ...difference]);
    if (net.length > 0) changes.set(id, net);
    next.set(id, own);
    adoptions.push(() => comparison.adopt());
  }
  for (const [id, held] of image) {
    if (!next.has(id) && held.size > 0) changes.set(id, removals(held));
  }
  return {
    changes,
    adopt() {
      for (const adoption of adoptions) adoption();
      image.clear();
      for (const [id, own] of next) image.set(id, own);
    },
  };
}

function removals(held: TableImage | undefined): Delta {
  if (!held) return [];
  return Array.from(held.rows(), ([key, before]) => ({key, before, after: undefined}));
}
