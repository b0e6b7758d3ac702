import type {Key} from '../data/key.ts';
import {storedRow} from '../data/stored-row.ts';
import {assert} from '../lib/assert.ts';
import {memoryCollection, resultCollection, type SourceState, tableCollection} from './journal.ts';
import type {LmdbFile} from './lmdb-file.ts';
import type {LiveRows} from './store.ts';

/** Where a collection stands: the pages of a generation. */
export interface Generation {
  readonly generation: number;
  readonly pages: number;
  readonly bytes: number;
}

/**
 * All that the store has up to a point. The pages were read while the service went on, so
 * they hold some of what came after it: the journal from `journal` on and the events after
 * `sequence`, told again, lead to the same.
 */
export interface Manifest {
  readonly journal: number;
  readonly sequence: number;
  readonly sources: Readonly<Record<string, SourceState>>;
  readonly queries: Readonly<Record<string, string>>;
  /** Of each query the sequence of its last event. */
  readonly sequences: Readonly<Record<string, number>>;
  readonly collections: Readonly<Record<string, Generation>>;
  /** When it was made, milliseconds since 1970. */
  readonly atMs: number;
}

const PAGE_ROWS = 4096;
const PAGE_CHARACTERS = 1024 * 1024;
/** Rows that are looked at before a page's size is. */
const LOOK_ROWS = 256;

/** The collections of a running service, each with its content in turns of key and value. */
export function* liveCollections(
  live: LiveRows,
): Generator<readonly [name: string, content: () => Iterable<readonly [Key, unknown]>]> {
  for (const {sourceId, table} of live.tables()) {
    yield [tableCollection(sourceId, table), () => storedRows(live.rows(sourceId, table))];
  }
  for (const queryId of live.queryIds()) {
    yield [resultCollection(queryId), () => live.result(queryId)];
    yield [memoryCollection(queryId), () => live.memory(queryId)];
  }
}

function* storedRows(
  rows: Iterable<readonly [Key, readonly unknown[]]>,
): Generator<readonly [Key, unknown]> {
  for (const [key, row] of rows) yield [key, storedRow(row as never)];
}

/** The texts of a collection's pages, each made when it is asked for. */
export function* pageTexts(content: Iterable<readonly [Key, unknown]>): Generator<string> {
  let flat: unknown[] = [];
  let characters = 0;
  for (const [key, value] of content) {
    flat.push(key, value);
    if (flat.length % (2 * LOOK_ROWS) === 0) characters += weight(value) * LOOK_ROWS;
    if (flat.length < 2 * PAGE_ROWS && characters < PAGE_CHARACTERS) continue;
    yield JSON.stringify(flat);
    flat = [];
    characters = 0;
  }
  if (flat.length > 0) yield JSON.stringify(flat);
}

/** About how many characters a value comes to: pages need not be exact. */
const weight = (value: unknown): number =>
  typeof value === 'string' ? value.length : JSON.stringify(value).length;

/** What stands in the pages of a generation. A later page says what counts. */
export function readPages(file: LmdbFile, {generation, pages}: Generation): Map<Key, unknown> {
  const content = new Map<Key, unknown>();
  for (let page = 0; page < pages; page++) {
    const text = file.pages.get([generation, page]);
    assert(text !== undefined, `page ${page} of generation ${generation} is in the store`);
    applyFlat(content, JSON.parse(text) as unknown[]);
  }
  return content;
}

/** Keys and values in turn; null: nothing stands there any more. */
export function applyFlat(content: Map<Key, unknown>, flat: readonly unknown[]): void {
  for (let at = 0; at < flat.length; at += 2) {
    const key = flat[at] as Key;
    if (flat[at + 1] === null) content.delete(key);
    else content.set(key, flat[at + 1]);
  }
}

/** Removes the pages of generations that are of no checkpoint. */
export function removePages(file: LmdbFile, unless: (generation: number) => boolean): void {
  const gone = [...file.pages.keys()].filter((key) => !unless((key as [number, number])[0]));
  for (const key of gone) file.pages.remove(key);
}
