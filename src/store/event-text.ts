import type {Event, EventRow, EventTransaction} from '../data/event.ts';

/**
 * Events as text. Fields are joined by characters that no JSON text holds outside of its
 * escapes, so that the rows' texts go in and come out as they are: nothing is escaped, and
 * nothing parsed, but the head.
 */
const FIELD = '\u0001';
const EVENT = '\u0002';

/** Rows of one piece at most: a text is limited to half a gigabyte. */
const PIECE_ROWS = 20_000;

interface Head {
  readonly sequence: number;
  readonly queryId: string;
  readonly transaction: EventTransaction;
  readonly added: number;
  readonly updated: number;
  readonly deleted: number;
  /** Pieces that it stands in. */
  readonly pieces: number;
}

/** The texts of an event: one, or several of one that is large. */
export function eventTexts(event: Event): readonly string[] {
  const {added, updated, deleted} = event;
  const rows = added.length + updated.length + deleted.length;
  const pieces = Math.max(1, Math.ceil(rows / PIECE_ROWS));
  const head = headText(event, pieces);
  if (pieces === 1) {
    return [rowsText(rowsText(rowsText(head, added), updated), deleted)];
  }
  const all = [...added, ...updated, ...deleted];
  return Array.from({length: pieces}, (_, piece) => {
    const some = all.slice(piece * PIECE_ROWS, (piece + 1) * PIECE_ROWS);
    // The pieces are joined as fields: only the first has something before its rows.
    return piece === 0 ? rowsText(head, some) : rowsText('', some).slice(FIELD.length);
  });
}

/** Events that stand in one record, each in one piece. */
export const joinEvents = (texts: readonly string[]): string => texts.join(EVENT);

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
  const own = xid === undefined ? '' : `"xid":${xid},`;
  return (
    `{"sequence":${sequence},"queryId":${JSON.stringify(queryId)},"transaction":{"kind":"${kind}",` +
    `"lsn":"${lsn}",${own}"commitTime":${commitTime},"part":${part},"parts":${parts}},` +
    `"added":${added.length},"updated":${updated.length},"deleted":${deleted.length},` +
    `"pieces":${pieces}}`
  );
}

/** `text`, and a field for the key of each row and for each of its texts. */
function rowsText(text: string, rows: readonly EventRow[]): string {
  let all = text;
  for (const {key, before, after} of rows) {
    all += FIELD + keyText(key);
    if (before !== undefined) all += FIELD + before;
    if (after !== undefined) all += FIELD + after;
  }
  return all;
}

const keyText = (key: string): string => (PLAIN_KEY.test(key) ? `"${key}"` : JSON.stringify(key));
const PLAIN_KEY = /^[\w.|:-]*$/;

function readEvent(text: string, further: () => readonly string[]): Event {
  const fields = text.split(FIELD);
  const head = JSON.parse(fields[0]!) as Head;
  const all = head.pieces === 1 ? fields : fields.concat(further().flatMap(splitFields));
  let at = 1;
  const key = (): string => JSON.parse(all[at++]!);
  const rows = <T>(count: number, read: () => T): T[] => Array.from({length: count}, read);
  const {sequence, queryId, transaction} = head;
  return {
    sequence,
    queryId,
    added: rows(head.added, () => ({key: key(), after: all[at++]!})),
    updated: rows(head.updated, () => ({key: key(), before: all[at++]!, after: all[at++]!})),
    deleted: rows(head.deleted, () => ({key: key(), before: all[at++]!})),
    transaction: {...transaction, xid: transaction.xid},
  };
}

const splitFields = (text: string): string[] => text.split(FIELD);
