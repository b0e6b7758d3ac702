import {rowJson} from '../data/row-json.ts';
import type {Column} from '../data/schema.ts';
import type {Change} from './live-query.ts';

/** Without the rows that read the same in the old columns and in the new ones. */
export function withoutSameTexts({diff, before, after}: Change): Change {
  const [was, is] = [rowJson(before), rowJson(after)];
  const updated = diff.updated.filter((row) => was(row.before) !== is(row.after));
  return {diff: {...diff, updated}, before, after};
}

/** Columns are plain data, so their texts tell. */
export function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return a === b || (a.length === b.length && JSON.stringify(a) === JSON.stringify(b));
}
