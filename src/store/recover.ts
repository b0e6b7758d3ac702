import type {Event} from '../data/event.ts';
import type {Key} from '../data/key.ts';
import {parseLsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import {rowOf} from '../data/stored-row.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';
import {applyFlat, type Generation, type Manifest, readPages, readRows} from './checkpoint.ts';
import {
  type JournalEntry,
  memoryCollection,
  resultCollection,
  type SourceState,
  tableCollection,
} from './journal.ts';
import type {StoredQuery, StoredSource} from './store.ts';
import type {StoreFile} from './store-file.ts';

/** What a store holds when it is opened: its last checkpoint, and what came after. */
export interface Recovered {
  readonly sources: Map<string, Required<SourceState>>;
  readonly queries: Map<string, string>;
  readonly sequences: Map<string, number>;
  /** The number that the next entry of the journal gets. */
  readonly nextEntry: number;
  readonly journalBytes: number;
  /** Collections that are not as the checkpoint has them. */
  readonly touched: Set<string>;
  storedSources(): Map<string, StoredSource>;
  /** Rows of results are read when they are asked for, until the first checkpoint is made. */
  storedQueries(): Map<string, StoredQuery>;
  /** Lets go of the results that were read: whoever asks again has them read again. */
  release(): void;
}

/** `events` answers the events after a sequence. */
export function recover(
  file: StoreFile,
  manifest: Manifest,
  events: (after: number) => Iterable<Event>,
): Recovered {
  const sources = new Map(Object.entries(manifest.sources) as [string, Required<SourceState>][]);
  const queries = new Map(Object.entries(manifest.queries));
  const sequences = new Map(Object.entries(manifest.sequences));
  const tables = new Map<string, Map<Key, Row>>();
  const memories = new Map<string, Map<Key, string>>();
  const touched = new Set<string>();
  for (const [name, generation] of Object.entries(manifest.collections)) {
    if (isOf(name, 'table')) tables.set(name, readRows(file, generation));
    else if (isOf(name, 'memory')) memories.set(name, readPages(file, generation));
  }

  function applyEntry(entry: JournalEntry): void {
    for (const name of entry.cleared) {
      touched.add(name);
      contentOf(memories, name).clear();
    }
    for (const [name, flat] of entry.changes) {
      touched.add(name);
      if (isOf(name, 'table')) applyFlat(contentOf(tables, name), flat, rowOfTable);
      else applyFlat(contentOf(memories, name), flat, (stored) => stored as string);
    }
    for (const [id, state] of Object.entries(entry.sources)) {
      const known = sources.get(id);
      const commitTime = Math.max(known?.commitTime ?? 0, state.commitTime);
      sources.set(id, {...known, ...state, commitTime} as Required<SourceState>);
    }
    for (const [id, memo] of Object.entries(entry.queries)) {
      // Its rows went with an event of their own.
      if (memo === null) queries.delete(id);
      else queries.set(id, memo);
    }
    for (const [id, sequence] of Object.entries(entry.sequences)) {
      touched.add(resultCollection(id));
      sequences.set(id, sequence);
    }
  }

  let nextEntry = manifest.journal;
  let journalBytes = 0;
  for (const number of file.journal.keys()) {
    const text = file.journal.get(number)!;
    journalBytes += text.length;
    if ((number as number) < manifest.journal) continue;
    assert(number === nextEntry, `entry ${nextEntry} is in the journal`);
    applyEntry(JSON.parse(text) as JournalEntry);
    nextEntry += 1;
  }
  for (const id of sequences.keys()) if (!queries.has(id)) sequences.delete(id);
  const told = toldResults(file, manifest, events);

  return {
    sources,
    queries,
    sequences,
    nextEntry,
    journalBytes,
    touched,
    storedSources: () =>
      new Map(Array.from(sources, ([id, state]) => [id, storedSource(id, state, tables)])),
    storedQueries: () =>
      new Map(
        Array.from(queries, ([id, memo]): [string, StoredQuery] => [
          id,
          {
            memo,
            sequence: sequences.get(id) ?? 0,
            get rows() {
              return told.of(id);
            },
            memory: contentOf(memories, memoryCollection(id)) as Map<string, string>,
          },
        ]),
      ),
    release: told.release,
  };
}

/** The name of a collection begins with what it is of. */
const isOf = (name: string, kind: 'table' | 'result' | 'memory'): boolean =>
  name.startsWith(`["${kind}",`);

function contentOf<Content>(all: Map<string, Map<Key, Content>>, name: string): Map<Key, Content> {
  const known = all.get(name);
  if (known) return known;
  const fresh = new Map<Key, Content>();
  all.set(name, fresh);
  return fresh;
}

const rowOfTable = (stored: unknown): Row => rowOf(stored);

/**
 * What clients were told of results: the pages, and the events since. Most restarts find
 * the results as they were by how they are made, and read none of it. Who asks for one of
 * them mostly asks for others too: so all are read together.
 *
 * A checkpoint removes the pages of those that it has written anew. What was told of them is
 * not known here any more, and nobody asks: it has been read for that checkpoint, or before.
 */
function toldResults(
  file: StoreFile,
  {collections, sequence}: Manifest,
  events: (after: number) => Iterable<Event>,
): {of(queryId: string): ReadonlyMap<string, string>; release(): void} {
  let all: Map<string, Map<Key, string>> | undefined;
  /** Those that a checkpoint had written anew when all were read. */
  const gone = new Set<string>();
  const isThere = ({generation, pages}: Generation): boolean =>
    pages === 0 || file.pages.get([generation, 0]) !== undefined;

  function read(): Map<string, Map<Key, string>> {
    const results = new Map<string, Map<Key, string>>();
    for (const [name, generation] of Object.entries(collections)) {
      if (!isOf(name, 'result')) continue;
      if (isThere(generation)) results.set(name, readPages(file, generation));
      else gone.add(name);
    }
    for (const event of events(sequence)) {
      const rows = contentOf(results, resultCollection(event.queryId));
      for (const {key} of event.deleted) rows.delete(key);
      for (const {key, after} of event.added) rows.set(key, after as string);
      for (const {key, after} of event.updated) rows.set(key, after as string);
    }
    return results;
  }

  return {
    of(queryId) {
      all ??= read();
      const name = resultCollection(queryId);
      assert(!gone.has(name), `what was told of ${queryId} is asked for in time`);
      return (all.get(name) ?? new Map()) as Map<string, string>;
    },
    release() {
      all = undefined;
    },
  };
}

function storedSource(
  id: string,
  {lsn, commitTime, memo}: Required<SourceState>,
  tables: ReadonlyMap<string, Map<Key, Row>>,
): StoredSource {
  const rows = new Map<TableId, Map<Key, Row>>();
  for (const [name, content] of tables) {
    const [, sourceId, table] = JSON.parse(name) as [string, string, string];
    if (sourceId !== id) continue;
    assert(name === tableCollection(sourceId, table), 'a collection has one name');
    rows.set(table, content);
  }
  return {lsn: parseLsn(lsn) ?? 0n, commitTime, memo, rows};
}
