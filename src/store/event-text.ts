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

/** The texts of an event that is large, each made when it is asked for. */
export function* eventPieces(event: Event): Generator<string> {
  const {added, updated, deleted} = event;
  const pieces = Math.ceil(rowsOf(event) / PIECE_ROWS);
  const all = [...added, ...updated, ...deleted];
  for (let piece = 0; piece < pieces; piece++) {
    const some = all.slice(piece * PIECE_ROWS, (piece + 1) * PIECE_ROWS);
    // The pieces are joined as fields: only the first has something before its rows.
    yield piece === 0 ? rowsText(headText(event, pieces), some) : rowsText('', some).slice(1);
  }
}

/** The record of some events that are small: their texts, one behind the other. */
export class EventRecord {
  readonly #bytes: ByteText;

  constructor(bytes: number) {
    this.#bytes = new ByteText(bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  append(event: Event): void {
    const bytes = this.#bytes;
    if (bytes.length > 0) bytes.ascii(EVENT);
    this.#head(event);
    this.#rows(event.added);
    this.#rows(event.updated);
    this.#rows(event.deleted);
  }

  /** What was appended since this was asked last; good until the next is appended. */
  take(): Uint8Array {
    return this.#bytes.take();
  }

  /** As `headText`, without a text for each number: this is run for every event. */
  #head({sequence, queryId, transaction, added, updated, deleted}: Event): void {
    const {kind, lsn, xid, commitTime, part, parts} = transaction;
    const bytes = this.#bytes;
    bytes.ascii('[');
    bytes.integer(sequence);
    bytes.ascii(',');
    this.#quoted(queryId);
    bytes.ascii(',"');
    bytes.ascii(kind);
    bytes.ascii('","');
    bytes.ascii(lsn);
    bytes.ascii('",');
    if (xid === undefined) bytes.ascii('null');
    else bytes.integer(xid);
    bytes.ascii(',');
    bytes.integer(commitTime);
    bytes.ascii(',');
    bytes.integer(part);
    bytes.ascii(',');
    bytes.integer(parts);
    bytes.ascii(',');
    bytes.integer(added.length);
    bytes.ascii(',');
    bytes.integer(updated.length);
    bytes.ascii(',');
    bytes.integer(deleted.length);
    bytes.ascii(',1]');
  }

  #rows(rows: readonly EventRow[]): void {
    const bytes = this.#bytes;
    for (const {key, before, after} of rows) {
      bytes.ascii(FIELD);
      this.#quoted(key);
      if (before !== undefined) {
        bytes.ascii(FIELD);
        bytes.text(before);
      }
      if (after !== undefined) {
        bytes.ascii(FIELD);
        bytes.text(after);
      }
    }
  }

  #quoted(text: string): void {
    const bytes = this.#bytes;
    if (!PLAIN.test(text)) return void bytes.text(JSON.stringify(text));
    bytes.ascii('"');
    bytes.ascii(text);
    bytes.ascii('"');
  }
}

/** The events of a record, of which `further` are the pieces after the first, where it has several. */
export function readEvents(record: string, further: () => readonly string[]): Event[] {
  return record.split(EVENT).map((text) => readEvent(text, further));
}

function headText(
  {sequence, queryId, transaction, added, updated, deleted}: Event,
  pieces: number,
): string {
  const {kind, lsn, xid, commitTime, part, parts} = transaction;
  // Numbers, and texts that need no escape but for the query's id.
  return (
    `[${sequence},${quoted(queryId)},"${kind}","${lsn}",${xid ?? null},${commitTime},` +
    `${part},${parts},${added.length},${updated.length},${deleted.length},${pieces}]`
  );
}

/** `text`, and a field for the key of each row and for each of its texts. */
function rowsText(text: string, rows: readonly EventRow[]): string {
  let all = text;
  for (const {key, before, after} of rows) {
    all += FIELD + quoted(key);
    if (before !== undefined) all += FIELD + before;
    if (after !== undefined) all += FIELD + after;
  }
  return all;
}

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
const PLAIN = /^[\w.|:-]*$/;

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
