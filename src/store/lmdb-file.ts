import {mkdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {type Database, open, type RootDatabase} from 'lmdb';
import {Problem} from '../lib/problem.ts';
import {damageOf} from './lmdb-header.ts';
import {storeProblems} from './problems.ts';

/** A number, or a number and the number of a part. */
export type RecordKey = number | [number, number];

/** A text, or the bytes of one. */
export type RecordText = string | Uint8Array;

/** Texts by key, in the order of their keys. All but `write` may be called at any time. */
export interface Records {
  get(key: RecordKey): string | undefined;
  keys(): Iterable<RecordKey>;
  /** Puts and removes are for `write` only. Answers the bytes that were written. */
  put(key: RecordKey, text: RecordText): number;
  remove(key: RecordKey): void;
}

/** The file of a store: a few ordered maps of texts, written in transactions. */
export interface LmdbFile {
  /** What there is one of: format, epoch, checkpoint. */
  readonly facts: {get(name: string): string | undefined; put(name: string, text: string): void};
  /** What steps changed, one after the other. */
  readonly journal: Records;
  /** Events; the parts of a large one under its number. */
  readonly events: Records;
  /** Which events stand under a number of `events`. */
  readonly segments: Records;
  /** Checkpoints: numbered pages of numbered generations. */
  readonly pages: Records;
  /** Does `act` in one transaction, which is on disk when it returns. */
  write(act: () => void): void;
  readonly bytes: number;
  close(): Promise<void>;
}

const DATABASES = 8;

/** Opens or makes the file in a folder. Throws `store-denied`, `store-corrupt`. */
export function lmdbFile(path: string): LmdbFile {
  const env = opened(path);
  const texts = (name: string): Database<Buffer, RecordKey> =>
    env.openDB<Buffer, RecordKey>({name, encoding: 'binary'});
  const records = (name: string): Records => recordsOf(texts(name), path);
  const facts = env.openDB<Buffer, string>({name: 'facts', encoding: 'binary'});

  return {
    facts: {
      get(name) {
        const bytes = facts.get(name);
        return bytes && checkedText(bytes, path);
      },
      put: (name, text) => void facts.putSync(name, checked(text)),
    },
    journal: records('journal'),
    events: records('events'),
    segments: records('segments'),
    pages: records('pages'),
    write(act) {
      try {
        env.transactionSync(act);
      } catch (cause) {
        if (cause instanceof Problem) throw cause;
        const reason = cause instanceof Error ? `${cause.message}.` : String(cause);
        throw storeProblems['store-write-failed']({path, reason}, {cause});
      }
    },
    get bytes() {
      return statSync(join(path, 'data.mdb')).size;
    },
    close: () => env.close(),
  };
}

function opened(path: string): RootDatabase<Buffer, string> {
  try {
    mkdirSync(path, {recursive: true});
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.message}.` : String(cause);
    throw storeProblems['store-denied']({path, reason}, {cause});
  }
  const damage = damageOf(join(path, 'data.mdb'));
  if (damage !== undefined) throw storeProblems['store-corrupt']({path, reason: damage});
  try {
    return open<Buffer, string>({
      path,
      // The folder may be called state.redb, which by itself would make it a file.
      noSubdir: false,
      encoding: 'binary',
      maxDbs: DATABASES,
      // A transaction is on disk before it returns, not some time after.
      overlappingSync: false,
    });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const damaged = /invalid|corrupt|version mismatch|not a lmdb|panic/i.test(said);
    const code = damaged ? 'store-corrupt' : 'store-denied';
    throw storeProblems[code]({path, reason: `${said}.`}, {cause});
  }
}

function recordsOf(db: Database<Buffer, RecordKey>, path: string): Records {
  return {
    get(key) {
      const bytes = db.get(key);
      return bytes && checkedText(bytes, path);
    },
    keys: () => db.getKeys(),
    put(key, text) {
      const bytes = checked(text);
      db.putSync(key, bytes);
      return bytes.length;
    },
    remove: (key) => void db.removeSync(key),
  };
}

const CHECK_BYTES = 4;

/** LMDB notices half a write, and not a bit that a disk has lost since. */
function checked(text: RecordText): Buffer {
  const length = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  const bytes = Buffer.allocUnsafe(CHECK_BYTES + length);
  if (typeof text === 'string') bytes.write(text, CHECK_BYTES);
  else bytes.set(text, CHECK_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(CHECK_BYTES)), 0);
  return bytes;
}

function checkedText(bytes: Buffer, path: string): string {
  const content = bytes.subarray(CHECK_BYTES);
  if (bytes.length < CHECK_BYTES || crc32(content) !== bytes.readUInt32LE(0)) {
    const reason = 'A record is not what was written.';
    throw storeProblems['store-corrupt']({path, reason});
  }
  return content.toString();
}
