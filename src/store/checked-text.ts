import {crc32} from 'node:zlib';
import {storeProblems} from './problems.ts';

/** A text, or the bytes of one. */
export type RecordText = string | Uint8Array;

const CHECK_BYTES = 4;

/** A text with its checksum: LMDB notices half a write, and not a bit that a disk has lost since. */
export function checkedBytes(text: RecordText): Buffer {
  const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  const bytes = Buffer.allocUnsafe(CHECK_BYTES + length);
  if (typeof text === 'string') bytes.write(text, CHECK_BYTES);
  else bytes.set(text, CHECK_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(CHECK_BYTES)), 0);
  return bytes;
}

/** The text; throws `store-corrupt` where it is not what was written. */
export function checkedText(bytes: Uint8Array, path: string): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = whole.subarray(CHECK_BYTES);
  if (whole.length < CHECK_BYTES || crc32(content) !== whole.readUInt32LE(0)) {
    const reason = 'A record is not what was written.';
    throw storeProblems['store-corrupt']({path, reason});
  }
  return content.toString();
}
