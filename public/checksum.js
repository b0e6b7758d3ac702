// @ts-check
/**
 * What a result comes to, by which the page proves that it holds what the service holds:
 * the sum, modulo 2^32, of the CRC-32 of each row's key, a line feed and its text as it was
 * sent. So rows are taken out of the message's text: a parsed number has lost its digits.
 */

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[{]|[\]}]|[^"[\]{}]+/y;
const ROW = '{"key":';

/**
 * The CRC-32 of each row of a message's list, in order.
 * @param {string} text The data of a `snapshot` or an unnamed event.
 * @param {readonly string[]} names Its lists of rows, in the order in which they stand.
 * @returns {Readonly<Record<string, readonly (number | undefined)[]>>} undefined: of a row that went.
 */
export function rowSums(text, names) {
  /** @type {Record<string, (number | undefined)[]>} */
  const sums = {};
  let at = 0;
  for (const name of names) {
    const head = `"${name}":[`;
    const begin = text.indexOf(head, at);
    if (begin < 0) continue;
    /** @type {(number | undefined)[]} */
    const list = [];
    sums[name] = list;
    at = begin + head.length;
    while (text.startsWith(ROW, at)) {
      const end = valueEnd(text, at);
      list.push(rowSum(text, at));
      at = text[end] === ',' ? end + 1 : end;
    }
  }
  return sums;
}

/**
 * @param {string} text
 * @param {number} at Where the row begins.
 */
function rowSum(text, at) {
  const keyAt = at + ROW.length;
  let next = valueEnd(text, keyAt);
  const key = String(JSON.parse(text.slice(keyAt, next)));
  for (const name of [',"before":', ',"after":']) {
    if (!text.startsWith(name, next)) continue;
    const valueAt = next + name.length;
    next = valueEnd(text, valueAt);
    if (name === ',"after":') return crc32(`${key}\n${text.slice(valueAt, next)}`);
  }
  return undefined;
}

/**
 * Where the text, object or list that begins at `at` ends.
 * @param {string} text
 * @param {number} at
 */
function valueEnd(text, at) {
  let depth = 0;
  TOKEN.lastIndex = at;
  do {
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return text.length;
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  } while (depth > 0);
  return TOKEN.lastIndex;
}

const TABLE = Int32Array.from({length: 256}, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});
const encoder = new TextEncoder();

/**
 * @param {string} text
 * @returns {number}
 */
export function crc32(text) {
  let crc = -1;
  for (const byte of encoder.encode(text)) {
    crc = /** @type {number} */ (TABLE[(crc ^ byte) & 255]) ^ (crc >>> 8);
  }
  return (crc ^ -1) >>> 0;
}

/**
 * A message with the sum of each row beside it.
 * @param {any} message As parsed from `text`.
 * @param {string} text
 */
export function withSums(message, text) {
  const names = ['added', 'updated', 'rows'].filter((name) => Array.isArray(message[name]));
  const sums = rowSums(text, names);
  for (const name of names) {
    const list = message[name];
    for (let i = 0; i < list.length; i++) list[i].crc = sums[name]?.[i];
  }
  return message;
}

/**
 * Whether a result is what the service says that it comes to; undefined where that is not known.
 * @param {import('./results.js').Result} result
 * @param {{count: number, checksum: number}} told
 * @returns {boolean | undefined}
 */
export function agrees({rows}, told) {
  if (rows.size !== told.count) return false;
  let sum = 0;
  for (const {crc} of rows.values()) {
    if (crc === undefined) return undefined;
    sum = (sum + crc) >>> 0;
  }
  return sum === told.checksum;
}
