import type {Expression} from '../expression.ts';
import {conjunctsOf} from '../optimise-expression.ts';
import type {Plan, TimeCall} from '../plan.ts';
import {withTime} from '../time/timed-plan.ts';
import {attach, withValues} from './attach.ts';
import type {Coercion} from './coerce.ts';
import {hasOuter} from './plan-expressions.ts';
import {allTrue, filterOf, joinOf} from './plan-parts.ts';
import type {Level, Subquery} from './scope.ts';
import {columnAt, movedRight, slotOf, slotsIn, withSlots} from './slots.ts';

interface Judging extends Coercion {
  readonly level: Level;
  readonly over: (expression: Expression) => Expression;
}

/**
 * WHERE and HAVING: the plan's rows for which the condition is true. EXISTS, NOT EXISTS and
 * IN that stand among its ANDs become semi and anti joins where the subquery reads the
 * query around it in its own WHERE only; other subqueries are joined as values.
 */
export function filteredBy(plan: Plan, condition: Expression, judging: Judging): Plan {
  const timed = withTimes(plan, condition, judging);
  return filteredByAll(timed.plan, conjunctsOf(condition), {...judging, over: timed.over});
}

/** Behind the plan's columns those of the functions of time that the condition uses. */
function withTimes(plan: Plan, condition: Expression, {level, over}: Judging) {
  const columns = new Map<number, Expression>();
  let timed = plan;
  for (const at of slotsIn([condition], 'time')) {
    const call = level.times[at] as TimeCall;
    const next = withTime(timed, {...call, args: call.args.map(over)});
    timed = next.plan;
    columns.set(at, next.column);
  }
  const overTime = (expression: Expression): Expression =>
    withSlots(over(expression), 'time', (at, type) => columns.get(at) ?? columnAt(at, type));
  return {plan: timed, over: overTime};
}

function filteredByAll(plan: Plan, conjuncts: readonly Expression[], judging: Judging): Plan {
  const own = conjuncts.filter((one) => slotsIn([one], 'subquery').length === 0);
  const others = conjuncts.filter((one) => slotsIn([one], 'subquery').length > 0);
  let filtered = withFilter(plan, own.map(judging.over));
  const left: Expression[] = [];
  for (const one of others) {
    const semi = semiJoined(filtered, one, judging);
    if (semi) filtered = semi;
    else left.push(one);
  }
  if (left.length === 0) return filtered;
  const {subqueries} = judging.level;
  const attached = attach(filtered, left, {...judging, subqueries});
  const conditions = left.map((one) => withValues(judging.over(one), attached.values));
  return withFilter(attached.plan, conditions);
}

function withFilter(plan: Plan, conditions: readonly Expression[]): Plan {
  const predicate = allTrue(conditions);
  return predicate ? filterOf(plan, predicate) : plan;
}

function semiJoined(
  plan: Plan,
  conjunct: Expression,
  {level: {subqueries}, over}: Judging,
): Plan | undefined {
  const negated = conjunct.kind === 'not';
  const inner = negated ? conjunct.arg : conjunct;
  if (inner.kind !== 'column') return undefined;
  const slot = slotOf(inner.index);
  const asked = slot.kind === 'subquery' ? subqueries[slot.at] : undefined;
  const subquery = negated ? asked : (asked?.semi ?? asked);
  if (subquery?.kind !== 'exists' && subquery?.kind !== 'in') return undefined;
  // NOT IN is not known where a null is among the rows: no anti join.
  if (negated && subquery.kind === 'in') return undefined;
  const {refs, left, equal} = subquery;
  if (slotsIn([...refs, ...(left ? [left] : [])], 'subquery').length > 0) return undefined;
  const opened = openedPlan(subquery);
  if (!opened) return undefined;
  const width = plan.columns.length;
  const readRefs = refs.map(over);
  const moved = (expression: Expression): Expression =>
    withSlots(
      movedRight(expression, width),
      'outer',
      (at, type) => readRefs[at] ?? columnAt(at, type),
    );
  const conditions = opened.conditions.map(moved);
  if (subquery.kind === 'in') {
    if (!left || !equal || !opened.value) return undefined;
    conditions.push(equal(over(left), moved(opened.value)));
  }
  return joinOf(negated ? 'anti' : 'semi', [plan, opened.plan], allTrue(conditions));
}

interface Opened {
  readonly plan: Plan;
  readonly conditions: readonly Expression[];
  /** The expression of the only column, for IN. */
  readonly value: Expression | undefined;
}

/** SELECT value FROM plan WHERE conditions, where only the conditions read what is around. */
function openedPlan({plan}: Subquery): Opened | undefined {
  let node = plan;
  let value: Expression | undefined;
  if (node.kind === 'project') {
    value = node.expressions[0];
    node = node.input;
  }
  const conditions: Expression[] = [];
  while (node.kind === 'filter') {
    conditions.push(...conjunctsOf(node.predicate));
    node = node.input;
  }
  return hasOuter(node) ? undefined : {plan: node, conditions, value};
}
