import {arrayOf, BOOL, INT8} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {sqlAggregate} from '../functions/aggregates.ts';
import type {Aggregate, AggregateCall, Plan, SortKey} from '../plan.ts';
import type {Coercion} from './coerce.ts';
import {comparison} from './comparison.ts';
import {projectOf} from './plan-parts.ts';
import {columnAt} from './slots.ts';

/** The one row with the list of a plan's only column, in the plan's order. */
export function listPlan(plan: Plan): Plan {
  const {input, value, orderBy} = ordered(plan);
  const type = arrayOf(value.type);
  const listed = aggregateOf(input, [callOf('array_agg', [value], orderBy)]);
  const empty: Expression = {kind: 'literal', value: [], type};
  const list: Expression = {kind: 'coalesce', args: [columnAt(0, type), empty], type};
  return projectOf(listed, [{name: 'array', expression: list}]);
}

/** An aggregate orders for itself: by what the plan's ORDER BY says. */
function ordered(plan: Plan): {input: Plan; value: Expression; orderBy: readonly SortKey[]} {
  const value = columnAt(0, plan.columns[0]?.type ?? BOOL);
  if (plan.kind === 'order') return {input: plan, value, orderBy: plan.by};
  if (plan.kind !== 'project' || plan.input.kind !== 'order') {
    return {input: plan, value, orderBy: []};
  }
  return {
    input: plan.input,
    value: plan.expressions[0] ?? value,
    orderBy: plan.input.by,
  };
}

/** The one row that says whether a plan's only column is true for any row: three-valued. */
export function anyPlan(plan: Plan, at: Coercion): Plan {
  const test = columnAt(0, BOOL);
  const calls = [callOf('bool_or', [test]), callOf('count', []), callOf('count', [test])];
  const counted = aggregateOf(plan, calls);
  const gaps = comparison('>', [columnAt(1, INT8), columnAt(2, INT8)], at);
  const truth = (value: boolean | null): Expression => ({kind: 'literal', value, type: BOOL});
  const found: Expression = {
    kind: 'case',
    type: BOOL,
    branches: [
      // biome-ignore lint/suspicious/noThenProperty: CASE's own word, on data nobody awaits.
      {when: columnAt(0, BOOL), then: truth(true)},
      // biome-ignore lint/suspicious/noThenProperty: CASE's own word, on data nobody awaits.
      {when: gaps, then: truth(null)},
    ],
    otherwise: truth(false),
  };
  return projectOf(counted, [{name: 'found', expression: found}]);
}

function callOf(
  name: string,
  args: readonly Expression[],
  orderBy: readonly SortKey[] = [],
): AggregateCall {
  const found = sqlAggregate(
    name,
    args.map(({type}) => type),
  );
  if (!found) throw new Error(`there is no ${name}`);
  const {function: called, type} = found;
  return {function: called, args, distinct: false, filter: undefined, orderBy, type};
}

const aggregateOf = (input: Plan, aggregates: readonly AggregateCall[]): Aggregate => ({
  kind: 'aggregate',
  input,
  groupBy: [],
  aggregates,
  columns: aggregates.map((call) => ({name: call.function.name, type: call.type})),
});
