import {ANY, BOOL} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Plan} from '../../plan.ts';
import type {Exists, Expr, Pattern, PatternComprehension} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Context} from './context.ts';
import {literal, TRUE, toAny} from './convert.ts';
import {type Correlated, correlated} from './correlated.ts';
import {siteOf} from './expression.ts';
import {moved, reaches} from './move.ts';
import {projected, type Rows} from './rows.ts';
import {column} from './scope.ts';

type PatternExpr = Extract<Expr, {kind: 'pattern'}> | Exists | PatternComprehension;

export const isPatternExpr = (expr: Expr): expr is PatternExpr =>
  expr.kind === 'pattern' || expr.kind === 'exists' || expr.kind === 'patternComprehension';

interface Question {
  readonly patterns: readonly Pattern[];
  readonly where: Expr | undefined;
}

function questionOf(expr: PatternExpr): Question {
  if (expr.kind === 'exists') return expr;
  const where = expr.kind === 'patternComprehension' ? expr.where : undefined;
  return {patterns: [expr.pattern], where};
}

/** Rows for which the pattern is found, or is not: a semi join, or an anti join. */
export function filteredByPattern(
  context: Context,
  rows: Rows,
  expr: PatternExpr,
  {found}: {found: boolean},
): Rows {
  const match = correlated(context, rows, questionOf(expr));
  if (!match) return rows;
  const {right, keys, residual} = match;
  const join = {kind: 'join', columns: rows.plan.columns, left: rows.plan, right} as const;
  return {plan: {...join, keys, residual, type: found ? 'semi' : 'anti'}, scope: rows.scope};
}

/**
 * A pattern as a value: whether it is found, or the list of what a comprehension makes of
 * each way it is found. The ways are grouped by what joins them to the row; so conditions
 * that compare them with the row in other ways cannot be answered here.
 */
export function lowerPatternExpr(
  context: Context,
  rows: Rows,
  expr: PatternExpr,
): {readonly rows: Rows; readonly expression: Expression} | undefined {
  const match = correlated(context, rows, questionOf(expr));
  if (!match) return undefined;
  const {width} = rows.scope;
  if (match.residual && reaches(match.residual, width)) refuseResidual(context, expr);
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
  const made = toAny(siteOf(context, scope).lower(expr.map));
  if (reaches(made, width)) refuseResidual(context, expr);
  const columns = [...named, {name: 'made', type: ANY}];
  const inner = projected(input, columns, [...groupBy, moved(made, -width)]);
  const list = {...collectOf(column(named.length, ANY))};
  return {
    kind: 'aggregate',
    columns,
    input: inner,
    groupBy: named.map(({type}, i) => column(i, type)),
    aggregates: [list],
  };
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

function refuseResidual(context: Context, expr: PatternExpr): void {
  const place = context.place(expr.span);
  const what = 'a pattern in an expression that compares its rows with variables outside';
  const hint = 'use OPTIONAL MATCH with the condition in its WHERE';
  context.report(problems['cypher-not-supported']({what, hint}, {place}));
}
