import type {Event, EventRow, EventTransaction} from '../data/event.ts';
import {ByteText} from '../lib/byte-text.ts';

/**
 * Events as text. Fields are joined by characters that no JSON text holds outside of its
 * escapes, so that the rows' texts go in and come out as they are: nothing is escaped, and
 * nothing parsed, but the head.
 */
const FIELD = '\u0001';
const EVENT = '\u0002';

/** What a piece may come to, but for a text that is longer: one is limited to half a gigabyte. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Of an event with more rows no text is made to learn that it is large. */
const SMALL_ROWS = 4096;

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
  /** 1: it stands in this text; else in those too that follow, as many as there are. */
  pieces: number,
  source: string,
];

/** Whether it stands in one piece: such events share records. */
export function isSmall({added, updated, deleted}: Event): boolean {
  const rows = added.length + updated.length + deleted.length;
  if (rows > SMALL_ROWS) return false;
  return charactersOf(added) + charactersOf(updated) + charactersOf(deleted) <= PIECE_BYTES;
}

function charactersOf(rows: readonly EventRow[]): number {
  let characters = 0;
  for (const {key, before = '', after = ''} of rows) {
    characters += key.length + before.length + after.length;
  }
  return characters;
}

/**
 * The pieces of an event that is large; each is made when it is asked for, and good until the
 * next is. They are cut between fields, wherever that is within a row; no field is empty.
 */
export function* eventPieces(event: Event, pieceBytes = PIECE_BYTES): Generator<Uint8Array> {
  const to = new ByteText(pieceBytes);
  writeHead(event, 0, to);
  for (const field of fieldsOf(event)) {
    if (to.length + FIELD.length + Buffer.byteLength(field) > pieceBytes) yield to.take();
    // The pieces are joined as fields are.
    if (to.length > 0) to.ascii(FIELD);
    to.text(field);
  }
  yield to.take();
}

function* fieldsOf({added, updated, deleted}: Event): Generator<string> {
  for (const rows of [added, updated, deleted]) {
    for (const {key, before, after} of rows) {
      yield JSON.stringify(key);
      if (before !== undefined) yield before;
      if (after !== undefined) yield after;
    }
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
  const {kind, source, lsn, xid, commitTime, part, parts} = event.transaction;
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
  to.ascii(',');
  to.quoted(source);
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
  const [added, updated, deleted, pieces, source] = counts;
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
    transaction: {kind, source, lsn, xid: xid ?? undefined, commitTime, part, parts},
  };
}

const splitFields = (text: string): string[] => text.split(FIELD);
