import type {Plan} from '../plan.ts';
import {locationOf, type Node, type RangeSubselect, texts} from './ast.ts';
import {notSupported} from './context.ts';
import {correlated} from './correlate.ts';
import {type Environment, siteOf} from './environment.ts';
import {type How, NOTHING, paired, plainCondition} from './pairing.ts';
import {allTrue, isSingle, joinOf, projectOf, sameValue} from './plan-parts.ts';
import {queryPlan} from './query.ts';
import {type From, movedScope, relationFrom, renamed, scopesTogether} from './relation.ts';
import type {Frame} from './scope.ts';
import {columnAt} from './slots.ts';

/** A subquery in FROM, which sees nothing of the items beside it. */
export function subselectFrom({subquery, alias}: RangeSubselect, environment: Environment): From {
  const plan = subqueryPlan(subquery, environment);
  const at = {context: environment.context, location: 0};
  return relationFrom(renamed(plan, texts(alias?.colnames), at), {name: alias?.aliasname ?? ''});
}

function subqueryPlan(subquery: Node | undefined, environment: Environment): Plan {
  if (!subquery || !('SelectStmt' in subquery)) {
    throw notSupported(environment.context, locationOf(subquery), 'this subquery');
  }
  return queryPlan(subquery.SelectStmt, environment);
}

/** LATERAL: the subquery for each combination of what it reads of the items before it. */
export function lateral(
  left: From,
  node: RangeSubselect,
  environment: Environment,
  how: How,
): From {
  const {context} = environment;
  if (how.type === 'right' || how.type === 'full') {
    throw notSupported(
      context,
      0,
      `${how.type.toUpperCase()} JOIN LATERAL`,
      'write LEFT JOIN LATERAL',
    );
  }
  const outer = siteOf(environment, 'FROM', left.scope);
  const frame: Frame = {outer, refs: []};
  const right = subselectFrom(node, {...environment, frame});
  const {refs} = frame;
  const at = {context, location: 0};
  if (refs.length === 0) return left === NOTHING ? right : paired(left, right, how, at);
  const items = refs.map((expression, i) => ({name: `outer_${i + 1}`, expression}));
  const input = projectOf(left.plan, items);
  const domain: Plan = {kind: 'distinct', columns: input.columns, input};
  const rows = correlated(right.plan, domain, at);
  const width = left.plan.columns.length;
  const moved = movedScope(right.scope, width + refs.length);
  const scope = scopesTogether(left.scope, moved, at);
  const agree = refs.map((ref, i) => sameValue(ref, columnAt(width + i, ref.type)));
  const together = {plan: joinOf(how.type, [left.plan, rows], undefined), scope};
  const on = plainCondition(how, together, at);
  const residual = allTrue([...agree, ...(on ? [on] : [])]);
  // Of exactly one row for each nothing is lost, and the row before it stays the same row.
  const single = isSingle(right.plan) && (how.type === 'left' || !on);
  const join = joinOf(single ? 'left' : how.type, [left.plan, rows], residual);
  return {plan: single ? {...join, single} : join, scope};
}
