import type {Type} from '../data/type.ts';
import type {ByteReader} from './values.ts';

/** Longer texts seldom come again. */
const BYTES_MAX = 24;
/** A power of two. */
const PLACES = 256;
/** After so many values it is seen whether remembering is worth its while. */
const LOOKS = 1024;
/** For so many values it is left off where it was not. */
const REST = 64 * LOOKS;

/**
 * Reads a column as `read` does, and gives equal bytes the same value, not one made anew: most
 * columns of large tables have few values (a status, a unit, a price). It takes less than
 * to make them, and a million rows hold one text in place of a million. Values never change.
 *
 * It knows one value for each of a few hundred places, so it holds next to nothing; in a
 * column whose values are all different it soon stops looking.
 */
export function repeatedValues(read: ByteReader): ByteReader {
  const known = new Array<ReturnType<ByteReader>>(PLACES).fill(null);
  const lengths = new Uint8Array(PLACES);
  const texts = new Uint8Array(PLACES * BYTES_MAX);
  let looks = 0;
  let hits = 0;
  let rest = 0;

  function held(place: number, bytes: Buffer, start: number, length: number): boolean {
    if (lengths[place] !== length) return false;
    const at = place * BYTES_MAX;
    for (let i = 0; i < length; i++) if (texts[at + i] !== bytes[start + i]) return false;
    return true;
  }

  return (bytes, start, end) => {
    const length = end - start;
    if (rest > 0) {
      rest -= 1;
      return read(bytes, start, end);
    }
    if (length > BYTES_MAX || length === 0) return read(bytes, start, end);
    if (looks === LOOKS) {
      if (hits < LOOKS / 2) rest = REST;
      looks = 0;
      hits = 0;
    }
    looks += 1;
    let hash = length;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const place = (hash ^ (hash >>> 8)) & (PLACES - 1);
    if (held(place, bytes, start, length)) {
      hits += 1;
      return known[place]!;
    }
    const value = read(bytes, start, end);
    known[place] = value;
    lengths[place] = length;
    for (let i = 0; i < length; i++) texts[place * BYTES_MAX + i] = bytes[start + i]!;
    return value;
  };
}

/** Whether a type's values are texts or objects: the others take no memory of their own. */
export function takesMemory({kind}: Type): boolean {
  switch (kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return false;
    default:
      return true;
  }
}
