// @ts-check
import {cellText} from './exact.js';

/**
 * A row's key as the values that it is made of, as the service joins them: parts stand
 * between bars, a bar or backslash within one is escaped, and `\N` alone is NULL.
 *
 * @typedef {import('./exact.js').Row} Row
 */

const NULL_PART = '\\N';

/**
 * The key of a row that is made of others has their keys as parts, and those have parts of
 * their own. They are told from a text with a bar or backslash by the row, which shows the text.
 * @param {string} key
 * @param {Row} row
 * @returns {(string | null)[]}
 */
export function keyParts(key, row) {
  const shown = new Set(Object.values(row).map(cellText));
  return partsOf(key, shown);
}

/**
 * @param {string} key
 * @param {ReadonlySet<string>} shown
 * @returns {(string | null)[]}
 */
function partsOf(key, shown) {
  return split(key).flatMap((part) => {
    if (part === NULL_PART) return [null];
    const text = part.replaceAll(/\\([|\\])/g, '$1');
    // Each round takes escapes away, so that it ends.
    return text === part || shown.has(text) ? [text] : partsOf(text, shown);
  });
}

/** No text of Postgres has the character that stands for a bar meanwhile. */
const BAR = '\0';

/** @param {string} key */
const split = (key) =>
  key.replaceAll(/\\[\s\S]|\|/g, (found) => (found === '|' ? BAR : found)).split(BAR);
