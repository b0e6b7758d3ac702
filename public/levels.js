// @ts-check
import {numberOf} from './exact.js';

/**
 * How serious a metric is. What is critical is decided by the service's query
 * `critical-metrics`, wherever it runs; the limits here only say how far over a value is,
 * and colour a value that comes near. They are those of the demo's query: a query with
 * other limits is believed, and then the page does not know how far over.
 *
 * @typedef {import('./exact.js').Row} Row
 * @typedef {'calm' | 'warning' | 'critical'} Level
 * @typedef {{warning: number, critical: number, full: number}} Limit `full`: the end of its scale.
 */

/** @type {Readonly<Record<string, Limit>>} */
const LIMITS = {
  cpu_usage: {warning: 70, critical: 80, full: 100},
  memory_usage: {warning: 75, critical: 85, full: 100},
  disk_usage: {warning: 80, critical: 90, full: 100},
  error_rate: {warning: 2, critical: 5, full: 10},
};

/**
 * @param {Row} row
 * @returns {Limit | undefined}
 */
export function limitOf(row) {
  return typeof row.name === 'string' && Object.hasOwn(LIMITS, row.name)
    ? LIMITS[row.name]
    : undefined;
}

/**
 * @param {Row} row
 * @param {ReadonlySet<unknown> | undefined} critical Names the service holds to be critical,
 *   where a query of it says so.
 * @returns {Level}
 */
export function levelOf(row, critical) {
  const value = numberOf(row.value);
  const limit = limitOf(row);
  const over = limit !== undefined && value !== undefined && value > limit.critical;
  if (critical ? critical.has(row.name) : over) return 'critical';
  return limit !== undefined && value !== undefined && value > limit.warning ? 'warning' : 'calm';
}

/** Alerts in order of weight; a severity that is not named here comes after them. */
const SEVERITIES = ['critical', 'error', 'warning', 'info'];

/**
 * @param {unknown} severity
 * @returns {number} Smaller is more serious.
 */
export function severityRank(severity) {
  const rank = SEVERITIES.indexOf(String(severity).toLowerCase());
  return rank < 0 ? SEVERITIES.length : rank;
}

/**
 * @param {unknown} severity
 * @returns {Level}
 */
export function severityLevel(severity) {
  const rank = severityRank(severity);
  if (rank <= 1) return 'critical';
  return rank === 2 ? 'warning' : 'calm';
}
