// @ts-check
/**
 * One query's result as the page holds it: a snapshot, and every diff since.
 *
 * @typedef {import('./exact.js').Row} Row
 * @typedef {import('./wire.js').WireEvent} WireEvent
 * @typedef {import('./wire.js').WireSnapshot} WireSnapshot
 *
 * @typedef {object} Held A row of a result.
 * @property {Row} row
 * @property {Row | undefined} before What it was before its last change.
 * @property {number} changes Times it came or changed while the page watched; 0 from a snapshot.
 * @property {number} atMs When it came to be as it is.
 * @property {number | undefined} crc Of its key and text, where it is known.
 *
 * @typedef {object} Result
 * @property {ReadonlyMap<string, Held>} rows
 * @property {number} sequence It holds every event of its query up to this one.
 *
 * @typedef {object} Top The first rows of a result, as its query orders them.
 * @property {ReadonlyMap<string, Held>} rows
 * @property {boolean} more There are others.
 */

/** Rows that are drawn of one result, and that are asked for of one in an order. */
export const ROWS_SHOWN = 100;

/**
 * @param {readonly WireSnapshot[]} parts All parts of one snapshot, in order.
 * @param {Result | undefined} old What was held until now: an unchanged row stays as it is.
 * @param {number} atMs
 * @returns {Result}
 */
export function snapshotResult(parts, old, atMs) {
  /** @type {Map<string, Held>} */
  const rows = new Map();
  for (const {key, after, crc} of parts.flatMap((part) => part.rows)) {
    const held = old?.rows.get(String(key)) ?? {
      row: after,
      before: undefined,
      changes: 0,
      atMs,
      crc,
    };
    rows.set(String(key), replaced(held, {row: after, crc}, atMs));
  }
  return {rows, sequence: parts[0]?.sequence ?? 0};
}

/**
 * @param {Result} result
 * @param {WireEvent} event
 * @returns {Result}
 */
export function eventResult(result, event) {
  const rows = new Map(result.rows);
  for (const {key} of event.deleted) rows.delete(String(key));
  const atMs = event.timestamp;
  for (const {key, after, crc} of [...event.updated, ...event.added]) {
    const held = rows.get(String(key)) ?? {row: after, before: undefined, changes: 1, atMs, crc};
    rows.set(String(key), replaced(held, {row: after, crc}, atMs));
  }
  return {rows, sequence: event.sequence};
}

/**
 * The first rows of an ordered result. One that was not among them has come: it flashes.
 * @param {import('./wire.js').WireTop} top
 * @param {Top | undefined} old
 * @param {number} atMs
 * @returns {Top}
 */
export function topResult({results, cursor}, old, atMs) {
  /** @type {Map<string, Held>} */
  const rows = new Map();
  const fresh = {before: undefined, changes: old ? 1 : 0, atMs, crc: undefined};
  for (const {key, after} of results) {
    const held = old?.rows.get(key) ?? {...fresh, row: after};
    rows.set(key, replaced(held, {row: after, crc: undefined}, atMs));
  }
  return {rows, more: cursor !== null};
}

/**
 * @param {Held} held
 * @param {Pick<Held, 'row' | 'crc'>} next
 * @param {number} atMs
 * @returns {Held}
 */
function replaced(held, {row, crc}, atMs) {
  if (JSON.stringify(held.row) === JSON.stringify(row)) {
    return held.crc === crc ? held : {...held, crc};
  }
  return {row, before: held.row, changes: held.changes + 1, atMs, crc};
}
