// @ts-check
import {cellText, numberOf} from './exact.js';

/** How things are written on the page. Digits are never rounded away, only grouped. */

const NARROW_SPACE = '\u202f';

/**
 * A number with all its digits, in groups of three from five digits on; other cells as text.
 * @param {unknown} cell
 */
export function numberText(cell) {
  const text = cellText(cell);
  return numberOf(cell) === undefined ? text : grouped(text);
}

/** @param {string} digits */
const grouped = (digits) =>
  digits.replace(/^(-?)(\d{5,})/, (_, sign, whole) => {
    return sign + whole.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
  });

/** Characters of a text that is one of several in a line. */
const SHORT = 160;

/**
 * A long text's beginning. No character is cut in two.
 * @param {string} text
 */
export function shortened(text) {
  if (text.length <= SHORT) return text;
  return `${[...text.slice(0, SHORT)].slice(0, -1).join('')}…`;
}

/**
 * How a number changed, with as many decimals as either side has; '' where it did not.
 * @param {unknown} before
 * @param {unknown} after
 */
export function differenceText(before, after) {
  const [from, to] = [numberOf(before), numberOf(after)];
  if (from === undefined || to === undefined || from === to) return '';
  const decimals = Math.min(20, Math.max(decimalsOf(before), decimalsOf(after)));
  return grouped(Math.abs(to - from).toFixed(decimals));
}

/** @param {unknown} cell */
function decimalsOf(cell) {
  return /\.(\d+)$/.exec(cellText(cell))?.[1]?.length ?? 0;
}

/**
 * `cpu_usage` as `cpu usage`.
 * @param {unknown} name
 */
export const spoken = (name) => cellText(name).replaceAll(/[_-]+/g, ' ').trim();

/**
 * @param {unknown} unit
 */
export function unitText(unit) {
  if (unit === null || unit === undefined) return '';
  return unit === 'percent' ? '%' : cellText(unit);
}

/**
 * A time of day, to the millisecond where that is asked for.
 * @param {number} atMs
 * @param {{millis?: boolean}} [options]
 */
export function clockText(atMs, {millis = false} = {}) {
  const at = new Date(atMs);
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()];
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return millis ? `${text}.${String(at.getMilliseconds()).padStart(3, '0')}` : text;
}

/** @type {readonly [ms: number, unit: string][]} */
const SPANS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/**
 * How long ago, in its largest unit. What lies ahead by a skewed clock is now.
 * @param {number} agoMs
 */
export function agoText(agoMs) {
  const span = SPANS.find(([ms]) => agoMs >= ms);
  return span ? `${Math.floor(agoMs / span[0])} ${span[1]} ago` : 'now';
}

/** @param {number} ms */
export function durationText(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const span = SPANS.find(([unit]) => ms >= unit) ?? [1000, 's'];
  const count = ms / span[0];
  return `${count < 10 ? count.toFixed(1) : Math.floor(count)} ${span[1]}`;
}

/** @param {number} bytes */
export function bytesText(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const count = bytes / 1000 ** power;
  return `${power === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[power]}`;
}

/** @param {number} count */
export const countText = (count) => count.toLocaleString('en');

/**
 * `3 rows`, `1 row`.
 * @param {number} count
 * @param {string} noun
 * @param {string} [nouns]
 */
export const counted = (count, noun, nouns = `${noun}s`) =>
  `${countText(count)} ${count === 1 ? noun : nouns}`;

/**
 * When a timestamp of the service was, in milliseconds since 1970; undefined where it is
 * none. One without a zone is taken for UTC: the service cannot know better, nor can we.
 * @param {unknown} cell
 */
export function timeOf(cell) {
  if (typeof cell !== 'string') return undefined;
  const match =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(cell);
  const atMs = match ? Date.parse(`${match[1]}T${match[2]}${zoneText(match[3])}`) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** @param {string | undefined} zone */
const zoneText = (zone) => (zone && zone.length === 3 ? `${zone}:00` : (zone ?? 'Z'));
