import {type Answer, eachKept, type Holds} from './each-kept.ts';
import type {Operator} from './operator.ts';
import {RowEdit} from './row-edit.ts';

/**
 * WHERE: keeps the rows for which the predicate holds.
 *
 * Needs no memory, because an edit brings both of its rows: each is judged alone, and a
 * row that an update carries across the predicate comes or goes.
 */
export function filter(predicate: Holds): Operator {
  const kept: Answer = (edit, was, is) => {
    const {key, before, after} = edit;
    if (was === is) return edit;
    if (is) return before ? new RowEdit(key, undefined, after) : edit;
    return after ? new RowEdit(key, before, undefined) : edit;
  };
  return {push: eachKept(predicate, kept), size: 0};
}
