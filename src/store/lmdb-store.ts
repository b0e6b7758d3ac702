import {randomBytes} from 'node:crypto';
import type {Event} from '../data/event.ts';
import {assert} from '../lib/assert.ts';
import type {Clock} from '../lib/clock.ts';
import {durationCounter} from '../lib/durations.ts';
import type {Failpoint} from '../lib/failpoints.ts';
import type {Log} from '../lib/log.ts';
import {Problem} from '../lib/problem.ts';
import {aheadDisk} from './ahead-disk.ts';
import type {Manifest} from './checkpoint.ts';
import {type Checkpoints, checkpoints} from './checkpoints.ts';
import {claimedFolder} from './claimed-folder.ts';
import {diskLog, type LogLimits} from './disk-log.ts';
import {FOUNDING_ROWS, founding} from './founding.ts';
import {type JournalEntry, journalEntries} from './journal.ts';
import {lmdbFile} from './lmdb-file.ts';
import type {MapFile} from './map-file.ts';
import {storeProblems} from './problems.ts';
import {recover} from './recover.ts';
import {COMMIT_SECONDS, type Step, type Store} from './store.ts';
import {type StoreFile, storeFile} from './store-file.ts';
import {unwrittenSteps} from './unwritten.ts';

export interface LmdbStoreOptions extends LogLimits {
  /** A folder; it is made where there is none. */
  readonly path: string;
  /** Names the store's life if it begins now. */
  readonly epoch: string;
  /** `interval`: steps are told at once, and written every `flushMs`. */
  readonly durability: 'commit' | 'group' | 'interval';
  readonly flushMs: number;
  /** A checkpoint is made when a restart would have to read this much besides the last one. */
  readonly checkpointBytes: number;
  readonly pid: number;
  /** How long somebody may keep the lock of the file who cannot be looked for. */
  readonly lockWaitMs?: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly failpoint?: Failpoint | undefined;
  /** The first snapshot into an empty store is written while it is served from this many rows on. */
  readonly foundingRows?: number | undefined;
  /** Told when what was taken could not be written after all: with `interval`, in a checkpoint. */
  readonly fail: (error: unknown) => void;
}

/**
 * A store on disk. A step is two texts in one transaction: its events, and what else it
 * changed. Rows stand in pages, which a checkpoint writes while the service goes on; a
 * restart reads them, and what came after.
 */
export async function lmdbStore(options: LmdbStoreOptions): Promise<Store> {
  const {path} = options;
  const release = await claimedFolder(options);
  /** What is open so far. */
  let opened: Pick<MapFile, 'close'> | undefined;
  try {
    const maps = lmdbFile(path);
    opened = maps;
    const owner = randomBytes(8).toString('hex');
    const file = unharmed(path, () => storeFile(maps, aheadDisk(path), {path, owner}));
    opened = file;
    return storeIn(file, {...options, release});
  } catch (error) {
    await opened?.close();
    await release();
    throw error;
  }
}

/**
 * A store in a file, whatever that is kept in: a crash simulation keeps it in memory.
 * `release` gives the place to others, once the file is closed.
 */
export function storeIn(
  file: StoreFile,
  options: LmdbStoreOptions & {readonly release: () => Promise<void>},
): Store {
  const {path, durability, flushMs, clock, fail, release} = options;
  const {epoch, manifest} = begun(file, options);
  file.write(() => file.facts.put('clean', durability === 'interval' ? 'no' : 'yes'));
  const log = diskLog(file, {epoch, last: lastEvent(file), limits: options, clock});
  const held = unharmed(path, () => recover(file, manifest, log.after));
  const points: Checkpoints = checkpoints(file, {...options, manifest, held, log, write, flush});
  const first = founding({
    ...{log, points, eventLogBytes: options.eventLogBytes},
    empty: held.sources.size === 0 && log.last === 0,
    rows: options.foundingRows ?? FOUNDING_ROWS,
    write: (act) =>
      write(() => {
        file.facts.put('whole', 'no');
        act();
      }),
  });
  const unwritten = unwrittenSteps({eventBytes: options.eventLogBytes});
  const commits = durationCounter(COMMIT_SECONDS);
  const ending = new AbortController();
  let open = true;
  let settling = false;
  /** Why a write failed. */
  let refusal: {readonly error: unknown} | undefined;

  /** What failed may have been counted in part already: nothing follows on it. */
  function write(act: () => void): void {
    options.failpoint?.('before-store-write');
    lasting(() => file.write(act));
    options.failpoint?.('after-store-write');
  }

  function lasting(act: () => void): void {
    if (refusal) throw refusal.error;
    try {
      act();
    } catch (error) {
      refusal = {error};
      throw error;
    }
  }

  /** Once those who wait for what was written have had their turn. */
  function settleSoon(): void {
    if (settling || !file.unsettled) return;
    settling = true;
    setImmediate(() => {
      settling = false;
      try {
        if (open) lasting(file.settle);
      } catch (error) {
        fail(error);
      }
    });
  }

  function put(steps: readonly Step[]): void {
    const written = journalEntries(steps);
    const begunMs = clock.steadyMs();
    write(() => {
      log.write(eventsOf(steps));
      points.journal(written.entries);
    });
    log.wrote();
    commits.add(clock.steadyMs() - begunMs);
    points.note(steps, written);
    held.release();
  }

  function flush(): void {
    if (unwritten.empty) return;
    const all = unwritten.take();
    put(all.flatMap(({steps}) => steps));
    for (const {durable} of all) first.settle(durable);
  }

  async function flushing(): Promise<void> {
    while (!ending.signal.aborted) {
      await clock.wait(flushMs, ending.signal).catch(() => {});
      flush();
    }
  }
  const flushed = durability === 'interval' ? flushing().catch(fail) : undefined;

  return {
    log,
    sources: unharmed(path, held.storedSources),
    queries: unharmed(path, held.storedQueries),
    begin: points.begin,
    commit(steps, durable) {
      assert(open, 'a closed store takes no step');
      // With `interval`, a step is taken before it is written.
      if (refusal) throw refusal.error;
      if (first.is(steps)) {
        flush();
        first.take(steps[0]!, durable);
        return;
      }
      if (durability === 'interval') {
        unwritten.add({steps, durable});
        if (unwritten.full) flush();
      } else put(steps);
      log.show(eventsOf(steps), {written: unwritten.empty});
      if (durability !== 'interval') first.settle(durable);
      points.look();
      settleSoon();
    },
    status: () => ({
      kind: 'lmdb',
      bytes: file.bytes,
      journalBytes: points.journalBytes,
      checkpointMs: points.checkpointMs,
      log: log.status(),
      commits: commits.read(),
    }),
    async close() {
      open = false;
      ending.abort();
      await flushed;
      try {
        await points.end();
        flush();
        write(() => file.facts.put('clean', 'yes'));
      } finally {
        await file.close().finally(release);
      }
    },
  };
}

function eventsOf(steps: readonly Step[]): Event[] {
  const all: Event[] = [];
  for (const {events} of steps) for (const event of events) all.push(event);
  return all;
}

/** The life of the store and its last checkpoint; those of a new one, where there is none. */
function begun(
  file: StoreFile,
  {path, epoch}: LmdbStoreOptions,
): {readonly epoch: string; readonly manifest: Manifest} {
  if (file.facts.get('epoch') === undefined) return {epoch, manifest: newStore(file, epoch)};
  // A first snapshot was not written to its end.
  if (file.facts.get('whole') === 'no') {
    return {epoch, manifest: unharmed(path, () => newStore(file, epoch, notedQueries(file)))};
  }
  const manifest = unharmed(path, () => JSON.parse(file.facts.get('checkpoint')!) as Manifest);
  const own = file.facts.get('epoch')!;
  if (file.facts.get('clean') === 'yes') return {epoch: own, manifest};
  // What was told last may not be here: sequences would be given out a second time.
  file.write(() => file.facts.put('epoch', epoch));
  return {epoch, manifest};
}

function newStore(file: StoreFile, epoch: string, queries: Manifest['queries'] = {}): Manifest {
  const none = {sources: {}, sequences: {}, collections: {}};
  const manifest: Manifest = {journal: 1, sequence: 0, ...none, queries, atMs: 0};
  file.write(() => {
    for (const records of [file.journal, file.events, file.segments, file.pages]) {
      for (const key of [...records.keys()]) records.remove(key);
    }
    file.facts.put('whole', 'yes');
    file.facts.put('epoch', epoch);
    file.facts.put('checkpoint', JSON.stringify(manifest));
  });
  return manifest;
}

/** What was noted of queries: a user may have added one, who was told that it is there. */
function notedQueries(file: StoreFile): Manifest['queries'] {
  const manifest = JSON.parse(file.facts.get('checkpoint')!) as Manifest;
  const queries = new Map(Object.entries(manifest.queries));
  for (const number of file.journal.keys()) {
    const {queries: noted} = JSON.parse(file.journal.get(number)!) as JournalEntry;
    for (const [id, memo] of Object.entries(noted)) {
      if (memo === null) queries.delete(id);
      else queries.set(id, memo);
    }
  }
  return Object.fromEntries(queries);
}

/** The last event there was; a log whose events are all gone ends where they did. */
function lastEvent(file: StoreFile): number {
  let last = 0;
  for (const first of file.segments.keys()) {
    [last] = JSON.parse(file.segments.get(first)!) as [number];
  }
  const manifest = JSON.parse(file.facts.get('checkpoint')!) as Manifest;
  return Math.max(last, manifest.sequence);
}

/** What cannot be read is told as damage. */
function unharmed<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const reason = cause instanceof Error ? `${cause.message}.` : String(cause);
    throw storeProblems['store-corrupt']({path, reason}, {cause});
  }
}
