import type {Key} from './key.ts';
import type {Row} from './value.ts';

/** How one query's result changed in one step: net, and without what did not change. */
export interface Diff {
  readonly added: readonly {readonly key: Key; readonly after: Row}[];
  readonly updated: readonly {readonly key: Key; readonly before: Row; readonly after: Row}[];
  readonly deleted: readonly {readonly key: Key; readonly before: Row}[];
}

export const isEmpty = ({added, updated, deleted}: Diff): boolean =>
  added.length === 0 && updated.length === 0 && deleted.length === 0;
