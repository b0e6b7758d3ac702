import type {Expression} from '../expression.ts';
import type {Coercion} from './coerce.ts';
import {notSupported} from './context.ts';
import {joinedOn} from './join-condition.ts';
import {joinOf, ONE_ROW} from './plan-parts.ts';
import {type From, movedScope, scopesTogether} from './relation.ts';
import {EMPTY_SCOPE, type Level} from './scope.ts';
import {slotsIn} from './slots.ts';

/** What stands before the first item of FROM: one row without columns. */
export const NOTHING: From = {plan: ONE_ROW, scope: EMPTY_SCOPE};

export type JoinType = 'inner' | 'left' | 'right' | 'full';

/** How an item of FROM is joined with what stands before it. */
export interface How {
  readonly type: JoinType;
  /** The condition, over both. */
  readonly on: (together: From) => Expression | undefined;
  /** What the condition computes besides. */
  readonly level: Level;
}

/** The condition of a join whose right side reads the left one: without subqueries. */
export function plainCondition(how: How, together: From, {context, location}: Coercion) {
  const on = how.on(together);
  if (!on || slotsIn([on], 'subquery').length === 0) return on;
  const hint = 'put the condition into WHERE, or join with the subquery';
  throw notSupported(context, location, 'a subquery in ON of such a join', hint);
}

/** Two items that read nothing of each other. */
export function paired(left: From, right: From, how: How, at: Coercion): From {
  const moved = movedScope(right.scope, left.plan.columns.length);
  const scope = scopesTogether(left.scope, moved, at);
  const both = joinOf(how.type, [left.plan, right.plan], undefined);
  const on = how.on({plan: both, scope});
  return {plan: joinedOn([left.plan, right.plan], on, {...at, ...how}), scope};
}
