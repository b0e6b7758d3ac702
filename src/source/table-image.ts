import type {Delta, Edit} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {Row} from '../data/value.ts';
import type {OldTuple, Tuple} from '../postgres/pgoutput.ts';

/**
 * The rows of one table as they are at a commit: what the stream leaves out (old rows,
 * unchanged large values) is found here.
 *
 * Each call appends to `edits` what it does, in order. A change that does not fit what is
 * held throws `image-out-of-step`: it is never guessed at, and never passed over.
 */
export interface TableImage {
  insert(row: Tuple, edits: Edit[]): void;
  update(old: OldTuple | undefined, row: Tuple, edits: Edit[]): void;
  remove(old: OldTuple, edits: Edit[]): void;
  /** TRUNCATE: every row goes. */
  clear(edits: Edit[]): void;
  /** Takes back edits that this image made, the newest of all, as if they had never been. */
  undo(edits: readonly Edit[]): void;
  /** Begins to compare what is held with the table's rows in a snapshot. */
  compare(): Comparison;
  rows(): Iterable<readonly [Key, Row]>;
  row(key: Key): Row | undefined;
  /** Gives the rows of a table, all of one reading, the keys that they have here. */
  namer(): (row: Row) => Key;
  /** Takes over the rows that an image of the same table had. Only of one that is empty. */
  load(rows: Map<Key, Row>): void;
  /** How many rows are held. */
  readonly size: number;
}

/** Takes the snapshot's rows one by one; the image stays as it is until `adopt`. */
export interface Comparison {
  add(row: Row): void;
  /**
   * What turns the rows held into the snapshot's, each key once and each edit a change. Call
   * once, after the last row.
   */
  difference(): Delta;
  /** The snapshot's rows are what is held from now on. */
  adopt(): void;
}
