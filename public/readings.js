// @ts-check
import {numberOf} from './exact.js';

/**
 * The last readings of each metric, for its sparkline: what was seen since the page opened.
 *
 * @typedef {import('./exact.js').Row} Row
 * @typedef {readonly [atMs: number, value: number]} Reading
 * @typedef {ReadonlyMap<string, readonly Reading[]>} Readings By row key, oldest reading first.
 */

/** Readings kept of one metric; the oldest go first. */
export const READINGS_KEPT = 120;

/**
 * @param {Readings} readings
 * @param {import('./wire.js').WireEvent} event
 * @returns {Readings}
 */
export function readEvent(readings, {added, updated, deleted, timestamp}) {
  const rows = [
    ...deleted.map(({key}) => ({key: String(key), row: undefined})),
    ...[...updated, ...added].map(({key, after}) => ({key: String(key), row: after})),
  ];
  return read(readings, rows, timestamp);
}

/**
 * What a snapshot says of the metrics: gone ones are forgotten, and a value is a reading
 * only where it is news, so that a reconnect draws no step that was not there.
 * @param {Readings} readings
 * @param {ReadonlyMap<string, {row: Row}>} rows
 * @param {number} atMs
 * @returns {Readings}
 */
export function readSnapshot(readings, rows, atMs) {
  const gone = [...readings.keys()].filter((key) => !rows.has(key));
  const news = [...rows].filter(
    ([key, {row}]) => readings.get(key)?.at(-1)?.[1] !== numberOf(row.value),
  );
  return read(
    readings,
    [...gone.map((key) => ({key, row: undefined})), ...news.map(([key, {row}]) => ({key, row}))],
    atMs,
  );
}

/**
 * @param {Readings} readings
 * @param {readonly {key: string, row: Row | undefined}[]} rows A row that is gone is undefined.
 * @param {number} atMs
 * @returns {Readings}
 */
function read(readings, rows, atMs) {
  const next = new Map(readings);
  for (const {key, row} of rows) {
    const value = numberOf(row?.value);
    if (value === undefined) next.delete(key);
    else
      next.set(
        key,
        [...(next.get(key) ?? []), /** @type {const} */ ([atMs, value])].slice(-READINGS_KEPT),
      );
  }
  return next;
}
