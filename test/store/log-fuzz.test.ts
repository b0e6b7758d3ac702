import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {releaseFolder} from '../../src/lib/folder-claim.ts';
import {lmdbFile} from '../../src/store/lmdb-file.ts';
import {lmdbStore, storeIn} from '../../src/store/lmdb-store.ts';
import type {Store} from '../../src/store/store.ts';
import {memoryDisk} from '../crash/memory-file.ts';
import {type Life, life} from '../crash/mortal.ts';
import {logRun, type Place, type Visited} from './log-run.ts';

/**
 * The event log over its lives, compared with an array of all events. A seed decides all there
 * is to decide: `TAILRACE_LOG_FIRST=<seed> TAILRACE_LOG_SEEDS=1` is the whole reproduction.
 */
const SEEDS = Number(process.env.TAILRACE_LOG_SEEDS ?? 20);
const FIRST = Number(process.env.TAILRACE_LOG_FIRST ?? 1);
/** So many others take the real file: most of their time is the disk's. */
const FILE_SEEDS = Math.ceil(SEEDS / 5);
/** What a seed may take, with room for a machine that does other things too. */
const SEED_MS = 5000;

function inMemory(): Place {
  const disk = memoryDisk({atomic: true});
  return {
    open: async (options, life) => storeIn(disk.file(life), {...options, release: async () => {}}),
    async kept() {
      const {segments, events} = disk.file(life(undefined));
      return {segments: segments.keys(), events: events.keys()};
    },
  };
}

/** In a folder: it dies before or after what it writes. */
async function inFolder<T>(act: (place: Place) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-log-'));
  const opened: {store: Store; own: Life}[] = [];
  try {
    return await act({
      async open(options, own) {
        // A process that was killed holds nothing any more; this one goes on.
        await releaseFolder(path, options.pid);
        const failpoint = (name: string): void => own.call(name, () => {});
        const store = await lmdbStore({...options, path, failpoint});
        opened.push({store, own});
        return store;
      },
      async kept() {
        const file = lmdbFile(path);
        const [segments, events] = [[...file.keys('segments')], [...file.keys('events')]];
        await file.close();
        return {segments, events};
      },
    });
  } finally {
    for (const {store, own} of opened) {
      // Of the dead only what the process has open is left: they can write nothing any more.
      if (own.dead) await store.close().catch(() => {});
    }
    await rm(path, {recursive: true, force: true});
  }
}

async function ran(seeds: number, run: (seed: number) => Promise<Visited>): Promise<Visited> {
  let all: Visited | undefined;
  for (let seed = FIRST; seed < FIRST + seeds; seed++) {
    try {
      const one = await run(seed);
      all = all ? added(all, one) : one;
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause}`, {cause});
    }
  }
  return all!;
}

function added(one: Visited, other: Visited): Visited {
  const sums = Object.entries(one).map(([name, count]) => [
    name,
    count + other[name as keyof Visited],
  ]);
  return Object.fromEntries(sums) as Visited;
}

test(
  `a log in memory is what was told, as its limits say, whatever happens: ${SEEDS} seeds from ${FIRST}`,
  async () => {
    const visited = await ran(SEEDS, (seed) => logRun(seed, inMemory()));
    expectVisited(visited, SEEDS);
  },
  SEEDS * SEED_MS,
);

test(
  `a log on disk is what was told, as its limits say, whatever happens: ${FILE_SEEDS} seeds from ${FIRST}`,
  async () => {
    const visited = await ran(FILE_SEEDS, (seed) => inFolder((place) => logRun(seed, place)));
    expectVisited(visited, FILE_SEEDS);
  },
  FILE_SEEDS * SEED_MS,
);

/** What it is about has happened, or the seeds prove nothing. A seed by itself may miss some. */
function expectVisited(visited: Visited, seeds: number): void {
  if (seeds < 5) return;
  for (const [name, count] of Object.entries(visited)) {
    expect(count, name).toBeGreaterThan(seeds);
  }
}
