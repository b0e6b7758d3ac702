import type {Problem} from '../lib/problem.ts';
import {problems} from './problems.ts';
import {places} from './yaml.ts';

/**
 * The text of a file's bytes. What is not UTF-8 is a Problem, with its place: read as if it
 * were, it would put other letters into passwords and ids than those that were written.
 */
export function utf8Text(bytes: Uint8Array, file: string): string | Problem {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch (cause) {
    const before = soundText(bytes);
    const place = places(before, file)(before.length);
    return problems['config-not-utf8']({file, encoding: encodingOf(bytes)}, {place, cause});
  }
}

/** As much of it, from the beginning, as is UTF-8. */
function soundText(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes);
  let end = text.indexOf(REPLACEMENT);
  // The sign that stands for what is not UTF-8 may stand in the file itself.
  while (end >= 0 && isWritten(bytes, text, end)) end = text.indexOf(REPLACEMENT, end + 1);
  return text.slice(0, Math.max(0, end));
}

const REPLACEMENT = '\uFFFD';

function isWritten(bytes: Uint8Array, text: string, at: number): boolean {
  const offset = new TextEncoder().encode(text.slice(0, at)).length;
  return bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
}

/** What it seems to be; undefined: no text at all. */
function encodingOf(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'UTF-16LE';
  if (first === 0xfe && second === 0xff) return 'UTF-16BE';
  return bytes.includes(0) ? undefined : 'LATIN1';
}
