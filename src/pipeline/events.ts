import type {Diff} from '../data/diff.ts';
import type {Event, EventRow} from '../data/event.ts';
import {lsnText} from '../data/lsn.ts';
import {rowJson} from '../data/row-json.ts';
import type {Column} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import {LATE_ROWS, LateRow} from './late-row.ts';
import type {Change, LiveQuery} from './live-query.ts';

/** What a step did to one result, as texts on their way out. */
export interface Told {
  readonly queryId: string;
  readonly added: readonly EventRow[];
  readonly updated: readonly EventRow[];
  readonly deleted: readonly EventRow[];
}

/** Writes rows of some columns. */
export type RowWriter = (columns: readonly Column[]) => (row: Row) => string;

/** Makes one writer for each list of columns, however often it is asked for. */
export function rowWriters(): RowWriter {
  const made = new WeakMap<readonly Column[], (row: Row) => string>();
  return (columns) => {
    const known = made.get(columns);
    if (known) return known;
    const write = rowJson(columns);
    made.set(columns, write);
    return write;
  };
}

/**
 * What a query did, as clients are told it: nothing of a row that reads as it did, since they
 * hold its text. A json may have changed in its blanks alone, or from NULL to its own null, and
 * a column in its type.
 */
export function toldOf(queryId: string, {diff, before, after}: Change, writerOf: RowWriter): Told {
  const now = writerOf(after);
  const was = before === after ? now : writerOf(before);
  const {added, updated, deleted} = diff;
  return {
    queryId,
    added:
      added.length < LATE_ROWS
        ? mapped(added, (row) => ({key: String(row.key), after: now(row.after)}))
        : added.map((row) => new LateRow(row, now)),
    updated: otherTexts(updated, {was, now}),
    deleted: mapped(deleted, (row) => ({key: String(row.key), before: was(row.before)})),
  };
}

const NONE: readonly never[] = [];

/** Most of the lists are empty: one stands for them. */
const mapped = <T, U>(list: readonly T[], made: (one: T) => U): readonly U[] =>
  list.length === 0 ? NONE : list.map(made);

function otherTexts(
  updated: Diff['updated'],
  {was, now}: {readonly was: (row: Row) => string; readonly now: (row: Row) => string},
): readonly EventRow[] {
  if (updated.length === 0) return NONE;
  const told: EventRow[] = [];
  for (const {key, before: from, after: to} of updated) {
    const before = was(from);
    const after = now(to);
    if (before !== after) told.push({key: String(key), before, after});
  }
  return told;
}

/** The rows of a result as clients are told them: JSON texts by key. */
export function* resultTexts(query: LiveQuery): Generator<readonly [string, string]> {
  const json = rowJson(query.columns);
  for (const [key, row] of query.rows()) yield [String(key), json(row)];
}

/** What turns the rows that clients were told of into those that are there now. */
export function difference(
  queryId: string,
  earlier: ReadonlyMap<string, string>,
  now: Iterable<readonly [string, string]>,
): Told {
  const added: EventRow[] = [];
  const updated: EventRow[] = [];
  const keys = new Set<string>();
  for (const [key, after] of now) {
    const before = earlier.get(key);
    if (before !== undefined) keys.add(key);
    if (before === undefined) added.push({key, after});
    else if (before !== after) updated.push({key, before, after});
  }
  return {
    queryId,
    added,
    updated,
    deleted: keys.size === earlier.size ? [] : without(earlier, keys),
  };
}

function without(rows: ReadonlyMap<string, string>, keys: ReadonlySet<string>): EventRow[] {
  const left: EventRow[] = [];
  for (const [key, before] of rows) if (!keys.has(key)) left.push({key, before});
  return left;
}

export const saysNothing = ({added, updated, deleted}: Told): boolean =>
  added.length === 0 && updated.length === 0 && deleted.length === 0;

/** Rows that it names. */
export const sizeOf = ({added, updated, deleted}: Told): number =>
  added.length + updated.length + deleted.length;

/** The events of a step, numbered from the one after `sequence`. */
export function eventsOf(
  all: readonly Told[],
  {kind, sourceId: source, lsn, xid, commitTime}: Transaction,
  sequence: number,
): Event[] {
  const events: Event[] = [];
  const parts = all.length;
  const position = parts === 0 ? '' : lsnText(lsn);
  for (const {queryId, added, updated, deleted} of all) {
    const part = events.length + 1;
    const transaction = {kind, source, lsn: position, xid, commitTime, part, parts};
    events.push({sequence: sequence + part, queryId, added, updated, deleted, transaction});
  }
  return events;
}
