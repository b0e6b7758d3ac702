import type {Type} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {overColumns, partsOf} from '../optimise-expression.ts';

/**
 * While a SELECT is read, an expression refers to more than columns of its row: to values
 * that are only computed later. Until then they are columns with indexes of their own:
 *
 * - from 0: the columns of FROM;
 * - below 0: what a subquery reads of the query around it, −1 the first (`Frame.refs`);
 * - from AGGREGATE, WINDOW, SUBQUERY: values of aggregates, window functions, subqueries.
 *
 * None of these is left in a finished plan.
 */
export const AGGREGATE = 1_000_000;
export const WINDOW = 2_000_000;
export const SUBQUERY = 3_000_000;

export type Slot =
  | {readonly kind: 'input' | 'aggregate' | 'window' | 'subquery'; readonly at: number}
  | {readonly kind: 'outer'; readonly at: number};

export function slotOf(index: number): Slot {
  if (index < 0) return {kind: 'outer', at: -1 - index};
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

/** The expression with the slots of one kind replaced. */
export function withSlots(
  expression: Expression,
  kind: Slot['kind'],
  replace: (at: number, type: Type) => Expression,
): Expression {
  return overColumns(expression, (index) => {
    const slot = slotOf(index);
    const type = typeAt(expression, index);
    return slot.kind === kind ? replace(slot.at, type) : columnAt(index, type);
  });
}

function typeAt(expression: Expression, index: number): Type {
  const found = columnIn(expression, index);
  return found?.type ?? expression.type;
}

function columnIn(expression: Expression, index: number): Expression | undefined {
  if (expression.kind === 'column') return expression.index === index ? expression : undefined;
  for (const part of partsOf(expression)) {
    const found = columnIn(part, index);
    if (found) return found;
  }
  return undefined;
}
