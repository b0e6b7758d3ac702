import type {Key} from '../data/key.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';
import {memoryCollection, resultCollection, type SourceState, tableCollection} from './journal.ts';
import type {LiveRows} from './store.ts';
import type {StoreFile} from './store-file.ts';
import {readTablePage, tablePage} from './table-page.ts';
import {valueCharacters} from './value-size.ts';

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
/** What a page may come to before its last row, about. */
const PAGE_CHARACTERS = 1024 * 1024;

/** The collections of a running service, each with the texts of its pages: made as they are asked for. */
export function* liveCollections(
  live: LiveRows,
): Generator<readonly [name: string, pages: () => Iterable<string>]> {
  for (const {sourceId, table} of live.tables()) {
    yield [tableCollection(sourceId, table), () => tablePages(live.rows(sourceId, table))];
  }
  for (const queryId of live.queryIds()) {
    yield [resultCollection(queryId), () => textPages(live.result(queryId))];
    yield [memoryCollection(queryId), () => textPages(live.memory(queryId))];
  }
}

/** Rows that may have come between two pages may be of another shape: a page has those of one. */
function* tablePages(content: Iterable<readonly [Key, Row]>): Generator<string> {
  let keys: Key[] = [];
  let rows: Row[] = [];
  let characters = 0;
  for (const [key, row] of content) {
    if (rows.length > 0 && row.length !== rows[0]!.length) {
      yield tablePage(keys, rows);
      [keys, rows, characters] = [[], [], 0];
    }
    keys.push(key);
    rows.push(row);
    characters += valueCharacters(key) + valueCharacters(row);
    if (rows.length < PAGE_ROWS && characters < PAGE_CHARACTERS) continue;
    yield tablePage(keys, rows);
    [keys, rows, characters] = [[], [], 0];
  }
  if (rows.length > 0) yield tablePage(keys, rows);
}

/** Keys and texts in turn. */
function* textPages(content: Iterable<readonly [Key, string]>): Generator<string> {
  let flat: unknown[] = [];
  let characters = 0;
  for (const [key, value] of content) {
    flat.push(key, value);
    characters += valueCharacters(key) + value.length;
    if (flat.length < 2 * PAGE_ROWS && characters < PAGE_CHARACTERS) continue;
    yield JSON.stringify(flat);
    flat = [];
    characters = 0;
  }
  if (flat.length > 0) yield JSON.stringify(flat);
}

/** The rows in the pages of a generation. A later page says what counts. */
export function readRows(file: StoreFile, generation: Generation): Map<Key, Row> {
  const content = new Map<Key, Row>();
  for (const text of readTexts(file, generation)) readTablePage(text, content);
  return content;
}

/** The texts in the pages of a generation. */
export function readPages(file: StoreFile, generation: Generation): Map<Key, string> {
  const content = new Map<Key, string>();
  for (const text of readTexts(file, generation)) {
    applyFlat(content, JSON.parse(text) as unknown[], (stored) => stored as string);
  }
  return content;
}

function* readTexts(file: StoreFile, {generation, pages}: Generation): Generator<string> {
  for (let page = 0; page < pages; page++) {
    const text = file.pages.get([generation, page]);
    assert(text !== undefined, `page ${page} of generation ${generation} is in the store`);
    yield text;
  }
}

/** Keys and values in turn; null: nothing stands there any more. */
export function applyFlat<Content>(
  content: Map<Key, Content>,
  flat: readonly unknown[],
  read: (stored: unknown) => Content,
): void {
  for (let at = 0; at < flat.length; at += 2) {
    const key = flat[at] as Key;
    if (flat[at + 1] === null) content.delete(key);
    else content.set(key, read(flat[at + 1]));
  }
}

/** Removes the pages of generations that are of no checkpoint. */
export function removePages(file: StoreFile, unless: (generation: number) => boolean): void {
  const gone = [...file.pages.keys()].filter((key) => !unless((key as [number, number])[0]));
  for (const key of gone) file.pages.remove(key);
}
