import type {Event, EventRow, EventTransaction} from '../data/event.ts';
import {ByteText} from '../lib/byte-text.ts';

/**
 * Events as text. Fields are joined by characters that no JSON text holds outside of its
 * escapes, so that the rows' texts go in and come out as they are: nothing is escaped, and
 * nothing parsed, but the head.
 */
const FIELD = '\u0001';
const EVENT = '\u0002';

/** Rows of one piece at most: a text is limited to half a gigabyte. */
const PIECE_ROWS = 20_000;
/** What a piece is expected to come to. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A JSON list: of one event in some hundred thousand nobody wants to read its names. */
type Head = readonly [
  sequence: number,
  queryId: string,
  kind: EventTransaction['kind'],
  lsn: string,
  xid: number | null,
  commitTime: number,
  part: number,
  parts: number,
  added: number,
  updated: number,
  deleted: number,
  /** Texts that it stands in. */
  pieces: number,
];

/** Rows that it names. */
const rowsOf = ({added, updated, deleted}: Event): number =>
  added.length + updated.length + deleted.length;

/** Whether it stands in one piece: such events share records. */
export const isSmall = (event: Event): boolean => rowsOf(event) <= PIECE_ROWS;

/**
 * The pieces of an event that is large; each is made when it is asked for, and good until the
 * next is.
 */
export function* eventPieces(event: Event): Generator<Uint8Array> {
  const {added, updated, deleted} = event;
  const pieces = Math.ceil(rowsOf(event) / PIECE_ROWS);
  const all = [...added, ...updated, ...deleted];
  const to = new ByteText(PIECE_BYTES);
  for (let piece = 0; piece < pieces; piece++) {
    if (piece === 0) writeHead(event, pieces, to);
    writeRows(all.slice(piece * PIECE_ROWS, (piece + 1) * PIECE_ROWS), to);
    // The pieces are joined as fields: only the first has something before its rows.
    yield to.take().subarray(piece === 0 ? 0 : FIELD.length);
  }
}

/** Writes an event that is small, behind those that were written before. */
export function writeEvent(event: Event, to: ByteText): void {
  if (to.length > 0) to.ascii(EVENT);
  writeHead(event, 1, to);
  writeRows(event.added, to);
  writeRows(event.updated, to);
  writeRows(event.deleted, to);
}

function writeHead(event: Event, pieces: number, to: ByteText): void {
  const {kind, lsn, xid, commitTime, part, parts} = event.transaction;
  to.ascii('[');
  to.integer(event.sequence);
  to.ascii(',');
  to.quoted(event.queryId);
  to.ascii(',"');
  to.ascii(kind);
  to.ascii('","');
  to.ascii(lsn);
  to.ascii('",');
  if (xid === undefined) to.ascii('null');
  else to.integer(xid);
  const {added, updated, deleted} = event;
  for (const number of [commitTime, part, parts, added.length, updated.length, deleted.length]) {
    to.ascii(',');
    to.integer(number);
  }
  to.ascii(',');
  to.integer(pieces);
  to.ascii(']');
}

/** A field for the key of each row and for each of its texts. */
function writeRows(rows: readonly EventRow[], to: ByteText): void {
  for (const {key, before, after} of rows) {
    to.ascii(FIELD);
    to.quoted(key);
    if (before !== undefined) {
      to.ascii(FIELD);
      to.text(before);
    }
    if (after !== undefined) {
      to.ascii(FIELD);
      to.text(after);
    }
  }
}

/** The events of a record, of which `further` are the pieces after the first, where it has several. */
export function readEvents(record: string, further: () => readonly string[]): Event[] {
  return record.split(EVENT).map((text) => readEvent(text, further));
}

function readEvent(text: string, further: () => readonly string[]): Event {
  const fields = text.split(FIELD);
  const head = JSON.parse(fields[0]!) as Head;
  const [sequence, queryId, kind, lsn, xid, commitTime, part, parts, ...counts] = head;
  const [added, updated, deleted, pieces] = counts;
  const all = pieces === 1 ? fields : fields.concat(further().flatMap(splitFields));
  let at = 1;
  const key = (): string => JSON.parse(all[at++]!);
  const rows = <T>(count: number, read: () => T): T[] => Array.from({length: count}, read);
  return {
    sequence,
    queryId,
    added: rows(added, () => ({key: key(), after: all[at++]!})),
    updated: rows(updated, () => ({key: key(), before: all[at++]!, after: all[at++]!})),
    deleted: rows(deleted, () => ({key: key(), before: all[at++]!})),
    transaction: {kind, lsn, xid: xid ?? undefined, commitTime, part, parts},
  };
}

const splitFields = (text: string): string[] => text.split(FIELD);
