import {ANY, BOOL} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Plan} from '../../plan.ts';
import type {Expr} from '../ast.ts';
import {anyInside, isPatternExpr, type PatternExpr} from '../walk.ts';
import {beside, besideExpression} from './beside.ts';
import type {Context} from './context.ts';
import {literal, TRUE, toAny} from './convert.ts';
import {type Correlated, correlated, plainGraph, type Question} from './correlated.ts';
import {siteOf} from './expression.ts';
import {moved, reaches} from './move.ts';
import {prepared} from './prepare.ts';
import {projected, type Rows} from './rows.ts';
import {type Binding, column, type Scope, shifted} from './scope.ts';

function questionOf(expr: PatternExpr): Question {
  if (expr.kind === 'exists') return expr;
  const where = expr.kind === 'patternComprehension' ? expr.where : undefined;
  return {patterns: [expr.pattern], where};
}

/** What a comprehension makes of each way. */
const madeOf = (expr: PatternExpr): readonly Expr[] =>
  expr.kind === 'patternComprehension' ? [expr.map] : [];

function matchFor(context: Context, rows: Rows, expr: PatternExpr): Correlated | undefined {
  const question = questionOf(expr);
  const nested = madeOf(expr).some((made) => anyInside(made, isPatternExpr));
  const graph = nested ? undefined : plainGraph(context, rows, question);
  return graph ? correlated(context, rows, graph, question) : detour(context, rows, expr);
}

function detour(context: Context, rows: Rows, expr: PatternExpr): Correlated | undefined {
  const found = beside(context, rows, questionOf(expr), madeOf(expr));
  return found && besideExpression(found, rows.scope.width);
}

/** Rows for which the pattern is found, or is not: a semi join, or an anti join. */
export function filteredByPattern(
  context: Context,
  rows: Rows,
  expr: PatternExpr,
  {found}: {found: boolean},
): Rows {
  const match = matchFor(context, rows, expr);
  if (!match) return rows;
  const {right, keys, residual} = match;
  const join = {kind: 'join', columns: rows.plan.columns, left: rows.plan, right} as const;
  return {plan: {...join, keys, residual, type: found ? 'semi' : 'anti'}, scope: rows.scope};
}

/**
 * A pattern as a value: whether it is found, or the list of what a comprehension makes of
 * each way it is found. The ways are grouped by what joins them to the row; where they are
 * compared with the row in other ways too, by all that they ask of it.
 */
export function lowerPatternExpr(
  context: Context,
  rows: Rows,
  expr: PatternExpr,
): {readonly rows: Rows; readonly expression: Expression} | undefined {
  const {width} = rows.scope;
  const first = matchFor(context, rows, expr);
  const open = first && reachesRow(context, first, {expr, width});
  const match = open ? detour(context, rows, expr) : first;
  if (!match) return undefined;
  const answers = grouped(context, match, {expr, width});
  const columns = [...rows.plan.columns, ...answers.columns];
  const plan: Plan = {
    kind: 'join',
    type: 'left',
    columns,
    left: rows.plan,
    right: answers,
    keys: match.keys.map(({left, right}, i) => ({left, right: column(i, right.type)})),
    residual: undefined,
  };
  const answer = column(columns.length - 1, ANY);
  const none = literal(expr.kind === 'patternComprehension' ? [] : false, ANY);
  const expression: Expression =
    expr.kind === 'patternComprehension'
      ? {kind: 'coalesce', args: [answer, none], type: ANY}
      : {kind: 'not', arg: {kind: 'isNull', arg: answer, type: BOOL}, type: BOOL};
  return {rows: {plan, scope: {...rows.scope, width: columns.length}}, expression};
}

/** Whether an answer depends on the row at hand by more than the keys of the join. */
function reachesRow(
  context: Context,
  {residual, scope}: Correlated,
  {expr, width}: {expr: PatternExpr; width: number},
): boolean {
  if (residual && reaches(residual, width)) return true;
  const site = siteOf(context, scope);
  return madeOf(expr).some((made) => !holdsPattern(made) && reaches(site.lower(made), width));
}

const holdsPattern = (expr: Expr): boolean => anyInside(expr, isPatternExpr);

/** One row for each combination of keys: the keys, then the answer. */
function grouped(
  context: Context,
  {right, keys, residual, scope}: Correlated,
  {expr, width}: {expr: PatternExpr; width: number},
): Plan {
  const input: Plan = residual
    ? {kind: 'filter', columns: right.columns, input: right, predicate: moved(residual, -width)}
    : right;
  const groupBy = keys.map((key) => key.right);
  const named = groupBy.map(({type}, i) => ({name: `key ${i + 1}`, type}));
  if (expr.kind !== 'patternComprehension') {
    const columns = [...named, {name: 'found', type: BOOL}];
    const found = projected(input, columns, [...groupBy, TRUE]);
    return {kind: 'distinct', columns, input: found};
  }
  const ways: Rows = {plan: input, scope: overRight(scope, width)};
  const {rows: wide, expressions} = prepared(context, ways, [expr.map]);
  const made = toAny(siteOf(context, wide.scope, expressions).lower(expr.map));
  const columns = [...named, {name: 'made', type: ANY}];
  return {
    kind: 'aggregate',
    columns,
    input: projected(wide.plan, columns, [...groupBy, made]),
    groupBy: named.map(({type}, i) => column(i, type)),
    aggregates: [collectOf(column(named.length, ANY))],
  };
}

/** The scope over the right columns alone. */
function overRight(scope: Scope, width: number): Scope {
  const names = [...scope.names].map(([name, binding]): [string, Binding] => [
    name,
    shifted(binding, -width),
  ]);
  return {...scope, names: new Map(names), width: scope.width - width};
}

function collectOf(arg: Expression) {
  const compute = (values: readonly unknown[]) => values as readonly [];
  return {
    function: {kind: 'listing', name: 'collect', skipsNulls: false, compute},
    args: [arg],
    distinct: false,
    filter: undefined,
    orderBy: [],
    type: ANY,
  } as const;
}
