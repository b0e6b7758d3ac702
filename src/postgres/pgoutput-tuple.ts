import {MalformedText} from '../data/malformed.ts';
import type {Value} from '../data/value.ts';
import type {MessageCursor} from './message-cursor.ts';
import type {ByteReader} from './values.ts';

/** Stands where Postgres did not send a value because the UPDATE left it as it was (TOAST). */
export const UNCHANGED: unique symbol = Symbol('unchanged');

/** The values of a relation's columns in order. */
export type Tuple = readonly (Value | typeof UNCHANGED)[];

export interface OldTuple {
  /** `key`: the replica identity's columns, the others null. `full`: the whole old row. */
  readonly kind: 'key' | 'full';
  readonly row: Tuple;
}

const NULL = 0x6e; // n
const TOASTED = 0x75; // u
const TEXT = 0x74; // t

/** Reads a TupleData whose columns have `readers`. */
export function decodeTuple(cursor: MessageCursor, readers: readonly ByteReader[]): Tuple {
  const count = cursor.uint16();
  if (count !== readers.length) {
    throw cursor.malformed(`the row has ${count} columns, its relation ${readers.length}`);
  }
  const {bytes} = cursor;
  const row: (Value | typeof UNCHANGED)[] = [];
  let at = cursor.at;
  try {
    // By hand, not by the cursor: this is run for every column of every change.
    for (let i = 0; i < count; i++) {
      const kind = bytes[at++];
      if (kind === TEXT) {
        const start = at + 4;
        const end = start + lengthAt(bytes, at);
        if (end < start || end > bytes.length) throw beyond(cursor, at);
        row.push(readers[i]!(bytes, start, end));
        at = end;
      } else if (kind === NULL) row.push(null);
      else if (kind === TOASTED) row.push(UNCHANGED);
      else throw unknownKind(cursor, at - 1);
    }
  } catch (error) {
    if (!(error instanceof MalformedText)) throw error;
    cursor.at = at;
    throw cursor.malformed(error.message, error);
  }
  cursor.at = at;
  // Without the room that was left for more: it may be held for as long as the row is.
  return row.slice();
}

/** The big-endian int32 at `at`; where it is cut off, one that reaches beyond the end. */
function lengthAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) return -1;
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function beyond(cursor: MessageCursor, at: number): Error {
  cursor.at = at;
  return cursor.malformed('a value reaches beyond the end of the message');
}

function unknownKind(cursor: MessageCursor, at: number): Error {
  cursor.at = at;
  const kind = cursor.bytes[at];
  return cursor.malformed(
    kind === undefined ? 'the row is cut short' : `there is no column value of kind ${shown(kind)}`,
  );
}

/** A byte of the protocol as a letter where it is one, else as its number. */
export function shown(byte: number): string {
  return byte > 32 && byte < 127 ? `"${String.fromCharCode(byte)}"` : String(byte);
}
