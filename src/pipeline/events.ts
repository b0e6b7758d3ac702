import type {Event, EventRow} from '../data/event.ts';
import {rowJson} from '../data/json.ts';
import type {Key} from '../data/key.ts';
import {lsnText} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import type {Change, LiveQuery} from './live-query.ts';

/** What a step did to one result, as texts on their way out. */
export interface Told {
  readonly queryId: string;
  readonly added: readonly EventRow[];
  readonly updated: readonly EventRow[];
  readonly deleted: readonly EventRow[];
}

/** What a query did, as clients are told it. */
export function toldOf(queryId: string, {diff, before, after}: Change): Told {
  const now = rowJson(after);
  const was = before === after ? now : rowJson(before);
  const row = (one: {key: Key; before?: Row; after?: Row}): EventRow => ({
    key: String(one.key),
    ...(one.before && {before: was(one.before)}),
    ...(one.after && {after: now(one.after)}),
  });
  return {
    queryId,
    added: diff.added.map(row),
    updated: diff.updated.map(row),
    deleted: diff.deleted.map(row),
  };
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
  const left = new Map(earlier);
  for (const [key, after] of now) {
    const before = left.get(key);
    left.delete(key);
    if (before === undefined) added.push({key, after});
    else if (before !== after) updated.push({key, before, after});
  }
  const deleted = Array.from(left, ([key, before]) => ({key, before}));
  return {queryId, added, updated, deleted};
}

export const saysNothing = ({added, updated, deleted}: Told): boolean =>
  added.length === 0 && updated.length === 0 && deleted.length === 0;

/** Rows that it names. */
export const sizeOf = ({added, updated, deleted}: Told): number =>
  added.length + updated.length + deleted.length;

export function eventOf(
  told: Told,
  {kind, lsn, xid, commitTime}: Transaction,
  {sequence, part, parts}: {sequence: number; part: number; parts: number},
): Event {
  const transaction = {kind, lsn: lsnText(lsn), xid, commitTime, part, parts};
  return {sequence, ...told, transaction};
}
