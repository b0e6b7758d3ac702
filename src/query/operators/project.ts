import {identicalRows} from '../../data/compare.ts';
import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {failedOn} from '../problems-run.ts';
import type {Operator} from './operator.ts';

/**
 * SELECT: each row becomes the row computed from it, under the same key. A row of which
 * nothing is computed is left out: WHERE and SELECT are one operator then, which makes no
 * edit for the second to read.
 *
 * An update that changes nothing of what is selected is not told on. Needs no memory.
 */
export function project(compute: (row: Row) => Row | undefined): Operator {
  return {
    push(delta) {
      const output: Edit[] = [];
      let at: Key = '';
      try {
        for (const edit of delta) {
          at = edit.key;
          const before = edit.before && compute(edit.before);
          const after = edit.after && compute(edit.after);
          if (before && after ? identicalRows(before, after) : before === after) continue;
          output.push({key: at, before, after});
        }
      } catch (error) {
        throw failedOn(at, error);
      }
      return output;
    },
    size: 0,
  };
}
