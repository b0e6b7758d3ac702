import type {Edit} from '../../data/delta.ts';
import type {Row} from '../../data/value.ts';
import {eachAnswer} from './each-edit.ts';
import type {Operator} from './operator.ts';

/**
 * WHERE: keeps the rows for which the predicate holds.
 *
 * Needs no memory, because an edit brings both of its rows: each is judged alone, and a
 * row that an update carries across the predicate comes or goes.
 */
export function filter(predicate: (row: Row) => boolean): Operator {
  const kept = (edit: Edit): Edit | undefined => {
    const {key, before, after} = edit;
    const was = before !== undefined && predicate(before);
    const is = after !== undefined && predicate(after);
    if (was === is) return is ? edit : undefined;
    if (is) return before ? {key, before: undefined, after} : edit;
    return after ? {key, before, after: undefined} : edit;
  };
  return {push: (delta) => eachAnswer(delta, kept), size: 0};
}
