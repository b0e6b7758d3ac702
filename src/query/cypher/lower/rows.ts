import type {Column} from '../../../data/schema.ts';
import type {Expression} from '../../expression.ts';
import type {Plan, SortKey} from '../../plan.ts';
import {EMPTY_SCOPE, type Scope} from './scope.ts';

/** What the clauses so far make: rows, and what their columns mean to the names. */
export interface Rows {
  readonly plan: Plan;
  readonly scope: Scope;
  /**
   * The order they come in, if they have one: by ORDER BY, or as the elements of a list.
   * LIMIT and collect keep to it.
   */
  readonly order?: readonly SortKey[];
}

/** Before the first clause: one row, with nothing in it. */
export const NO_CLAUSE: Rows = {
  plan: {kind: 'values', columns: [], rows: [[]]},
  scope: EMPTY_SCOPE,
};

/** Only the rows for which all the conditions are true. */
export function filtered(rows: Rows, conditions: readonly Expression[]): Rows {
  const [first, ...others] = conditions;
  if (!first) return rows;
  const {plan} = rows;
  const predicate: Expression =
    others.length === 0 ? first : {kind: 'and', args: conditions, type: {kind: 'bool'}};
  return {...rows, plan: {kind: 'filter', columns: plan.columns, input: plan, predicate}};
}

/** One expression for each column. */
export function projected(
  plan: Plan,
  columns: readonly Column[],
  expressions: readonly Expression[],
): Plan {
  return {kind: 'project', columns, input: plan, expressions};
}
