import {identicalRows} from '../../data/compare.ts';
import {consolidate, type Delta, type Edit} from '../../data/delta.ts';

/** The shortest delta that says the same: each key once, and nothing that is as it was. */
export function net(delta: Delta): Delta {
  const once = consolidate(delta);
  return once.every(changes) ? once : once.filter(changes);
}

/** Whether an edit tells anything: its two rows can be told apart. */
export const changes = ({before, after}: Pick<Edit, 'before' | 'after'>): boolean =>
  before && after ? !identicalRows(before, after) : before !== after;
