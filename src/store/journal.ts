import type {Key} from '../data/key.ts';
import {type Lsn, lsnText} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import type {QueryNote, Step} from './store.ts';

/**
 * What steps changed in the collections of the store: rows of tables by key, and what time
 * functions remember. Each is told as it is after the steps, so that an entry may be
 * applied to a state that has some of it already, and later ones undo nothing.
 */
export interface JournalEntry<Content = unknown> {
  readonly sources: Readonly<Record<string, SourceState>>;
  /** What the pipeline wants back of queries; null: the query is gone. */
  readonly queries: Readonly<Record<string, string | null>>;
  /** Of queries that changed, the sequences of their last events; 0: it is gone, with all of them. */
  readonly sequences: Readonly<Record<string, number>>;
  /** Collections that began anew, before the changes. */
  readonly cleared: readonly string[];
  /** By collection: keys and what stands there, in turn; null: nothing. */
  readonly changes: readonly (readonly [collection: string, flat: readonly Content[]])[];
}

/** A key, or what stands there: a row, a text, or nothing. */
export type Change = Key | Row | null;

export interface SourceState {
  readonly lsn: string;
  /** The latest there was: commits need not be in the order of their times. */
  readonly commitTime: number;
  /** Absent where it is as before. */
  readonly memo?: string;
}

export const tableCollection = (sourceId: string, table: string): string =>
  JSON.stringify(['table', sourceId, table]);
export const resultCollection = (queryId: string): string => JSON.stringify(['result', queryId]);
export const memoryCollection = (queryId: string): string => JSON.stringify(['memory', queryId]);

/** What is written of steps. */
export interface Written {
  readonly entries: readonly JournalEntry<Change>[];
  /** Collections that it changes, results aside. */
  readonly touched: ReadonlySet<string>;
  /** Where the sources are then. */
  readonly sources: Readonly<Record<string, SourceState>>;
}

/** The steps as one entry. */
export function journalEntries(steps: readonly Step[]): Written {
  const sources: Record<string, SourceState> = {};
  const queries: Record<string, string | null> = {};
  const sequences: Record<string, number> = {};
  const cleared = new Set<string>();
  const changes = new Map<string, Map<Key, Row | string | null>>();
  const of = (collection: string): Map<Key, Row | string | null> => {
    const known = changes.get(collection);
    if (known) return known;
    const fresh = new Map<Key, Row | string | null>();
    changes.set(collection, fresh);
    return fresh;
  };

  const last = new Map<string, {lsn: Lsn; commitTime: number; memo: string | undefined}>();
  const tables = new Map<string, Map<TableId, Map<Key, Row | string | null>>>();
  const rowsOf = (sourceId: string, table: TableId): Map<Key, Row | string | null> => {
    const known = tables.get(sourceId) ?? new Map<TableId, Map<Key, Row | string | null>>();
    const rows = known.get(table) ?? of(tableCollection(sourceId, table));
    tables.set(sourceId, known.set(table, rows));
    return rows;
  };
  for (const {transaction, events, memo, notes = NO_NOTES} of steps) {
    for (const {queryId, sequence} of events) sequences[queryId] = sequence;
    if (transaction) {
      const {sourceId, lsn} = transaction;
      for (const [table, delta] of transaction.changes) {
        const rows = tables.get(sourceId)?.get(table) ?? rowsOf(sourceId, table);
        for (const {key, after} of delta) rows.set(key, after ?? null);
      }
      const known = last.get(sourceId);
      if (known) {
        known.lsn = lsn;
        known.commitTime = Math.max(known.commitTime, transaction.commitTime);
        known.memo = memo ?? known.memo;
      } else last.set(sourceId, {lsn, commitTime: Math.max(0, transaction.commitTime), memo});
    }
    for (const note of notes) {
      const collection = memoryCollection(note.queryId);
      if (note.memo !== undefined) queries[note.queryId] = note.memo;
      // Whoever comes after it under its id begins without any.
      if (note.memo === null) sequences[note.queryId] = 0;
      if (note.afresh || note.memo === null) {
        cleared.add(collection);
        changes.delete(collection);
      }
      for (const [key, text] of note.memory ?? []) of(collection).set(key, text ?? null);
    }
  }
  for (const [id, {lsn, commitTime, memo}] of last) {
    sources[id] = {lsn: lsnText(lsn), commitTime, ...(memo !== undefined && {memo})};
  }
  const touched = new Set([...changes.keys(), ...cleared]);
  const flat = Array.from(changes, ([collection, rows]) => [collection, flatOf(rows)] as const);
  const entry = {sources, queries, sequences, cleared: [...cleared], changes: flat};
  return {entries: [entry], touched, sources};
}

const NO_NOTES: readonly QueryNote[] = [];

function flatOf(rows: ReadonlyMap<Key, Row | string | null>): Change[] {
  const flat: Change[] = [];
  for (const [key, row] of rows) flat.push(key, row);
  return flat;
}
