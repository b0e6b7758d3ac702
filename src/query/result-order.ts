import type {Column} from '../data/schema.ts';
import type {Expression} from './expression.ts';
import type {Plan, SortKey} from './plan.ts';
import {functionNames, type PlanTexts, planTexts} from './subplan-text.ts';

/** One of the keys that a result's rows are ordered by. */
export interface OrderKey {
  /** Its place among the result's columns; undefined where it is none of them. */
  readonly column: number | undefined;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/**
 * What a plan's rows are ordered by, in terms of its own columns: nothing without an ORDER
 * BY. Where it is not certain that a column always has a key's value, the key is told as
 * none of them: a row may then change its place and stay as it is.
 */
export function resultOrder(plan: Plan): readonly OrderKey[] {
  const ordered = orderOf(plan);
  if (!ordered) return [];
  const texts = planTexts(functionNames());
  const shown = plan.columns.map(({type}, index) =>
    originText({plan, expression: {kind: 'column', index, type}}, texts),
  );
  return ordered.by.map(({expression, descending, nullsFirst}) => {
    const at = shown.indexOf(originText({plan: ordered.input, expression}, texts));
    return {column: at < 0 ? undefined : at, descending, nullsFirst};
  });
}

/** The keys as sort keys over the result's own rows; undefined where those do not tell them. */
export function sortByShown(
  order: readonly OrderKey[],
  columns: readonly Column[],
): readonly SortKey[] | undefined {
  const by = order.flatMap(({column: index, ...rest}): SortKey[] => {
    const type = index === undefined ? undefined : columns[index]?.type;
    if (index === undefined || !type) return [];
    return [{expression: {kind: 'column', index, type}, ...rest}];
  });
  return by.length > 0 && by.length === order.length ? by : undefined;
}

/** The order that stages pass on as `keys`: at the top, or below projections alone. */
function orderOf(plan: Plan): Extract<Plan, {kind: 'order'}> | undefined {
  if (plan.kind === 'project') return orderOf(plan.input);
  return plan.kind === 'order' ? plan : undefined;
}

/** An expression, and whose rows it is over. */
interface Place {
  readonly plan: Plan;
  readonly expression: Expression;
}

/** Texts of expressions over rows of one plan, alike only where they always have one value. */
function originText(place: Place, texts: PlanTexts): string {
  const {plan, expression} = origin(place);
  return texts.of({
    kind: 'project',
    columns: [{name: '', type: expression.type}],
    input: plan,
    expressions: [expression],
  });
}

/** Where a value was computed: columns of projections are what these compute. */
function origin({plan, expression}: Place): Place {
  if (expression.kind === 'call' && expression.function.identity && expression.args[0]) {
    return origin({plan, expression: expression.args[0]});
  }
  switch (plan.kind) {
    case 'order':
    case 'filter':
    case 'distinct':
      return origin({plan: plan.input, expression});
    case 'project': {
      const computed = expression.kind === 'column' && plan.expressions[expression.index];
      return computed ? origin({plan: plan.input, expression: computed}) : {plan, expression};
    }
    default:
      return {plan, expression};
  }
}
