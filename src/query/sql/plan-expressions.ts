import type {Expression} from '../expression.ts';
import type {AggregateCall, Plan, SortKey, WindowCall} from '../plan.ts';
import {inputsOf} from '../plan-walk.ts';
import {slotsIn} from './slots.ts';

export const mapSort = (key: SortKey, change: (one: Expression) => Expression): SortKey => ({
  ...key,
  expression: change(key.expression),
});

export const mapCall = (
  call: AggregateCall,
  change: (one: Expression) => Expression,
): AggregateCall => ({
  ...call,
  args: call.args.map(change),
  filter: call.filter && change(call.filter),
  orderBy: call.orderBy.map((key) => mapSort(key, change)),
});

export const mapWindowCall = (
  call: WindowCall,
  change: (one: Expression) => Expression,
): WindowCall => ({
  ...call,
  args: call.args.map(change),
  filter: call.filter && change(call.filter),
});

export const expressionsOfCall = (call: AggregateCall): readonly Expression[] => [
  ...call.args,
  ...(call.filter ? [call.filter] : []),
  ...call.orderBy.map(({expression}) => expression),
];

/** Whether a plan reads of the query around it. */
export const hasOuter = (plan: Plan): boolean =>
  slotsIn(expressionsOf(plan), 'outer').length > 0 || inputsOf(plan).some(hasOuter);

const sorted = (keys: readonly SortKey[]): readonly Expression[] =>
  keys.map(({expression}) => expression);

/** The expressions of a node itself. */
export function expressionsOf(plan: Plan): readonly Expression[] {
  switch (plan.kind) {
    case 'filter':
      return [plan.predicate];
    case 'project':
      return plan.expressions;
    case 'join':
      return plan.residual ? [plan.residual] : [];
    case 'aggregate':
      return [...plan.groupBy, ...plan.aggregates.flatMap(expressionsOfCall)];
    case 'distinct':
      return plan.on ? [...plan.on.expressions, ...sorted(plan.on.orderBy)] : [];
    case 'unnest':
      return [plan.list];
    case 'batch':
      return [plan.argument];
    case 'timed':
      return plan.functions.flatMap((call) => call.args);
    case 'order':
      return sorted(plan.by);
    case 'window': {
      const args = plan.functions.flatMap((call) => [
        ...call.args,
        ...(call.filter ? [call.filter] : []),
      ]);
      return [...plan.partitionBy, ...sorted(plan.orderBy), ...args];
    }
    default:
      return [];
  }
}
