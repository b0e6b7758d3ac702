import {keyWriter} from '../../data/key-of.ts';
import type {Column} from '../../data/schema.ts';
import {BOOL, TEXT} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import type {Expression, ScalarFunction} from '../expression.ts';
import type {Filter, Join, Plan, Project} from '../plan.ts';
import {columnAt} from './slots.ts';

/** Small plans that several places make. */
export const filterOf = (input: Plan, predicate: Expression): Filter => ({
  kind: 'filter',
  columns: input.columns,
  input,
  predicate,
});

export const projectOf = (
  input: Plan,
  items: readonly {readonly name: string; readonly expression: Expression}[],
): Project => ({
  kind: 'project',
  input,
  columns: items.map(({name, expression}) => ({name, type: expression.type})),
  expressions: items.map(({expression}) => expression),
});

export function joinOf(
  type: Join['type'],
  [left, right]: readonly [Plan, Plan],
  residual: Expression | undefined,
): Join {
  const halves =
    type === 'semi' || type === 'anti' ? left.columns : [...left.columns, ...right.columns];
  return {kind: 'join', type, left, right, keys: [], residual, columns: halves};
}

/** Whether it has exactly one row, whatever the tables hold. */
export function isSingle(plan: Plan): boolean {
  if (plan.kind === 'project') return isSingle(plan.input);
  if (plan.kind === 'values') return plan.rows.length === 1;
  return plan.kind === 'aggregate' && plan.groupBy.length === 0;
}

/** The columns of a node from a place on, as expressions. */
export const columnsOf = (columns: readonly Column[], from = 0): readonly Expression[] =>
  columns.map(({type}, i) => columnAt(from + i, type));

export const named = (columns: readonly Column[], expressions: readonly Expression[]) =>
  expressions.map((expression, i) => ({name: columns[i]?.name ?? 'value', expression}));

export const allTrue = (args: readonly Expression[]): Expression | undefined => {
  const [only, second] = args;
  return second ? {kind: 'and', args, type: BOOL} : only;
};

/**
 * Whether two values are the same as DISTINCT has it, NULL and NULL too: equality of their
 * keys, which the engine can look up.
 */
export function sameValue(left: Expression, right: Expression): Expression {
  return {kind: 'call', function: SAME_KEY, args: [keyed(left), keyed(right)], type: BOOL};
}

const SAME_KEY: ScalarFunction = {
  name: '=',
  strict: true,
  compute: (a, b) => a === b,
};

function keyed(expression: Expression): Expression {
  const write = keyWriter(expression.type);
  const called: ScalarFunction = {
    name: 'key',
    strict: false,
    compute: (value = null) => write(value as Value),
  };
  return {kind: 'call', function: called, args: [expression], type: TEXT};
}

/** One row without columns: what a SELECT without FROM reads from. */
export const ONE_ROW: Plan = {kind: 'values', columns: [], rows: [[]]};
