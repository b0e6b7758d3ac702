import type {Clock} from '../lib/clock.ts';
import {
  type Generation,
  liveCollections,
  type Manifest,
  pageTexts,
  removePages,
} from './checkpoint.ts';
import type {DiskLog} from './disk-log.ts';
import {type JournalEntry, memoryCollection, resultCollection, type Written} from './journal.ts';
import type {LmdbFile} from './lmdb-file.ts';
import type {Recovered} from './recover.ts';
import type {LiveRows, Step} from './store.ts';

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
  journal(entries: readonly JournalEntry[]): void;
  /** Takes in what was written. */
  note(steps: readonly Step[], written: Written): void;
  /** Begins a checkpoint where it is time for one. */
  look(): void;
  /** What is being made is left. */
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

export function checkpoints(
  file: LmdbFile,
  {manifest: first, held, log, checkpointBytes, write, flush, clock, fail}: CheckpointsOptions,
): Checkpoints {
  const {sources, queries, sequences} = held;
  let manifest = first;
  let {nextEntry, journalBytes} = held;
  let touched = new Set(held.touched);
  let live: LiveRows | undefined;
  let running: Promise<void> | undefined;
  let ended = false;
  let generations = Math.max(
    0,
    ...Array.from(file.pages.keys(), (key) => (key as [number, number])[0]),
  );

  /** Writes a collection's pages; undefined where the store is closed meanwhile. */
  async function written(
    content: Iterable<readonly [string | number, unknown]>,
  ): Promise<Generation | undefined> {
    const generation = ++generations;
    let pages = 0;
    let bytes = 0;
    for (const text of pageTexts(content)) {
      write(() => {
        bytes += file.pages.put([generation, pages++], text);
      });
      await new Promise(setImmediate);
      if (ended) return undefined;
    }
    return {generation, pages, bytes};
  }

  async function make(rows: LiveRows): Promise<void> {
    flush();
    const since = touched;
    touched = new Set();
    const begun = {
      journal: nextEntry,
      sequence: log.last,
      sources: Object.fromEntries(sources),
      queries: Object.fromEntries(queries),
      sequences: Object.fromEntries(sequences),
      atMs: clock.nowMs(),
    };
    const bytesBefore = journalBytes;
    const collections: Record<string, Generation> = {};
    for (const [name, content] of liveCollections(rows)) {
      const known = manifest.collections[name];
      const own = known && !since.has(name) ? known : await written(content());
      if (!own) return;
      collections[name] = own;
    }
    const next: Manifest = {...begun, collections};
    // What the pages may have some of is in the journal before they count.
    flush();
    const kept = new Set(Object.values(collections).map(({generation}) => generation));
    write(() => {
      file.facts.put('checkpoint', JSON.stringify(next));
      for (const number of [...file.journal.keys()]) {
        if ((number as number) < next.journal) file.journal.remove(number);
      }
      removePages(file, (generation) => kept.has(generation));
      log.prune(next.sequence);
    });
    manifest = next;
    journalBytes -= bytesBefore;
  }

  const pageBytes = (): number =>
    Object.values(manifest.collections).reduce((sum, {bytes}) => sum + bytes, 0);

  return {
    begin(rows) {
      live = rows;
    },
    journal(entries) {
      for (const entry of entries) {
        journalBytes += file.journal.put(nextEntry, JSON.stringify(entry));
        nextEntry += 1;
      }
    },
    note(steps, {touched: changed, sources: reached}) {
      for (const name of changed) touched.add(name);
      for (const {events, notes = []} of steps) {
        for (const {queryId, sequence} of events) sequences.set(queryId, sequence);
        for (const {queryId, memo: text} of notes) {
          touched.add(memoryCollection(queryId));
          if (text === null) {
            queries.delete(queryId);
            sequences.delete(queryId);
          } else if (text !== undefined) queries.set(queryId, text);
        }
      }
      const moved = new Set(steps.flatMap(({events}) => events.map(({queryId}) => queryId)));
      for (const queryId of moved) touched.add(resultCollection(queryId));
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
      running = make(live)
        .catch(fail)
        .finally(() => {
          running = undefined;
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
