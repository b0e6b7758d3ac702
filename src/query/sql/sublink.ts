import {BOOL, type Type} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import type {Plan} from '../plan.ts';
import {analyse} from './analyse.ts';
import {locationOf, type Node, plainName, type SubLink} from './ast.ts';
import {alike, comparison} from './comparison.ts';
import {notSupported, problemAt} from './context.ts';
import {problems} from './problems.ts';
import {queryPlan} from './query.ts';
import type {Frame, Site, Subquery} from './scope.ts';
import {columnAt, SUBQUERY} from './slots.ts';

/** A subquery in an expression: noted in the level, and a slot for its value. */
export function sublink(site: Site, node: SubLink): Expression {
  const {context} = site;
  const {location, subselect} = node;
  if (!subselect || !('SelectStmt' in subselect))
    throw notSupported(context, location, 'this subquery');
  const frame: Frame = {outer: site, refs: []};
  const plan = queryPlan(subselect.SelectStmt, {context, frame, withQueries: site.withQueries});
  switch (node.subLinkType) {
    case 'EXISTS_SUBLINK':
      return noted(site, {...plain(plan, frame), kind: 'exists', type: BOOL});
    case 'EXPR_SUBLINK': {
      const {type} = onlyColumn(site, plan, location);
      return noted(site, {...plain(plan, frame), kind: 'scalar', type});
    }
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK':
      return membership(site, node, {plan, frame});
    default:
      throw notSupported(context, location, 'ARRAY(SELECT …)', 'aggregate with array_agg in it');
  }
}

const plain = (plan: Plan, {refs}: Frame) => ({
  plan,
  refs,
  equal: undefined,
  left: undefined,
  single: isSingle(plan),
});

function noted({level}: Site, subquery: Subquery): Expression {
  return columnAt(SUBQUERY + level.subqueries.push(subquery) - 1, subquery.type);
}

function onlyColumn({context}: Site, plan: Plan, location: number | undefined): {type: Type} {
  const [column, second] = plan.columns;
  if (column && !second) return column;
  throw problemAt(context, location, problems['sql-type'], {
    message: 'a subquery used as a value must have one column',
    detail: `It has ${plan.columns.length}.`,
  });
}

/** Whether it has exactly one row, whatever the tables hold. */
function isSingle(plan: Plan): boolean {
  if (plan.kind === 'project') return isSingle(plan.input);
  if (plan.kind === 'values') return plan.rows.length === 1;
  return plan.kind === 'aggregate' && plan.groupBy.length === 0;
}

/** x IN (SELECT …), x = ANY (SELECT …), x <> ALL (SELECT …): the last is NOT IN. */
function membership(
  site: Site,
  node: SubLink,
  {plan, frame}: {plan: Plan; frame: Frame},
): Expression {
  const {context} = site;
  const {location, testexpr} = node;
  const name = node.operName ? plainName(node.operName) : '=';
  const negated = node.subLinkType === 'ALL_SUBLINK';
  if (name !== (negated ? '<>' : '=')) {
    const hint = 'write EXISTS (SELECT … WHERE x < y), or compare with min() or max()';
    throw notSupported(context, location, `${name} ${negated ? 'ALL' : 'ANY'} (SELECT …)`, hint);
  }
  if (testexpr && 'RowExpr' in testexpr) {
    const hint = 'write EXISTS (SELECT … WHERE a = x AND b = y)';
    throw notSupported(context, location, '(a, b) IN (SELECT …)', hint);
  }
  const left = analyse(site, testexpr as Node);
  const column = onlyColumn(site, plan, location);
  const at = {context, location: locationOf(testexpr)};
  const [value] = alike(left, columnAt(0, column.type), at);
  const found = noted(site, {
    kind: 'in',
    plan,
    refs: frame.refs,
    left: value,
    equal: (a, b) => comparison('=', [a, b], at),
    type: BOOL,
    single: false,
  });
  return negated ? {kind: 'not', arg: found, type: BOOL} : found;
}
