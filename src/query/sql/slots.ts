import type {Type} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {partsOf, withParts} from '../optimise-expression.ts';

/**
 * While a SELECT is read, an expression refers to more than columns of its row: to values
 * that are only computed later. Until then they are columns with indexes of their own:
 *
 * - from 0: the columns of FROM;
 * - below 0: what a subquery reads of the query around it, −1 the first (`Frame.refs`);
 * - from AGGREGATE, WINDOW, SUBQUERY, TIME, GROUPING: values of aggregates, window functions,
 *   subqueries, functions of time and GROUPING().
 *
 * None of these is left in a finished plan.
 */
export const AGGREGATE = 1_000_000;
export const WINDOW = 2_000_000;
export const SUBQUERY = 3_000_000;
export const TIME = 4_000_000;
export const GROUPING = 5_000_000;

export type Slot =
  | {
      readonly kind: 'input' | 'aggregate' | 'window' | 'subquery' | 'time' | 'grouping';
      readonly at: number;
    }
  | {readonly kind: 'outer'; readonly at: number};

export function slotOf(index: number): Slot {
  if (index < 0) return {kind: 'outer', at: -1 - index};
  if (index >= GROUPING) return {kind: 'grouping', at: index - GROUPING};
  if (index >= TIME) return {kind: 'time', at: index - TIME};
  if (index >= SUBQUERY) return {kind: 'subquery', at: index - SUBQUERY};
  if (index >= WINDOW) return {kind: 'window', at: index - WINDOW};
  if (index >= AGGREGATE) return {kind: 'aggregate', at: index - AGGREGATE};
  return {kind: 'input', at: index};
}

export const outerIndex = (at: number): number => -1 - at;

export const columnAt = (index: number, type: Type): Expression => ({kind: 'column', index, type});

/** The slots of one kind that an expression reads, each once. */
export function slotsIn(expressions: readonly Expression[], kind: Slot['kind']): number[] {
  const found = new Set<number>();
  const visit = (expression: Expression): void => {
    if (expression.kind === 'column') {
      const slot = slotOf(expression.index);
      if (slot.kind === kind) found.add(slot.at);
    }
    for (const part of partsOf(expression)) visit(part);
  };
  for (const expression of expressions) visit(expression);
  return [...found].sort((a, b) => a - b);
}

/** A column of an expression: where it stands and its type. */
export type ColumnExpression = Extract<Expression, {kind: 'column'}>;

/** The expression with each column, of whatever kind, replaced. */
export const mapColumns = (
  expression: Expression,
  replace: (column: ColumnExpression) => Expression,
): Expression =>
  expression.kind === 'column'
    ? replace(expression)
    : withParts(expression, (part) => mapColumns(part, replace));

/** The expression with the slots of one kind replaced. */
export const withSlots = (
  expression: Expression,
  kind: Slot['kind'],
  replace: (at: number, type: Type) => Expression,
): Expression =>
  mapColumns(expression, (column) => {
    const slot = slotOf(column.index);
    return slot.kind === kind ? replace(slot.at, column.type) : column;
  });

/** The expression over columns that stand `by` places further to the right; slots stay. */
export const movedRight = (expression: Expression, by: number): Expression =>
  withSlots(expression, 'input', (at, type) => columnAt(at + by, type));
