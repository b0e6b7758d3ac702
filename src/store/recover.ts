import type {Event} from '../data/event.ts';
import type {Key} from '../data/key.ts';
import {parseLsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import {rowOf} from '../data/stored-row.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';
import {applyFlat, type Manifest, readPages} from './checkpoint.ts';
import {
  type JournalEntry,
  memoryCollection,
  resultCollection,
  type SourceState,
  tableCollection,
} from './journal.ts';
import type {LmdbFile} from './lmdb-file.ts';
import type {StoredQuery, StoredSource} from './store.ts';

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
  storedQueries(): Map<string, StoredQuery>;
}

/** `events` answers the events after a sequence. */
export function recover(
  file: LmdbFile,
  manifest: Manifest,
  events: (after: number) => Iterable<Event>,
): Recovered {
  const sources = new Map(Object.entries(manifest.sources) as [string, Required<SourceState>][]);
  const queries = new Map(Object.entries(manifest.queries));
  const sequences = new Map(Object.entries(manifest.sequences));
  const collections = new Map<string, Map<Key, unknown>>();
  const touched = new Set<string>();
  for (const [name, generation] of Object.entries(manifest.collections)) {
    collections.set(name, readPages(file, generation));
  }
  const content = (name: string): Map<Key, unknown> => {
    const known = collections.get(name);
    if (known) return known;
    const fresh = new Map<Key, unknown>();
    collections.set(name, fresh);
    return fresh;
  };

  function applyEntry(entry: JournalEntry): void {
    for (const name of entry.cleared) {
      touched.add(name);
      content(name).clear();
    }
    for (const [name, flat] of entry.changes) {
      touched.add(name);
      applyFlat(content(name), flat);
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
  }

  function applyEvent({sequence, queryId, added, updated, deleted}: Event): void {
    const name = resultCollection(queryId);
    touched.add(name);
    sequences.set(queryId, sequence);
    const rows = content(name);
    for (const {key} of deleted) rows.delete(key);
    for (const {key, after} of added) rows.set(key, after);
    for (const {key, after} of updated) rows.set(key, after);
  }

  for (const event of events(manifest.sequence)) applyEvent(event);
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

  return {
    sources,
    queries,
    sequences,
    nextEntry,
    journalBytes,
    touched,
    storedSources: () =>
      new Map(Array.from(sources, ([id, state]) => [id, storedSource(id, state, collections)])),
    storedQueries: () =>
      new Map(
        Array.from(queries, ([id, memo]): [string, StoredQuery] => [
          id,
          {
            memo,
            sequence: sequences.get(id) ?? 0,
            rows: content(resultCollection(id)) as Map<string, string>,
            memory: content(memoryCollection(id)) as Map<string, string>,
          },
        ]),
      ),
  };
}

function storedSource(
  id: string,
  {lsn, commitTime, memo}: Required<SourceState>,
  collections: ReadonlyMap<string, Map<Key, unknown>>,
): StoredSource {
  const rows = new Map<TableId, Map<Key, Row>>();
  for (const [name, content] of collections) {
    const [kind, sourceId, table] = JSON.parse(name) as [string, string, string];
    if (kind !== 'table' || sourceId !== id) continue;
    assert(name === tableCollection(sourceId, table), 'a collection has one name');
    for (const [key, stored] of content) {
      const row = rowOf(stored);
      if (row !== stored) content.set(key, row);
    }
    rows.set(table, content as Map<Key, Row>);
  }
  return {lsn: parseLsn(lsn) ?? 0n, commitTime, memo, rows};
}
