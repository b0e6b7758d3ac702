import type {PastAsked, PastResult} from '../api/service.ts';
import type {Key} from '../data/key.ts';
import {compareKeys, placeAfter} from '../data/key-order.ts';
import type {LiveQuery} from './live-query.ts';

/**
 * The rows that a result had, in the order of identity: those that there are now and that
 * have not changed since, and those that were others.
 */
export function pastRows(
  query: Pick<LiveQuery, 'keys' | 'ordered' | 'row'>,
  then: ReadonlyMap<string, string | undefined>,
  {after, limit}: Omit<PastAsked, 'at'>,
): Pick<PastResult, 'count' | 'rows'> {
  const keys = pastKeys(query, then);
  // A row that has changed since is named by text, and was named by number before it had.
  const from = after === undefined ? 0 : placeAfter(keys, String(after));
  const to = limit === undefined ? keys.length : from + limit + 1;
  const rows = keys
    .slice(from, to)
    .map((key) => [key, then.get(String(key)) ?? query.row(key)!] as const);
  return {count: keys.length, rows};
}

function pastKeys(
  query: Pick<LiveQuery, 'keys' | 'ordered'>,
  then: ReadonlyMap<string, string | undefined>,
): readonly Key[] {
  const held = query.keys();
  const now = query.ordered ? held.toSorted(compareKeys) : held;
  if (then.size === 0) return now;
  const kept: Key[] = [];
  for (const key of now) if (!then.has(String(key))) kept.push(key);
  const others: Key[] = [];
  for (const [key, text] of then) if (text !== undefined) others.push(keyOf(key));
  return merged(kept, others.sort(compareKeys));
}

const SHORT_WHOLE = /^(0|-?[1-9]\d{0,14})$/;

/** A key from its text. Numbers have the same place, and are put in order ten times as fast. */
const keyOf = (text: string): Key => (SHORT_WHOLE.test(text) ? Number(text) : text);

/** Both are in order. Few are put between many: each looks for its place by halves. */
function merged(many: readonly Key[], few: readonly Key[]): Key[] {
  const all: Key[] = [];
  let at = 0;
  for (const key of few) {
    const place = Math.max(at, placeAfter(many, key));
    for (; at < place; at++) all.push(many[at]!);
    all.push(key);
  }
  for (; at < many.length; at++) all.push(many[at]!);
  return all;
}
