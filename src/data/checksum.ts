import type {Event} from './event.ts';

/** CRC-32 as zlib has it, of a text's UTF-8: a whole number from 0 to 2^32 - 1. */
export type Crc32 = (text: string) => number;

/**
 * What a result comes to: two results with the same rows under the same keys have the same
 * count and the same checksum, in whatever order and by whatever way they came to be.
 *
 * The checksum is the sum, modulo 2^32, of the CRC-32 of each row's key, a line feed and
 * its JSON text as clients are told it. A sum can be moved by what an event says, and a
 * client can make it of what it holds.
 */
export interface Checksum {
  readonly count: number;
  readonly checksum: number;
}

export const NO_ROWS: Checksum = {count: 0, checksum: 0};

/** Of rows by key, as JSON texts. */
export function checksumOf(
  rows: Iterable<readonly [string, string]>,
  {crc32}: {readonly crc32: Crc32},
): Checksum {
  let sum = NO_ROWS;
  for (const [key, json] of rows) sum = plus(sum, crc32(`${key}\n${json}`), 1);
  return sum;
}

/** Of a result after an event, from what it was before. */
export function moved(
  before: Checksum,
  {added, updated, deleted}: Pick<Event, 'added' | 'updated' | 'deleted'>,
  {crc32}: {readonly crc32: Crc32},
): Checksum {
  let sum = before;
  for (const rows of [added, updated, deleted]) {
    for (const {key, before: was, after: is} of rows) {
      if (was !== undefined) sum = plus(sum, -crc32(`${key}\n${was}`), -1);
      if (is !== undefined) sum = plus(sum, crc32(`${key}\n${is}`), 1);
    }
  }
  return sum;
}

function plus({count, checksum}: Checksum, crc: number, rows: 1 | -1): Checksum {
  return {count: count + rows, checksum: (checksum + crc) >>> 0};
}
