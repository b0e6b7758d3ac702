import {identicalRows} from '../../data/compare.ts';
import type {Edit} from '../../data/delta.ts';
import type {Row} from '../../data/value.ts';
import {eachAnswer} from './each-edit.ts';
import {eachKept, type Holds} from './each-kept.ts';
import type {Operator} from './operator.ts';
import {RowEdit} from './row-edit.ts';

/**
 * SELECT: each row becomes the row computed from it, under the same key. With `holds`, a
 * row for which it does not hold is left out: WHERE and SELECT are one operator then,
 * which makes no edit for the second to read.
 *
 * An update that changes nothing of what is selected is not told on. Needs no memory.
 */
export function project(compute: (row: Row) => Row, holds?: Holds): Operator {
  const selected = (edit: Edit, was: boolean, is: boolean): Edit | undefined => {
    const {key, before: from, after: to} = edit;
    const before = was && from ? compute(from) : undefined;
    const after = is && to ? compute(to) : undefined;
    if (before && after && identicalRows(before, after)) return undefined;
    // Where every column is selected, rows are those below.
    if (before === from && after === to) return edit;
    return new RowEdit(key, before, after);
  };
  if (holds) return {push: eachKept(holds, selected), size: 0};
  const all = (edit: Edit): Edit | undefined => selected(edit, true, true);
  return {push: (delta) => eachAnswer(delta, all), size: 0};
}
