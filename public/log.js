// @ts-check
import {cellText} from './exact.js';
import {keyParts} from './key-parts.js';

/**
 * The event log: the newest rows of the newest diffs, each with what changed in it, and
 * where the stream could not go on a notice of why.
 *
 * @typedef {import('./exact.js').Row} Row
 * @typedef {import('./wire.js').WireEvent} WireEvent
 * @typedef {'added' | 'updated' | 'deleted'} Kind
 *
 * @typedef {object} Change A field before and after; one of them is absent when a row came or went.
 * @property {string} field
 * @property {string | null} [before]
 * @property {string | null} [after]
 *
 * @typedef {{id: string, atMs: number, kind: 'notice', text: string}} Notice
 * @typedef {RowEntry | Notice} Entry
 *
 * @typedef {object} RowEntry
 * @property {string} id Unique in the log.
 * @property {number} atMs
 * @property {string} queryId
 * @property {Kind} kind
 * @property {readonly (string | null)[]} label What the row is called: its name, or the parts of its key.
 * @property {readonly Change[]} changes
 * @property {string} lsn
 * @property {number} unlisted Rows of the same diff and kind that are not listed after this one.
 */

/** Entries the log keeps; the oldest go first. */
export const LOG_ENTRIES = 200;
/** Rows listed of one diff and kind, so that a big transaction does not push out all others. */
export const ROWS_LISTED = 20;

/** @type {readonly Kind[]} */
export const KINDS = ['added', 'updated', 'deleted'];

/**
 * The log with a diff put in front, its last row on top.
 * @param {readonly Entry[]} log
 * @param {WireEvent} event
 * @param {number} life Which of the service's lives it is of, as the page counts them.
 * @returns {readonly Entry[]}
 */
export function logged(log, event, life) {
  const entries = KINDS.flatMap((kind) => entriesOf(event, kind, life)).reverse();
  return [...entries, ...log].slice(0, LOG_ENTRIES);
}

/**
 * The log with a notice put in front, as the beginning of a life.
 * @param {readonly Entry[]} log
 * @param {{atMs: number, text: string}} notice
 * @param {number} life
 * @returns {readonly Entry[]}
 */
export function noticed(log, {atMs, text}, life) {
  const notice = /** @type {const} */ ({id: `${life}-notice`, atMs, kind: 'notice', text});
  return [notice, ...log].slice(0, LOG_ENTRIES);
}

/**
 * @param {WireEvent} event
 * @param {Kind} kind
 * @param {number} life
 * @returns {RowEntry[]}
 */
function entriesOf(event, kind, life) {
  /** @type {readonly {key: string | number, before?: Row, after?: Row}[]} */
  const rows = event[kind];
  return rows.slice(0, ROWS_LISTED).map(({key, before, after}, i) => ({
    id: `${life}-${event.sequence}-${kind}-${i}`,
    atMs: event.timestamp,
    queryId: event.queryId,
    kind,
    label: rowLabel(after ?? before ?? {}, String(key)),
    changes: changesOf(before, after),
    lsn: event.transaction.lsn,
    unlisted: i === ROWS_LISTED - 1 ? rows.length - ROWS_LISTED : 0,
  }));
}

/**
 * What a person would call a row: its name where it has one, else the parts of its key.
 * @param {Row} row
 * @param {string} key
 * @returns {readonly (string | null)[]}
 */
export function rowLabel(row, key) {
  const name = row.name ?? row.metric_name ?? row.title;
  return typeof name === 'string' && name !== '' ? [name] : keyParts(key, row);
}

/**
 * The fields that differ; of a row that came or went, all that say something. Times stand
 * last: they change with every write and are seldom what is looked for.
 * @param {Row | undefined} before
 * @param {Row | undefined} after
 * @returns {Change[]}
 */
export function changesOf(before, after) {
  const fields = Object.keys({...before, ...after});
  const changes = fields.flatMap((field) => changeOf(field, before, after));
  return changes.sort((a, b) => Number(isTime(a)) - Number(isTime(b)));
}

/**
 * @param {string} field
 * @param {Row | undefined} before
 * @param {Row | undefined} after
 * @returns {Change[]}
 */
function changeOf(field, before, after) {
  if (before && after) {
    const [from, to] = [textOf(before[field]), textOf(after[field])];
    return from === to ? [] : [{field, before: from, after: to}];
  }
  const text = textOf((after ?? before)?.[field]);
  if (text === null) return [];
  return [after ? {field, after: text} : {field, before: text}];
}

/** @param {unknown} cell */
const textOf = (cell) => (cell === null || cell === undefined ? null : cellText(cell));

/**
 * Whether what a field holds now, or held last, is a timestamp.
 * @param {Change} change
 */
export function isTime({before, after}) {
  const text = after === undefined ? before : after;
  return typeof text === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(text);
}
