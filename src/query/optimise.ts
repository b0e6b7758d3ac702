import {folded} from './optimise-expression.ts';
import {pushedDown} from './optimise-filter.ts';
import type {AggregateCall, Plan, SortKey, TimeCall} from './plan.ts';
import {withInputs} from './plan-walk.ts';

/**
 * A plan with the same rows under the same identities, for less work: constants are
 * computed, conditions judged as near to the tables as they can be, equalities of a join
 * looked up by key, and orders that nobody sees dropped.
 *
 * Columns are not pruned: a row held is the table image's own row, shared, and a narrower
 * copy of it would cost the memory that the sharing saves.
 */
export function optimise(plan: Plan): Plan {
  return pushedDown(withoutLostOrders(withConstants(plan, new Map())));
}

/** Constants computed throughout. A node in several places stays one node. */
function withConstants(plan: Plan, done: Map<Plan, Plan>): Plan {
  const held = done.get(plan);
  if (held) return held;
  const simpler = constantNode(withInputs(plan, (input) => withConstants(input, done)));
  done.set(plan, simpler);
  return simpler;
}

function constantNode(plan: Plan): Plan {
  switch (plan.kind) {
    case 'filter':
      return {...plan, predicate: folded(plan.predicate)};
    case 'project':
      return {...plan, expressions: plan.expressions.map(folded)};
    case 'join':
      return {
        ...plan,
        keys: plan.keys.map(({left, right}) => ({left: folded(left), right: folded(right)})),
        residual: plan.residual && folded(plan.residual),
      };
    case 'aggregate':
      return {
        ...plan,
        groupBy: plan.groupBy.map(folded),
        aggregates: plan.aggregates.map(constantCall),
      };
    case 'order':
      return {...plan, by: plan.by.map(constantSort)};
    case 'unnest':
      return {...plan, list: folded(plan.list)};
    case 'timed':
      return {...plan, functions: plan.functions.map(constantTimeCall)};
    default:
      return plan;
  }
}

const constantSort = (key: SortKey): SortKey => ({...key, expression: folded(key.expression)});

const constantCall = (call: AggregateCall): AggregateCall => ({
  ...call,
  args: call.args.map(folded),
  filter: call.filter && folded(call.filter),
  orderBy: call.orderBy.map(constantSort),
});

const constantTimeCall = (call: TimeCall): TimeCall => ({...call, args: call.args.map(folded)});

/**
 * An order that cuts nothing off is seen only at the top, or below projections there; it
 * would hold every row for nobody. The nodes at the top stand in one place each.
 */
function withoutLostOrders(plan: Plan): Plan {
  if (plan.kind === 'order') return {...plan, input: unordered(plan.input, new Map())};
  if (plan.kind === 'project') return {...plan, input: withoutLostOrders(plan.input)};
  return unordered(plan, new Map());
}

function unordered(plan: Plan, done: Map<Plan, Plan>): Plan {
  const held = done.get(plan);
  if (held) return held;
  const lost = plan.kind === 'order' && plan.offset === 0 && plan.limit === undefined;
  const simpler = lost
    ? unordered(plan.input, done)
    : withInputs(plan, (input) => unordered(input, done));
  done.set(plan, simpler);
  return simpler;
}
