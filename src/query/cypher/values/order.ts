import {compareText} from '../../../data/compare-text.ts';
import type {Value} from '../../../data/value.ts';
import {isList} from './any.ts';
import {equal, type Truth} from './equality.ts';
import {compareNumbers, isNumeric} from './number.ts';
import {Temporal} from './temporal.ts';

/**
 * Compares for `<` and `>`: negative, 0 or positive; NaN where no order holds though both
 * are numbers (a comparison is then false); null where it is not known: for nulls, and
 * for values of types that do not compare.
 */
export function compareKnown(a: Value, b: Value): number | null {
  if (a === null || b === null) return null;
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (isList(a) && isList(b)) return compareLists(a, b);
  if (a instanceof Temporal && b instanceof Temporal) return a.compare(b);
  return null;
}

function compareLists(a: readonly Value[], b: readonly Value[]): number | null {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareKnown(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export type Inequality = '<' | '<=' | '>' | '>=';

/** Whether a comparison of this outcome makes the operator true. */
export function holds(operator: Inequality, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

export function compareBy(operator: Inequality, a: Value, b: Value): Truth {
  const order = compareKnown(a, b);
  if (order === null) {
    // Values without an order may still be equal, as durations are.
    return operator.length === 2 && equal(a, b) === true ? true : null;
  }
  return holds(operator, order);
}
