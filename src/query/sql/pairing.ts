import type {Expression} from '../expression.ts';
import type {Coercion} from './coerce.ts';
import {joinOf, ONE_ROW} from './plan-parts.ts';
import {type From, movedScope, scopesTogether} from './relation.ts';
import {EMPTY_SCOPE} from './scope.ts';

/** What stands before the first item of FROM: one row without columns. */
export const NOTHING: From = {plan: ONE_ROW, scope: EMPTY_SCOPE};

export type JoinType = 'inner' | 'left' | 'right' | 'full';

/** How an item of FROM is joined with what stands before it. */
export interface How {
  readonly type: JoinType;
  /** The condition, over both. */
  readonly on: (together: From) => Expression | undefined;
}

/** Two items that read nothing of each other. */
export function paired(left: From, right: From, how: How, at: Coercion): From {
  const moved = movedScope(right.scope, left.plan.columns.length);
  const scope = scopesTogether(left.scope, moved, at);
  const both = joinOf(how.type, [left.plan, right.plan], undefined);
  return {plan: joinOf(how.type, [left.plan, right.plan], how.on({plan: both, scope})), scope};
}
