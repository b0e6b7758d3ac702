import {assert} from '../lib/assert.ts';
import type {Key} from './key.ts';
import type {Row} from './value.ts';

/**
 * What happened to one row of a keyed collection: it came (no `before`), it went (no
 * `after`), or it changed. One of the two is always there.
 */
export interface Edit {
  readonly key: Key;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/**
 * A change to a keyed collection, in which each key has one row at a time: edits in
 * order, where a further edit of a key starts from what the earlier one left.
 */
export type Delta = readonly Edit[];

/** The shortest delta that says the same: each key once, and nothing that came and went. */
export function consolidate(delta: Delta): Delta {
  if (delta.length < 2) return delta;
  const net = new Map<Key, Edit>();
  for (const edit of delta) {
    const {key} = edit;
    const earlier = net.get(key);
    net.set(key, earlier ? followed(earlier, edit) : edit);
  }
  if (net.size === delta.length) return delta;
  return [...net.values()].filter(({before, after}) => before !== after);
}

function followed(first: Edit, then: Edit): Edit {
  // The text is written only where it is wanted: a number in it takes longer than the check.
  if ((first.after === undefined) !== (then.before === undefined)) {
    assert(false, `row ${first.key} is edited twice, and the second does not start from the first`);
  }
  return {key: first.key, before: first.before, after: then.after};
}
