import {identicalRows} from '../../data/compare.ts';
import type {Edit} from '../../data/delta.ts';
import type {Row, Value} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import type {BatchFunction} from '../plan.ts';
import {failedOn} from '../problems-run.ts';
import type {Operator} from './operator.ts';

/**
 * Each row with one value more, computed for all rows of a step at once, under the row's key.
 * What goes is computed again, so no memory is needed: the function answers what it did.
 */
export function batch(argument: (row: Row) => Value, {compute}: BatchFunction): Operator {
  return {
    push(delta) {
      const rows = delta.flatMap(({key, before, after}) =>
        [before, after].flatMap((row) => (row ? [{key, row}] : [])),
      );
      const values = compute(rows.map(({row}) => argument(row)));
      const wider = new Map<Row, Row>();
      for (const [i, {key, row}] of rows.entries()) {
        const value = values[i];
        if (value instanceof Error) throw failedOn(key, value);
        assert(value !== undefined, `row ${key} of a batch has no value`);
        wider.set(row, [...row, value]);
      }
      const output: Edit[] = [];
      for (const {key, before: from, after: to} of delta) {
        const before = from && wider.get(from);
        const after = to && wider.get(to);
        if (before && after && identicalRows(before, after)) continue;
        output.push({key, before, after});
      }
      return output;
    },
    size: 0,
  };
}
