import {arrayOf, BOOL, type Type} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import type {Plan} from '../plan.ts';
import {analyse} from './analyse.ts';
import {locationOf, type Node, plainName, type SubLink} from './ast.ts';
import {settledExpression} from './coerce.ts';
import {alike, COMPARISONS, comparison} from './comparison.ts';
import {notSupported, problemAt} from './context.ts';
import {filterOf, isSingle, projectOf} from './plan-parts.ts';
import {problems} from './problems.ts';
import {quantifiedOver} from './quantified.ts';
import {queryPlan} from './query.ts';
import type {Frame, Site, Subquery} from './scope.ts';
import {columnAt, outerIndex, SUBQUERY} from './slots.ts';
import {anyPlan, listPlan} from './sublink-plans.ts';

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
      return quantifiedSublink(site, node, {plan, frame});
    default:
      return listOf(site, node, {plan, frame});
  }
}

/** ARRAY(SELECT …): its rows in their order; an empty list where there are none. */
function listOf(site: Site, {location}: SubLink, {plan, frame}: Asked): Expression {
  const {type} = onlyColumn(site, plan, location);
  if (type.kind === 'array') {
    throw notSupported(site.context, location, 'a list of lists', 'join them: unnest, array_cat');
  }
  const listed = listPlan(plan);
  const list = listed.columns[0]?.type ?? arrayOf(type);
  return noted(site, {...plain(listed, frame), kind: 'scalar', type: list});
}

/** What a subquery is asked with. */
interface Asked {
  readonly plan: Plan;
  readonly frame: Frame;
}

/** `x op ANY (SELECT …)` and `x op ALL (SELECT …)`; IN is `= ANY`, NOT IN `<> ALL`. */
function quantifiedSublink(site: Site, node: SubLink, asked: Asked): Expression {
  const {context} = site;
  const {location, testexpr} = node;
  const name = node.operName ? plainName(node.operName) : '=';
  const all = node.subLinkType === 'ALL_SUBLINK';
  const isMember = name === (all ? '<>' : '=');
  if (testexpr && 'RowExpr' in testexpr) {
    if (!isMember) {
      const hint = 'write EXISTS (SELECT … WHERE …), comparing the columns one by one';
      throw notSupported(context, location, `(a, b) ${name} ${all ? 'ALL' : 'ANY'}`, hint);
    }
    const found = rowMembership(site, node, asked);
    return all ? {kind: 'not', arg: found, type: BOOL} : found;
  }
  if (isMember) return membership(site, node, asked);
  if (COMPARISONS.has(name)) return comparedWithAll(site, node, {...asked, name, all});
  const at = {context, location};
  const left = settledExpression(analyse(site, testexpr as Node), at);
  return quantifiedOver([left, listOf(site, node, asked)], {name, all, at});
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

/** x IN (SELECT …), x = ANY (SELECT …), x <> ALL (SELECT …): the last is NOT IN. */
function membership(site: Site, node: SubLink, {plan, frame}: Asked): Expression {
  const {context} = site;
  const {location, testexpr} = node;
  const left = analyse(site, testexpr as Node);
  const column = onlyColumn(site, plan, location);
  const at = {context, location: locationOf(testexpr)};
  const [value] = alike(left, columnAt(0, column.type), at);
  const equal = (a: Expression, b: Expression): Expression => comparison('=', [a, b], at);
  equal(left, columnAt(0, column.type));
  const found = noted(site, {
    kind: 'in',
    plan,
    refs: frame.refs,
    left: value,
    equal,
    type: BOOL,
    single: false,
  });
  return node.subLinkType === 'ALL_SUBLINK' ? {kind: 'not', arg: found, type: BOOL} : found;
}

/** Which ends of the values decide: for ANY the nearer one, for ALL the further one. */
const ENDS: Readonly<Record<string, readonly [any: End, all: End]>> = {
  '<': ['greatest', 'least'],
  '<=': ['greatest', 'least'],
  '>': ['least', 'greatest'],
  '>=': ['least', 'greatest'],
};

type End = 'least' | 'greatest';

function comparedWithAll(
  site: Site,
  node: SubLink,
  {plan, frame, name, all}: Asked & {readonly name: string; readonly all: boolean},
): Expression {
  const at = {context: site.context, location: node.location};
  const given = analyse(site, node.testexpr as Node);
  const column = onlyColumn(site, plan, node.location);
  const [left, value] = alike(given, columnAt(0, column.type), at);
  const compare = (a: Expression, b: Expression): Expression => comparison(name, [a, b], at);
  compare(left, value);
  const ends = ENDS[name];
  return noted(site, {
    kind: 'compared',
    plan: projectOf(plan, [{name: 'value', expression: value}]),
    refs: frame.refs,
    left,
    equal: undefined,
    bounds: {
      all,
      // All values are one where the least and the greatest are.
      holds: (x, {least, greatest}) =>
        ends
          ? compare(x, ends[all ? 1 : 0] === 'least' ? least : greatest)
          : {kind: all ? 'and' : 'or', args: [compare(x, least), compare(x, greatest)], type: BOOL},
    },
    type: BOOL,
    single: false,
  });
}

/**
 * (a, b) IN (SELECT …): for each combination of what is asked for whether a row agrees, and
 * whether one might. Where only truth counts it is an EXISTS.
 */
function rowMembership(site: Site, node: SubLink, {plan, frame}: Asked): Expression {
  const at = {context: site.context, location: node.location};
  const nodes =
    node.testexpr && 'RowExpr' in node.testexpr ? (node.testexpr.RowExpr.args ?? []) : [];
  if (nodes.length !== plan.columns.length) {
    throw problemAt(at.context, at.location, problems['sql-type'], {
      message: `${nodes.length} values are compared with ${plan.columns.length} columns`,
    });
  }
  const pairs = nodes.map((one, i) => {
    const left = analyse(site, one);
    const column = columnAt(i, plan.columns[i]?.type ?? left.type);
    // A constant is none of the things to be read of the query around.
    const read =
      left.kind === 'literal' ? left : columnAt(outerIndex(frame.refs.push(left) - 1), left.type);
    return comparison('=', [read, column], at);
  });
  const agree: Expression = {kind: 'and', args: pairs, type: BOOL};
  const semi = {...plain(filterOf(plan, agree), frame), kind: 'exists', type: BOOL} as const;
  const tested = projectOf(plan, [{name: 'agrees', expression: agree}]);
  return noted(site, {...plain(anyPlan(tested, at), frame), kind: 'scalar', type: BOOL, semi});
}
