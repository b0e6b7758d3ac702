import {identicalRows} from '../../data/compare.ts';
import type {Edit} from '../../data/delta.ts';
import type {Row} from '../../data/value.ts';
import {eachAnswer} from './each-edit.ts';
import type {Operator} from './operator.ts';

/**
 * SELECT: each row becomes the row computed from it, under the same key. With `holds`, a
 * row for which it does not hold is left out: WHERE and SELECT are one operator then,
 * which makes no edit for the second to read.
 *
 * An update that changes nothing of what is selected is not told on. Needs no memory.
 */
export function project(
  compute: (row: Row) => Row,
  holds: (row: Row) => boolean = () => true,
): Operator {
  const selected = ({key, before: from, after: to}: Edit): Edit | undefined => {
    const before = from !== undefined && holds(from) ? compute(from) : undefined;
    const after = to !== undefined && holds(to) ? compute(to) : undefined;
    if (before && after ? identicalRows(before, after) : before === after) return undefined;
    return {key, before, after};
  };
  return {push: (delta) => eachAnswer(delta, selected), size: 0};
}
