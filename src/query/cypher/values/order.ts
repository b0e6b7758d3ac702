import type {Value} from '../../../data/value.ts';
import {isList} from './any.ts';
import {equal, type Truth} from './equality.ts';
import {CypherMap, CypherNode} from './map.ts';
import {asFloat, compareNumbers, isNumeric} from './number.ts';
import {Temporal} from './temporal.ts';
import {compareTexts} from './text.ts';

/**
 * Compares for `<` and `>`: negative, 0 or positive; NaN where no order holds though both
 * are numbers (a comparison is then false); null where it is not known: for nulls, and
 * for values of types that do not compare.
 */
export function compareKnown(a: Value, b: Value): number | null {
  if (a === null || b === null) return null;
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
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

/**
 * The order of ORDER BY, min and max, total over all values, ascending: maps, nodes,
 * lists, temporal values by their type, texts, booleans, numbers, NaN, null.
 */
export function orderOf(a: Value, b: Value): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0 || a === null || b === null) return rank;
  if (isNumeric(a) && isNumeric(b)) {
    const order = compareNumbers(a, b);
    if (!Number.isNaN(order)) return order;
    return Number(Number.isNaN(asFloat(a))) - Number(Number.isNaN(asFloat(b)));
  }
  if (isList(a) && isList(b)) return orderOfLists(a, b);
  if (a instanceof CypherMap && b instanceof CypherMap) return orderOfMaps(a, b);
  if (a instanceof CypherNode && b instanceof CypherNode) return compareTexts(a.key(), b.key());
  if (a instanceof Temporal && b instanceof Temporal) return a.order(b);
  return compareKnown(a, b) ?? 0;
}

function rankOf(value: Value): number {
  if (value === null) return 90;
  if (isNumeric(value)) return 80;
  if (typeof value === 'boolean') return 70;
  if (typeof value === 'string') return 60;
  if (value instanceof Temporal) return 40 + value.rank;
  if (isList(value)) return 30;
  return value instanceof CypherNode ? 20 : 10;
}

function orderOfLists(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = orderOf(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** By size, then by the sorted keys, then by the values in the order of the keys. */
function orderOfMaps(a: CypherMap, b: CypherMap): number {
  if (a.entries.size !== b.entries.size) return a.entries.size - b.entries.size;
  const left = [...a.entries.keys()].sort(compareTexts);
  const right = [...b.entries.keys()].sort(compareTexts);
  return (
    orderOfLists(left, right) ||
    orderOfLists(
      left.map((key) => a.get(key)),
      right.map((key) => b.get(key)),
    )
  );
}
