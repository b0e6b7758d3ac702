import {type Lsn, parseLsn} from '../../src/data/lsn.ts';
import type {AheadDisk} from '../../src/store/ahead-disk.ts';
import {readRecords} from '../../src/store/ahead-record.ts';
import {checkedText} from '../../src/store/checked-text.ts';
import type {JournalEntry} from '../../src/store/journal.ts';
import {
  MAP_NAMES,
  type MapChange,
  type MapFile,
  type MapKey,
  type MapName,
} from '../../src/store/map-file.ts';
import {type StoreFile, storeFile} from '../../src/store/store-file.ts';
import type {Life} from './mortal.ts';

/** A disk with the files of a store: what was synced is there, and of the rest some. */
export interface Disk {
  /** The store's file as a process sees it that lives `life`. */
  file(life: Life): StoreFile;
  /** What the last transaction left: the source's position, and the last event. */
  readonly lsn: Lsn;
  readonly sequence: number;
  readonly checkpoints: number;
  /** How often the maps took what stood in a write-ahead file. */
  readonly settled: number;
}

export interface DiskOptions {
  /** Otherwise half a transaction of the maps stays. */
  readonly atomic: boolean;
  /** From 0 up to 1: what is left of a write in which the process dies. */
  readonly random?: () => number;
  /** Put around the disk of write-ahead files. */
  readonly ahead?: ((disk: AheadDisk) => AheadDisk) | undefined;
}

/** Small enough to be full now and then. */
const AHEAD_BYTES = 64 * 1024;
/** What a disk writes whole or not at all; real ones write more. */
const SECTOR_BYTES = 64;

interface Entry {
  readonly key: MapKey;
  readonly bytes: Buffer;
}

export function memoryDisk({
  atomic,
  random = () => 0.5,
  ahead: around = (one) => one,
}: DiskOptions): Disk {
  const maps = new Map(MAP_NAMES.map((name) => [name, new Map<string, Entry>()]));
  const files = new Map<string, Buffer>();
  let owners = 0;
  let checkpoints = 0;
  let settled = 0;
  let last: {lsn: Lsn; sequence: number} = {lsn: 0n, sequence: 0};

  function set({map, key, bytes}: MapChange): void {
    const content = maps.get(map)!;
    if (bytes) content.set(JSON.stringify(key), {key, bytes: Buffer.from(bytes)});
    else content.delete(JSON.stringify(key));
  }

  function committed(changes: readonly MapChange[]): void {
    last = after(last, changes);
    for (const {key} of changes) {
      if (key === 'checkpoint') checkpoints += 1;
      if (key === 'ahead') settled += 1;
    }
  }

  const mapFile = (life: Life): MapFile => ({
    get: (map, key) => maps.get(map)!.get(JSON.stringify(key))?.bytes,
    keys: (map) => Array.from(maps.get(map)!.values(), ({key}) => key).sort(order),
    refresh() {},
    write(changes, guard) {
      guard();
      const before = changes.map(({map, key}): MapChange => {
        return {map, key, bytes: maps.get(map)!.get(JSON.stringify(key))?.bytes};
      });
      let whole = false;
      try {
        for (const one of changes) {
          life.call(`${one.bytes ? 'put' : 'remove'} ${one.map}`, () => set(one));
        }
        life.call('commit', () => {
          whole = true;
          committed(changes);
        });
      } finally {
        if (!whole && atomic) for (const one of before.toReversed()) set(one);
      }
    },
    bytes: 0,
    close: async () => {},
  });

  /** The first sectors, or some: a disk need not write them in their order. */
  function tear(file: Buffer, bytes: Uint8Array, at: number): void {
    const first = random() < 0.5 ? random() * bytes.length : 0;
    for (let from = 0; from < bytes.length; from += SECTOR_BYTES) {
      const is = first > 0 ? from < first : random() < 0.5;
      if (is) file.set(bytes.subarray(from, from + SECTOR_BYTES), at + from);
    }
  }

  const aheadFiles = (life: Life): AheadDisk => ({
    names: () => [...files.keys()],
    read: (name) => files.get(name),
    create: (name, bytes) =>
      life.call('create ahead', () => {
        const file = Buffer.alloc(bytes);
        files.set(name, file);
        return {
          write(own, at) {
            if (!life.dead) tear(file, own, at);
            life.call('append ahead', () => file.set(own, at));
          },
          close() {},
        };
      }),
    remove: (names) =>
      life.call('remove ahead', () => {
        for (const name of names) files.delete(name);
      }),
  });

  /** What the maps have, and what stands before them. */
  function now(): {readonly lsn: Lsn; readonly sequence: number} {
    const fact = maps.get('facts')!.get('"ahead"');
    if (!fact) return last;
    const {file, turn} = JSON.parse(checkedText(fact.bytes, 'memory')) as {
      file: string;
      turn: number;
    };
    return after(last, readRecords(files.get(file)!, turn).changes);
  }

  return {
    file: (life) =>
      storeFile(mapFile(life), around(aheadFiles(life)), {
        path: 'memory',
        owner: `owner${++owners}`,
        aheadBytes: AHEAD_BYTES,
      }),
    get lsn() {
      return now().lsn;
    },
    get sequence() {
      return now().sequence;
    },
    get checkpoints() {
      return checkpoints;
    },
    get settled() {
      return settled;
    },
  };
}

function after(
  last: {readonly lsn: Lsn; readonly sequence: number},
  changes: readonly MapChange[],
): {lsn: Lsn; sequence: number} {
  let {lsn, sequence} = last;
  for (const {map, bytes} of changes) {
    if (!bytes || !WATCHED.has(map)) continue;
    const text = checkedText(bytes, 'memory');
    if (map === 'journal') lsn = positionIn(text) ?? lsn;
    else [sequence] = JSON.parse(text) as [number];
  }
  return {lsn, sequence};
}

const WATCHED: ReadonlySet<MapName> = new Set(['journal', 'segments']);

function order(a: MapKey, b: MapKey): number {
  const [[first, second], [third, fourth]] = [both(a), both(b)];
  return first - third || second - fourth;
}

const both = (key: MapKey): readonly [number, number] =>
  Array.isArray(key) ? key : [Number(key), -1];

function positionIn(text: string): Lsn | undefined {
  const [state] = Object.values((JSON.parse(text) as JournalEntry).sources);
  return state && parseLsn(state.lsn);
}
