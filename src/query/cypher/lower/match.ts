import type {Expr, Filter, Match} from '../ast.ts';
import {anyInside, isPatternExpr} from '../walk.ts';
import {beside, besideOptional} from './beside.ts';
import type {Context} from './context.ts';
import {correlated, plainGraph} from './correlated.ts';
import {filteredByPattern} from './exists.ts';
import {siteOf} from './expression.ts';
import {lowerTruth} from './logical.ts';
import {conditionsOf} from './pattern.ts';
import {prepared} from './prepare.ts';
import {filtered, projected, type Rows} from './rows.ts';
import {column, withName} from './scope.ts';
import {holdsTime} from './time.ts';
import {joinedWith} from './ways.ts';

/** MATCH: the rows so far, joined with every way in which the patterns are found. */
export function lowerMatch(context: Context, rows: Rows, match: Match): Rows {
  if (match.optional) return lowerOptional(context, rows, match);
  const joined = joinedWith(context, rows, match.patterns);
  const conditions = conditionsOf(context, match.patterns);
  if (!joined) return withUnknowns(rows, match);
  return where(context, joined, [...conditions, ...(match.where ? [match.where] : [])]);
}

/** FILTER: the rows for which the condition is true, in the order they have. */
export function lowerFilter(context: Context, rows: Rows, {where: condition}: Filter): Rows {
  return {...where(context, rows, [condition]), ...(rows.order && {order: rows.order})};
}

/**
 * The rows that the conditions hold for. Patterns that stand alone among them, negated or
 * not, become semi and anti joins; inside of other expressions they become columns, which
 * are dropped again.
 */
export function where(context: Context, rows: Rows, conditions: readonly Expr[]): Rows {
  const conjuncts = conditions.flatMap(conjunctsOf);
  const [tests, others] = [conjuncts.filter(isTest), conjuncts.filter((expr) => !isTest(expr))];
  const [timely, timeless] = [others.filter(holdsTime), others.filter((expr) => !holdsTime(expr))];
  const [joining, alone] = timely.length === 0 ? [[], timeless] : joiningFirst(timeless, rows);
  const inner = joining.length === 0 ? rows : where(context, rows, joining);
  const outer = [...alone, ...timely];
  const {rows: wide, expressions} = prepared(context, inner, outer);
  const site = siteOf(context, wide.scope, expressions);
  const kept = filtered(
    wide,
    outer.map((expr) => lowerTruth(site, expr)),
  );
  return tests.reduce((left, test) => tested(context, left, test), narrowed(rows, kept));
}

/**
 * Conditions on several variables say which rows belong together: they come before what
 * time makes of the pairs. The others are judged beside it, since a row that one leaves
 * out for a while keeps its history.
 */
function joiningFirst(conditions: readonly Expr[], {scope}: Rows): readonly [Expr[], Expr[]] {
  const joins = (expr: Expr): boolean => {
    const used = new Set<string>();
    anyInside(expr, (inner) => {
      if (inner.kind === 'variable' && scope.names.has(inner.name)) used.add(inner.name);
      return false;
    });
    return used.size > 1;
  };
  return [conditions.filter(joins), conditions.filter((expr) => !joins(expr))];
}

const conjunctsOf = (expr: Expr): readonly Expr[] =>
  expr.kind === 'and' ? expr.args.flatMap(conjunctsOf) : [expr];

const isTest = (expr: Expr): boolean =>
  expr.kind === 'not'
    ? isTest(expr.of)
    : isPatternExpr(expr) && expr.kind !== 'patternComprehension';

function tested(context: Context, rows: Rows, expr: Expr, found = true): Rows {
  if (expr.kind === 'not') return tested(context, rows, expr.of, !found);
  return isPatternExpr(expr) ? filteredByPattern(context, rows, expr, {found}) : rows;
}

/** Only the columns that were there before. */
function narrowed(before: Rows, {plan}: Rows): Rows {
  const {columns} = before.plan;
  if (plan.columns.length === columns.length) return {plan, scope: before.scope};
  const values = columns.map(({type}, i) => column(i, type));
  return {plan: projected(plan, columns, values), scope: before.scope};
}

/** OPTIONAL MATCH: a row for which the patterns are not found stays, with nulls beside it. */
function lowerOptional(context: Context, rows: Rows, match: Match): Rows {
  const graph = plainGraph(context, rows, match);
  if (!graph) {
    const found = beside(context, rows, match);
    return found ? besideOptional(context, rows, found) : withUnknowns(rows, match);
  }
  const {right, keys, residual, scope} = correlated(context, rows, graph, match);
  const columns = [...rows.plan.columns, ...right.columns];
  return {
    plan: {kind: 'join', type: 'left', columns, left: rows.plan, right, keys, residual},
    scope,
  };
}

/** After a pattern that has no plan its variables are known, and nothing else of them. */
function withUnknowns(rows: Rows, {patterns}: Match): Rows {
  const names = patterns.flatMap((pattern) =>
    [pattern, ...pattern.nodes, ...pattern.relationships].flatMap(({variable}) =>
      variable ? [variable.name] : [],
    ),
  );
  const scope = names
    .filter((name) => !rows.scope.names.has(name))
    .reduce((known, name) => withName(known, name, {kind: 'unknown'}), rows.scope);
  return {plan: rows.plan, scope};
}
