import {randomBytes} from 'node:crypto';
import {closeSync, openSync, readSync, unlinkSync, writeSync} from 'node:fs';
import {join} from 'node:path';

/** A file for what does not fit into memory: it is written at its end, and read anywhere. */
export interface SpillFile {
  /** Bytes that were written. */
  readonly size: number;
  append(bytes: Uint8Array): void;
  /** Fills `into` from a position on; answers how many bytes there were. */
  read(position: number, into: Uint8Array): number;
  close(): void;
}

/**
 * Makes one in a folder. It has no name from then on, so whatever ends the process leaves
 * nothing behind. Only this process can read it.
 *
 * Calls are synchronous: they move a slice to or from the system's cache, in well under a
 * millisecond, and so nothing else has to be held meanwhile. Throws what the system says.
 */
export function spillFile(folder: string): SpillFile {
  const path = join(folder, `tailrace-${randomBytes(8).toString('hex')}.spill`);
  const handle = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  let size = 0;

  return {
    get size() {
      return size;
    },
    append(bytes) {
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(handle, bytes, at, bytes.length - at, size + at);
      }
      size += bytes.length;
    },
    read(position, into) {
      const wanted = Math.min(into.length, size - position);
      let got = 0;
      while (got < wanted) {
        const more = readSync(handle, into, got, wanted - got, position + got);
        if (more === 0) throw new Error(`the file ends at ${position + got}, not at ${size}`);
        got += more;
      }
      return got;
    },
    close: () => closeSync(handle),
  };
}
