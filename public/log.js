// @ts-check
import {cellText} from './exact.js';

/**
 * The event log: the newest rows of the newest diffs, each with what changed in it.
 *
 * @typedef {import('./exact.js').Row} Row
 * @typedef {import('./wire.js').WireEvent} WireEvent
 * @typedef {'added' | 'updated' | 'deleted'} Kind
 *
 * @typedef {object} Change A field before and after; one of them is absent when a row came or went.
 * @property {string} field
 * @property {string} [before]
 * @property {string} [after]
 *
 * @typedef {object} Entry
 * @property {string} id Unique in the log.
 * @property {number} atMs
 * @property {string} queryId
 * @property {Kind} kind
 * @property {string} label What the row is called.
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
 * @returns {readonly Entry[]}
 */
export function logged(log, event) {
  const entries = KINDS.flatMap((kind) => entriesOf(event, kind)).reverse();
  return [...entries, ...log].slice(0, LOG_ENTRIES);
}

/**
 * @param {WireEvent} event
 * @param {Kind} kind
 * @returns {Entry[]}
 */
function entriesOf(event, kind) {
  /** @type {readonly {key: string | number, before?: Row, after?: Row}[]} */
  const rows = event[kind];
  return rows.slice(0, ROWS_LISTED).map(({key, before, after}, i) => ({
    id: `${event.sequence}-${kind}-${i}`,
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
 * What a person would call a row: its name where it has one, else its key.
 * @param {Row} row
 * @param {string} key
 */
export function rowLabel(row, key) {
  const name = row.name ?? row.metric_name ?? row.title;
  return typeof name === 'string' && name !== '' ? name : key;
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
    const [from, to] = [cellText(before[field]), cellText(after[field])];
    return from === to ? [] : [{field, before: from, after: to}];
  }
  const text = cellText((after ?? before)?.[field]);
  if (text === 'null') return [];
  return [after ? {field, after: text} : {field, before: text}];
}

/**
 * Whether a field holds a timestamp.
 * @param {Change} change
 */
export const isTime = ({before, after}) => /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(after ?? before ?? '');
