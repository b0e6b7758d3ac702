import type {Lsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import {assert} from '../lib/assert.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import type {TableMark} from '../postgres/table-marks.ts';
import type {Described, Held} from './attach.ts';
import {emptyImage, type Image} from './image.ts';
import {progress} from './progress.ts';
import type {SourceSink, StoredSource} from './source.ts';

/** How the tables of an image stood in the database, and who reads from it: for the store. */
export function memoText(
  {tables, marks, systemId, timeline}: Pick<Held, keyof Described>,
  session: string,
): string {
  return JSON.stringify({tables, marks: [...marks], systemId, timeline, session});
}

/**
 * Has the store know who reads from the slot from now on, and in which history: before the
 * server begins to send, so that whoever comes after us knows what we leave.
 */
export function noteReader(
  held: Held,
  sink: Pick<SourceSink, 'reach'>,
  {from, timeline}: {readonly from: Lsn; readonly timeline: number},
): void {
  const noted = held.notedSession === held.session && held.timeline === timeline;
  held.timeline = timeline;
  if (noted) return;
  sink.reach(from, memoText(held, held.session));
  held.notedSession = held.session;
}

interface Memo {
  readonly tables: readonly FollowedTable[];
  readonly marks: readonly (readonly [TableId, TableMark])[];
  readonly systemId: string;
  readonly timeline: number;
  /** Stores of before have none. */
  readonly session?: string;
}

/**
 * What a source holds at first: what the store has of it, or nothing. `session` is what it
 * calls its own replication sessions.
 */
export function heldFrom(stored: StoredSource | undefined, session: string): Held {
  const held: Held = {
    image: new Map(),
    progress: progress(),
    tables: [],
    session,
    notedSession: undefined,
    systemId: undefined,
    timeline: undefined,
    doubt: undefined,
    marks: new Map(),
    known: new Set(),
    givenUp: 0,
  };
  if (!stored) return held;
  const memo = JSON.parse(stored.memo) as Memo;
  const {tables, marks, systemId, timeline} = memo;
  held.progress.restart(stored.lsn);
  // The store has it, whether the server was told so or not.
  held.progress.acknowledge(stored.lsn);
  return Object.assign(held, {
    image: imageOf(tables, stored),
    tables,
    marks: new Map(marks),
    known: new Set(tables.map(({table}) => table.id)),
    systemId,
    timeline,
    notedSession: memo.session,
  });
}

function imageOf(tables: readonly FollowedTable[], {rows}: StoredSource): Image {
  const image: Image = new Map();
  for (const followed of tables) {
    const own = emptyImage(followed);
    own.load(rows.get(followed.table.id) ?? new Map());
    image.set(followed.table.id, own);
  }
  for (const [id, {size}] of rows) {
    assert(size === 0 || image.has(id), `the stored rows of ${id} are of a table of the memo`);
  }
  return image;
}
