import {assert} from '../lib/assert.ts';
import type {AheadDisk} from './ahead-disk.ts';
import {recordBytes, writeRecord} from './ahead-record.ts';
import {checkedBytes, checkedText, type RecordText} from './checked-text.ts';
import type {MapChange, MapFile, MapKey, MapName, RecordKey} from './map-file.ts';
import {type OpenOptions, openedFile} from './opened-file.ts';

/** Texts by key, in the order of their keys. All but `write` may be called at any time. */
export interface Records {
  get(key: RecordKey): string | undefined;
  keys(): Iterable<RecordKey>;
  /** Puts and removes are for `write` only. Answers the bytes that were written. */
  put(key: RecordKey, text: RecordText): number;
  remove(key: RecordKey): void;
}

/** The file of a store: a few ordered maps of texts, written in transactions. */
export interface StoreFile {
  /** What there is one of: epoch, checkpoint. */
  readonly facts: {get(name: string): string | undefined; put(name: string, text: string): void};
  /** What steps changed, one after the other. */
  readonly journal: Records;
  /** Events; the parts of a large one under its number. */
  readonly events: Records;
  /** Which events stand under a number of `events`. */
  readonly segments: Records;
  /** Checkpoints: numbered pages of numbered generations. */
  readonly pages: Records;
  /**
   * What `act` puts and removes is there whole or not at all, and on disk when this returns;
   * it is seen then. Throws `store-write-failed`, and `store-in-use` where the store is
   * somebody else's by now; it takes nothing more after that.
   */
  write(act: () => void): void;
  /** Whether `settle` has enough to do. */
  readonly unsettled: boolean;
  /** Puts what stands in the write-ahead file into the maps. Throws as `write` does. */
  settle(): void;
  readonly bytes: number;
  close(): Promise<void>;
}

export interface StoreFileOptions extends Omit<OpenOptions, 'aheadBytes'> {
  readonly aheadBytes?: number | undefined;
}

/** Of the write-ahead file. */
const AHEAD_BYTES = 2 * 1024 * 1024;

/**
 * The texts of a store, in maps that have a write-ahead file before them. A small
 * transaction is one write and one sync of that file, where the maps would take two and
 * ten times the bytes; it is put into the maps later, together with others. When they are,
 * the file begins another turn, and what stands in it from turns before counts no more.
 *
 * Whoever opens the maps makes itself their owner first and reads the write-ahead file then.
 * Who wrote to that file looks for the owner afterwards: so what was told is read, and
 * what is not read is told to nobody.
 *
 * Throws `store-version` and `store-corrupt`; nothing in the file is changed then.
 */
export function storeFile(
  maps: MapFile,
  disk: AheadDisk,
  {path, owner, aheadBytes = AHEAD_BYTES}: StoreFileOptions,
): StoreFile {
  /** It is time to settle long before the file is full: nobody waits for more than a moment then. */
  const settleBytes = aheadBytes / 16;
  /** A transaction of more goes into the maps at once: writing it twice costs more than a sync. */
  const smallBytes = aheadBytes / 32;
  const {ahead, guard, begun} = openedFile(maps, disk, {path, owner, aheadBytes});
  const unsettled = new Map<string, MapChange>();
  const text = (map: MapName, key: MapKey): string | undefined => {
    const bytes = unsettled.get(placeOf(map, key))?.bytes ?? maps.get(map, key);
    return bytes && checkedText(bytes, path);
  };

  let turn = 1;
  let number = 0;
  let written = 0;
  let scratch = Buffer.alloc(smallBytes);
  let broken: unknown;
  /** Of the `write` that is going on. */
  let changes: MapChange[] = [];
  let size = 0;
  let writing = false;

  function intoMaps(own: readonly MapChange[]): void {
    if (unsettled.size === 0) {
      maps.write(own, guard);
      return;
    }
    maps.write([...unsettled.values(), ...own, begun(turn + 1)], guard);
    unsettled.clear();
    turn += 1;
    number = 0;
    written = 0;
  }

  function intoAhead(own: readonly MapChange[], length: number): void {
    if (scratch.length < length) scratch = Buffer.alloc(2 * length);
    writeRecord(scratch, own, {turn, number});
    ahead.write(scratch.subarray(0, length), written);
    maps.refresh();
    guard();
    number += 1;
    written += length;
    for (const change of own) unsettled.set(placeOf(change.map, change.key), change);
  }

  /** Once it could not write nobody knows what is there: it writes no more. */
  function lasting(act: () => void): void {
    if (broken !== undefined) throw broken;
    try {
      act();
    } catch (error) {
      broken = error;
      throw error;
    }
  }

  function put(map: MapName, key: MapKey, text: RecordText): number {
    assert(writing, 'what is put is put in a transaction');
    const bytes = checkedBytes(text);
    changes.push({map, key, bytes});
    size += bytes.length;
    return bytes.length;
  }

  const settle = (): void => {
    if (unsettled.size > 0) lasting(() => intoMaps([]));
  };
  const records = (map: MapName): Records => ({
    get: (key) => text(map, key),
    keys() {
      settle();
      return maps.keys(map) as Iterable<RecordKey>;
    },
    put: (key, text) => put(map, key, text),
    remove(key) {
      assert(writing, 'what is removed is removed in a transaction');
      changes.push({map, key, bytes: undefined});
    },
  });

  return {
    facts: {
      get: (name) => text('facts', name),
      put: (name, text) => void put('facts', name, text),
    },
    journal: records('journal'),
    events: records('events'),
    segments: records('segments'),
    pages: records('pages'),
    write(act) {
      assert(!writing, 'a transaction stands alone');
      writing = true;
      try {
        act();
        const own = changes;
        const small = size <= smallBytes && own.every(isPlain);
        const length = small ? recordBytes(own) : 0;
        const fits = small && own.length > 0 && written + length <= aheadBytes;
        lasting(() => (fits ? intoAhead(own, length) : intoMaps(own)));
      } finally {
        changes = [];
        size = 0;
        writing = false;
      }
    },
    get unsettled() {
      return written >= settleBytes;
    },
    settle,
    get bytes() {
      return maps.bytes + aheadBytes;
    },
    async close() {
      ahead.close();
      await maps.close();
    },
  };
}

/** A put under a number: no fact, which may change what all the rest means. */
const isPlain = ({key, bytes}: MapChange): boolean =>
  bytes !== undefined && typeof key !== 'string';

const placeOf = (map: MapName, key: MapKey): string => `${map} ${key}`;
