import type {TableId} from '../data/schema.ts';
import {assert} from '../lib/assert.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import type {Described, Held} from './attach.ts';
import {emptyImage, type Image} from './image.ts';
import {progress} from './progress.ts';
import type {StoredSource} from './source.ts';

/** How the tables of an image stood in the database, as text for the store. */
export function memoText({tables, marks, systemId, timeline}: Described): string {
  return JSON.stringify({tables, marks: [...marks], systemId, timeline});
}

interface Memo {
  readonly tables: readonly FollowedTable[];
  readonly marks: readonly (readonly [TableId, string])[];
  readonly systemId: string;
  readonly timeline: number;
}

/** What a source holds at first: what the store has of it, or nothing. */
export function heldFrom(stored: StoredSource | undefined): Held {
  const held: Held = {
    image: new Map(),
    progress: progress(),
    tables: [],
    senderPid: undefined,
    systemId: undefined,
    timeline: undefined,
    doubt: undefined,
    marks: new Map(),
  };
  if (!stored) return held;
  const {tables, marks, systemId, timeline} = JSON.parse(stored.memo) as Memo;
  held.progress.restart(stored.lsn);
  // The store has it, whether the server was told so or not.
  held.progress.acknowledge(stored.lsn);
  return Object.assign(held, {
    image: imageOf(tables, stored),
    tables,
    marks: new Map(marks),
    systemId,
    timeline,
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
