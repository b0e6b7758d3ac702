import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {storeProblems} from './problems.ts';

/** Where write-ahead files are: one that is written, and none else but for a moment. */
export interface AheadDisk {
  /** The names of all there are. */
  names(): readonly string[];
  /** All of a file; undefined: there is none of this name. */
  read(name: string): Buffer | undefined;
  /**
   * Makes a file of zeros. It is there for ever when this returns. Throws a Problem, and leaves
   * none then: what a full disk has left is not for the rest of a file that nobody reads.
   */
  create(name: string, bytes: number): AheadFile;
  remove(names: readonly string[]): void;
}

export interface AheadFile {
  /** `bytes` stand at a place when it returns, whatever happens then. Throws a Problem. */
  write(bytes: Uint8Array, at: number): void;
  close(): void;
}

const PREFIX = 'ahead-';

/** In the folder of a store. */
export function aheadDisk(path: string): AheadDisk {
  const place = (name: string): string => join(path, PREFIX + name);

  return {
    names: () =>
      readdirSync(path).flatMap((found) =>
        found.startsWith(PREFIX) ? [found.slice(PREFIX.length)] : [],
      ),
    read(name) {
      try {
        return readFileSync(place(name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    create: (name, bytes) =>
      written(path, () => {
        const file = openSync(place(name), 'wx', 0o600);
        try {
          // Blocks that hold something need no change of the file's own data later.
          writeAll(file, Buffer.alloc(bytes), 0);
          fsyncSync(file);
          syncFolder(path);
        } catch (error) {
          closeSync(file);
          rmSync(place(name), {force: true});
          throw error;
        }
        return {
          write: (own, at) =>
            written(path, () => {
              writeAll(file, own, at);
              fdatasyncSync(file);
            }),
          close: () => closeSync(file),
        };
      }),
    remove(names) {
      for (const name of names) rmSync(place(name), {force: true});
    },
  };
}

function writeAll(file: number, bytes: Uint8Array, place: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(file, bytes, done, bytes.length - done, place + done);
  }
}

/** Makes what was put into a folder, or taken out of it, outlive a loss of power. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function written<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.message}.` : String(cause);
    throw storeProblems['store-write-failed']({path, reason}, {cause});
  }
}
