import {mkdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {type Database, open, type RootDatabase, type RootDatabaseOptionsWithPath} from 'lmdb';
import {Problem} from '../lib/problem.ts';
import {damageOf} from './lmdb-header.ts';
import {MAP_NAMES, type MapFile, type MapKey, type MapName} from './map-file.ts';
import {storeProblems} from './problems.ts';

const DATABASES = 8;
/** The files hold rows of the database: they are their owner's alone, whatever the folder is. */
const FILE_MODE = 0o600;

/** Opens or makes the maps in a folder. Throws `store-denied`, `store-corrupt`. */
export function lmdbFile(path: string): MapFile {
  const env = opened(path);
  const maps = Object.fromEntries(
    MAP_NAMES.map((name) => [name, env.openDB({name, encoding: 'binary'})]),
  ) as Record<MapName, Database<Buffer, MapKey>>;

  return {
    get: (map, key) => maps[map].get(key),
    keys: (map) => maps[map].getKeys(),
    refresh: () => env.resetReadTxn(),
    write(changes, guard) {
      try {
        env.transactionSync(() => {
          guard();
          for (const {map, key, bytes} of changes) {
            if (bytes) maps[map].putSync(key, bytes as Buffer);
            else maps[map].removeSync(key);
          }
        });
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
    // The package's types leave out the mode of files that are made.
    const options: RootDatabaseOptionsWithPath & {readonly permissionsMode: number} = {
      path,
      permissionsMode: FILE_MODE,
      // The folder may be called state.redb, which by itself would make it a file.
      noSubdir: false,
      encoding: 'binary',
      maxDbs: DATABASES,
      // A transaction is on disk before it returns, not some time after.
      overlappingSync: false,
    };
    return open<Buffer, string>(options);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const damaged = /invalid|corrupt|version mismatch|not a lmdb|panic/i.test(said);
    const code = damaged ? 'store-corrupt' : 'store-denied';
    throw storeProblems[code]({path, reason: `${said}.`}, {cause});
  }
}
