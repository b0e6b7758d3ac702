// @ts-check
/**
 * JSON whose numbers keep their digits.
 *
 * The service writes int8 and numeric with all their digits, and `JSON.parse` alone would
 * round them (and print 95.00 as 95). Where the browser tells a reviver the source text, a
 * number that would be printed otherwise becomes an `Exact`. Older browsers round: the page
 * still works, and shows what a double can hold.
 */

/** A number as it was written. Computed with as a double: good for a chart, not for a sum. */
export class Exact {
  /** @param {string} digits */
  constructor(digits) {
    this.digits = digits;
  }

  valueOf() {
    return Number(this.digits);
  }

  toString() {
    return this.digits;
  }

  /** So that an Exact inside a json column is printed as the number that it is. */
  toJSON() {
    const {rawJSON} = /** @type {{rawJSON?: (text: string) => unknown}} */ (JSON);
    return rawJSON ? rawJSON(this.digits) : Number(this.digits);
  }
}

/** @typedef {null | boolean | number | string | Exact | readonly unknown[] | object} Cell */
/** @typedef {Readonly<Record<string, Cell>>} Row */

/**
 * @param {string} text
 * @returns {unknown}
 */
export function parseExact(text) {
  return JSON.parse(text, exactly);
}

/**
 * @param {string} _key
 * @param {unknown} value
 * @param {{source?: string}} [context] Absent in browsers that do not tell the source text.
 */
function exactly(_key, value, context) {
  const source = typeof value === 'number' ? context?.source : undefined;
  return source === undefined || source === String(value) ? value : new Exact(source);
}

/**
 * The number a cell holds, as a double; undefined where it is none.
 * @param {unknown} cell
 * @returns {number | undefined}
 */
export function numberOf(cell) {
  if (typeof cell === 'number') return cell;
  return cell instanceof Exact ? cell.valueOf() : undefined;
}

/**
 * A cell as text, with all its digits; '' stands for no text, NULL is told apart by callers.
 * @param {unknown} cell
 * @returns {string}
 */
export function cellText(cell) {
  if (cell === null || cell === undefined) return 'null';
  if (typeof cell === 'object' && !(cell instanceof Exact)) return JSON.stringify(cell);
  return String(cell);
}
