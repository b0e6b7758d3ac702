import {assert} from '../lib/assert.ts';
import {ByteText} from '../lib/byte-text.ts';
import type {Clock} from '../lib/clock.ts';
import {type Generation, liveCollections, type Manifest, removePages} from './checkpoint.ts';
import type {DiskLog} from './disk-log.ts';
import {
  type Change,
  type JournalEntry,
  memoryCollection,
  resultCollection,
  type Written,
} from './journal.ts';
import {entryTexts} from './journal-text.ts';
import type {Recovered} from './recover.ts';
import type {LiveRows, Step} from './store.ts';
import type {StoreFile} from './store-file.ts';

/**
 * The journal of a store, and the checkpoints that make it short again.
 *
 * A checkpoint costs as much as the collections that changed since the last one, and is
 * made when what a restart would read besides has come to as much: so each change is
 * written about twice. Between two pages everybody else has a turn.
 */
export interface Checkpoints {
  /** Where the rows are that are written. Until then there is no checkpoint. */
  begin(live: LiveRows): void;
  /** Writes entries, in a transaction of the file. */
  journal(entries: readonly JournalEntry<Change>[]): void;
  /** Takes in what was written. */
  note(steps: readonly Step[], written: Written): void;
  /** Begins a checkpoint where it is time for one. */
  look(): void;
  /**
   * Begins the first checkpoint, with rows that stand nowhere else yet. Until `done` is
   * called the file is worth nothing.
   */
  found(done: () => void): void;
  /**
   * What is being made is left, unless it is the first: that is finished. Others have turns
   * meanwhile, so that whoever waits for it may do so with a limit.
   */
  end(): Promise<void>;
  readonly journalBytes: number;
  readonly checkpointMs: number | undefined;
}

export interface CheckpointsOptions {
  readonly manifest: Manifest;
  readonly held: Recovered;
  readonly log: Pick<DiskLog, 'last' | 'prune' | 'bytesAfter'>;
  readonly checkpointBytes: number;
  readonly write: (act: () => void) => void;
  /** Writes what was taken and is not written yet. */
  readonly flush: () => void;
  readonly clock: Clock;
  readonly fail: (error: unknown) => void;
}

/** Pages are written together until they are so much. */
const WRITE_CHARACTERS = 1024 * 1024;

/** An entry of this many bytes needs no more room than there is. */
const ENTRY_BYTES = 64 * 1024;

export function checkpoints(
  file: StoreFile,
  {manifest: first, held, log, checkpointBytes, write, flush, clock, fail}: CheckpointsOptions,
): Checkpoints {
  const {sources, queries, sequences} = held;
  let manifest = first;
  let {nextEntry, journalBytes} = held;
  let touched = new Set(held.touched);
  let live: LiveRows | undefined;
  let running: Promise<void> | undefined;
  let ended = false;
  const bytes = new ByteText(ENTRY_BYTES);
  /** The first checkpoint is still to be made, or being made, of rows that stand nowhere else. */
  let founding = false;
  let generations = Math.max(
    0,
    ...Array.from(file.pages.keys(), (key) => (key as [number, number])[0]),
  );

  /** Whether a checkpoint is not to be finished: only the first one outlives an end. */
  const isLeft = (first: boolean): boolean => !first && (ended || founding);

  /** Writes a collection's pages; undefined where the checkpoint is left meanwhile. */
  async function written(texts: Iterable<string>, first: boolean): Promise<Generation | undefined> {
    const generation = ++generations;
    let pages = 0;
    let bytes = 0;
    let held: string[] = [];
    let characters = 0;
    const put = (): void => {
      write(() => {
        for (const text of held) bytes += file.pages.put([generation, pages++], text);
      });
      held = [];
      characters = 0;
    };
    for (const text of texts) {
      held.push(text);
      characters += text.length;
      // Each write is a sync of the disk, which nobody is told anything by when all ends. The
      // limit of that end has to see its turn nevertheless.
      if (characters >= WRITE_CHARACTERS * (ended ? 4 : 1)) put();
      await new Promise(setImmediate);
      if (isLeft(first)) return undefined;
    }
    if (held.length > 0) put();
    return {generation, pages, bytes};
  }

  async function make(rows: LiveRows, {first}: {readonly first: boolean}): Promise<void> {
    flush();
    const since = touched;
    touched = new Set();
    const there = new Set(rows.sourceIds());
    const begun = {
      journal: nextEntry,
      sequence: log.last,
      // A position without its rows would be taken for that of a database without rows.
      sources: Object.fromEntries([...sources].filter(([id]) => there.has(id))),
      queries: Object.fromEntries(queries),
      sequences: Object.fromEntries(sequences),
      atMs: clock.nowMs(),
    };
    const bytesBefore = journalBytes;
    const collections: Record<string, Generation> = {};
    for (const [name, texts] of liveCollections(rows)) {
      const known = manifest.collections[name];
      const same = known && !first && !since.has(name);
      const own = same ? known : await written(texts(), first);
      if (!own || isLeft(first)) return;
      collections[name] = own;
    }
    const next: Manifest = {...begun, collections};
    // What the pages may have some of is in the journal before they count.
    flush();
    const kept = new Set(Object.values(collections).map(({generation}) => generation));
    write(() => {
      file.facts.put('checkpoint', JSON.stringify(next));
      if (first) file.facts.put('whole', 'yes');
      for (const number of [...file.journal.keys()]) {
        if ((number as number) < next.journal) file.journal.remove(number);
      }
      removePages(file, (generation) => kept.has(generation));
      log.prune(next.sequence);
    });
    manifest = next;
    journalBytes -= bytesBefore;
  }

  /** One after the other. */
  function run(act: () => Promise<void>): void {
    const own = (running ? running.then(act) : act()).catch(fail).finally(() => {
      if (running === own) running = undefined;
    });
    running = own;
  }

  const pageBytes = (): number =>
    Object.values(manifest.collections).reduce((sum, {bytes}) => sum + bytes, 0);

  return {
    begin(rows) {
      live = rows;
    },
    journal(entries) {
      for (const entry of entries) {
        for (const text of entryTexts(entry, bytes)) {
          journalBytes += file.journal.put(nextEntry, text);
          nextEntry += 1;
        }
      }
    },
    note(steps, {touched: changed, sources: reached}) {
      for (const name of changed) touched.add(name);
      const moved = new Set<string>();
      for (const {events, notes} of steps) {
        for (const {queryId, sequence} of events) {
          sequences.set(queryId, sequence);
          if (moved.has(queryId)) continue;
          moved.add(queryId);
          touched.add(resultCollection(queryId));
        }
        if (!notes) continue;
        for (const {queryId, memo: text} of notes) {
          touched.add(memoryCollection(queryId));
          if (text === null) {
            queries.delete(queryId);
            sequences.delete(queryId);
          } else if (text !== undefined) queries.set(queryId, text);
        }
      }
      for (const [id, state] of Object.entries(reached)) {
        const known = sources.get(id);
        const commitTime = Math.max(known?.commitTime ?? 0, state.commitTime);
        sources.set(id, {memo: known?.memo ?? '', ...state, commitTime});
      }
    },
    look() {
      if (!live || running || ended) return;
      const after = journalBytes + log.bytesAfter(manifest.sequence);
      if (after < Math.max(checkpointBytes, pageBytes())) return;
      const rows = live;
      run(() => make(rows, {first: false}));
    },
    found(done) {
      assert(live !== undefined, 'it is known where the rows are');
      const rows = live;
      founding = true;
      run(async () => {
        await make(rows, {first: true});
        founding = false;
        done();
      });
    },
    async end() {
      ended = true;
      await running;
    },
    get journalBytes() {
      return journalBytes + log.bytesAfter(manifest.sequence);
    },
    get checkpointMs() {
      return manifest.atMs || undefined;
    },
  };
}
