import {closeSync, fstatSync, openSync, readSync} from 'node:fs';

/**
 * Looks at the head of a database file before LMDB maps it: of one that is none, or that
 * ends too early, LMDB reads memory that is not there, and the process ends without a word.
 * Answers what is wrong. Its two meta pages: https://github.com/LMDB/lmdb, `MDB_meta`.
 */
export function damageOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const {size} = fstatSync(file);
    if (size === 0) return undefined;
    const first = metaAt(file, 0);
    if (!first) return 'It does not begin like a database of LMDB.';
    const second = metaAt(file, first.pageSize);
    if (!second) return 'The second page of its head is not one.';
    const newest = first.transaction > second.transaction ? first : second;
    const length = (Number(newest.lastPage) + 1) * newest.pageSize;
    const rooted = newest.roots.every((page) => (Number(page) + 1) * newest.pageSize <= size);
    if (rooted && size + UNWRITTEN_PAGES * newest.pageSize >= length) return undefined;
    return `It has ${size} bytes, and should have ${length}.`;
  } finally {
    closeSync(file);
  }
}

const MAGIC = 0xbeefc0de;
/** Pages at the end may have been taken and given back before they were ever written. */
const UNWRITTEN_PAGES = 64;
/** The root of a map that has nothing in it. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

interface Meta {
  readonly pageSize: number;
  /** Where the free pages are found, and all the rest. */
  readonly roots: readonly bigint[];
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

function metaAt(file: number, position: number): Meta | undefined {
  const page = Buffer.alloc(160);
  if (readSync(file, page, 0, page.length, position) < page.length) return undefined;
  if (page.readUInt32LE(24) !== MAGIC) return undefined;
  const pageSize = page.readUInt32LE(48);
  if (pageSize < 512 || pageSize > 65_536) return undefined;
  return {
    pageSize,
    roots: [page.readBigUInt64LE(88), page.readBigUInt64LE(136)].filter((at) => at !== NO_PAGE),
    lastPage: page.readBigUInt64LE(144),
    transaction: page.readBigUInt64LE(152),
  };
}
