import type {Expression} from './expression.ts';
import {allOf, columnsOf, holdsFold} from './optimise-expression.ts';
import type {Plan} from './plan.ts';

/** Pushes conditions into a node whose inputs are reached by `push`. */
export type Push = (node: Plan, conjuncts: readonly Expression[]) => Plan;

/** Whether an expression can be moved, and reads only columns from `from` and before `to`. */
export function within(expression: Expression, {from, to}: {from: number; to: number}): boolean {
  return !holdsFold(expression) && [...columnsOf(expression)].every((i) => i >= from && i < to);
}

export function parted<T>(items: readonly T[], yes: (item: T) => boolean): [T[], T[]] {
  return [items.filter(yes), items.filter((item) => !yes(item))];
}

export function filtered(input: Plan, conjuncts: readonly Expression[]): Plan {
  const predicate = allOf(conjuncts);
  return predicate ? {kind: 'filter', columns: input.columns, input, predicate} : input;
}
