import type {AheadDisk, AheadFile} from './ahead-disk.ts';
import {readRecords} from './ahead-record.ts';
import {checkedBytes, checkedText} from './checked-text.ts';
import type {MapChange, MapFile} from './map-file.ts';
import {storeProblems} from './problems.ts';

export interface OpenedFile {
  readonly ahead: AheadFile;
  /** Throws `store-in-use` where somebody else has opened the maps since. */
  guard(): void;
  /** Says in the maps that they have all that stood in the write-ahead file before a turn. */
  begun(turn: number): MapChange;
}

export interface OpenOptions {
  readonly path: string;
  /** Names this opening of it: letters and digits that no other one has. */
  readonly owner: string;
  readonly aheadBytes: number;
}

const FORMAT = 3;

/** Which file holds what is not in the maps yet, and since which of its turns. */
interface Ahead {
  readonly file: string;
  readonly turn: number;
}

/**
 * Makes `owner` the owner of the maps, puts what stands in their write-ahead file into them,
 * and begins a new one: its first turn is 1. An owner before may still write to its own
 * file, which nobody reads then, and finds that it is none any more.
 *
 * Throws `store-version`, with nothing changed, and `store-corrupt`, with what it holds left
 * as it is.
 */
export function openedFile(maps: MapFile, disk: AheadDisk, options: OpenOptions): OpenedFile {
  const {path, owner, aheadBytes} = options;
  const fact = (name: string): string | undefined => {
    const bytes = maps.get('facts', name);
    return bytes && checkedText(bytes, path);
  };
  const found = fact('format');
  if (found !== undefined && found !== String(FORMAT)) {
    throw storeProblems['store-version']({path, found, known: FORMAT});
  }
  const guard = (): void => {
    if (fact('owner') !== owner) throw storeProblems['store-in-use']({path, pid: undefined});
  };
  const begun = (turn: number): MapChange =>
    factOf('ahead', JSON.stringify({file: owner, turn} satisfies Ahead));

  // Files that come later are of those who follow us: they are not ours to remove.
  const earlier = disk.names();
  maps.write([factOf('owner', owner)], () => {});
  const text = fact('ahead');
  const before = text === undefined ? undefined : (JSON.parse(text) as Ahead);
  const held = before ? changesIn(before, disk, path) : [];
  // Left by starts that failed, for want of room it may be: it is not to be taken once more.
  disk.remove(earlier.filter((name) => name !== before?.file));
  const ahead = disk.create(owner, aheadBytes);
  try {
    maps.write([...held, begun(1), factOf('format', String(FORMAT))], guard);
  } catch (error) {
    ahead.close();
    // Not removed: who knows whether it counts by now.
    throw error;
  }
  if (before) disk.remove([before.file]);
  return {ahead, guard, begun};
}

function changesIn({file, turn}: Ahead, disk: AheadDisk, path: string): readonly MapChange[] {
  const bytes = disk.read(file);
  if (!bytes) {
    const reason = `Its write-ahead file "ahead-${file}" is missing.`;
    throw storeProblems['store-corrupt']({path, reason});
  }
  const {changes, damaged} = readRecords(bytes, turn);
  if (damaged === undefined) return changes;
  const reason = `Its write-ahead file "ahead-${file}" is not what was written, at byte ${damaged}.`;
  throw storeProblems['store-corrupt']({path, reason});
}

const factOf = (name: string, text: string): MapChange => ({
  map: 'facts',
  key: name,
  bytes: checkedBytes(text),
});
