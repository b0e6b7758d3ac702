import type {Row, Value} from '../data/value.ts';
import type {ByteReader} from './values.ts';

const TAB = 9;
const BACKSLASH = 92;
const CAPITAL_N = 78;

/** What follows a backslash, and the byte it stands for; any other stands for itself. */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [98, 8], // b
  [102, 12], // f
  [110, 10], // n
  [114, 13], // r
  [116, 9], // t
  [118, 11], // v
]);

/**
 * Reads lines of COPY's text format, each with its line feed, and each of a range of the
 * bytes (of all, where none is given): fields between tabs, `\N`
 * for NULL, and backslash escapes for the bytes that have a meaning of their own.
 * https://www.postgresql.org/docs/current/sql-copy.html
 *
 * The lines must have been written for these columns: a field too few is a bug.
 */
export function copyLineReader(
  readers: readonly ByteReader[],
): (bytes: Buffer, start?: number, end?: number) => Row {
  let scratch = Buffer.allocUnsafe(256);

  function escaped(line: Buffer, start: number, end: number, reader: ByteReader): Value {
    if (end - start === 2 && line[start + 1] === CAPITAL_N) return null;
    if (scratch.length < end - start) scratch = Buffer.allocUnsafe(2 * (end - start));
    return reader(scratch, 0, unescaped(line, start, end, scratch));
  }

  return (line, first = 0, last = line.length) => {
    const row = new Array<Value>(readers.length);
    const feed = last - 1;
    let start = first;
    for (let column = 0; column < readers.length; column++) {
      let end = start;
      let plain = true;
      // The last field ends at the line feed.
      for (; end < feed; end++) {
        const byte = line[end];
        if (byte === TAB) break;
        if (byte === BACKSLASH) plain = false;
      }
      const reader = readers[column]!;
      row[column] = plain ? reader(line, start, end) : escaped(line, start, end, reader);
      start = end + 1;
    }
    return row;
  };
}

/** Writes the field's own bytes into `to`, and answers how many they are. */
function unescaped(line: Buffer, start: number, end: number, to: Buffer): number {
  let length = 0;
  for (let at = start; at < end; at++) {
    let byte = line[at]!;
    if (byte === BACKSLASH) {
      at += 1;
      byte = ESCAPES.get(line[at]!) ?? line[at]!;
    }
    to[length] = byte;
    length += 1;
  }
  return length;
}
