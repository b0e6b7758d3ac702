import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {failedOn} from '../problems-run.ts';
import type {Operator} from './operator.ts';

/**
 * WHERE: keeps the rows for which the predicate holds.
 *
 * Needs no memory, because an edit brings both of its rows: each is judged alone, and a
 * row that an update carries across the predicate comes or goes.
 */
export function filter(predicate: (row: Row) => boolean): Operator {
  return {
    push(delta) {
      const output: Edit[] = [];
      let at: Key = '';
      try {
        for (const edit of delta) {
          const {key, before, after} = edit;
          at = key;
          const was = before !== undefined && predicate(before);
          const is = after !== undefined && predicate(after);
          if (was === is) {
            if (is) output.push(edit);
          } else if (is) output.push(before ? {key, before: undefined, after} : edit);
          else output.push(after ? {key, before, after: undefined} : edit);
        }
      } catch (error) {
        throw failedOn(at, error);
      }
      return output;
    },
    size: 0,
  };
}
