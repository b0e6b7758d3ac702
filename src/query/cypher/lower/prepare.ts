import type {Expression} from '../../expression.ts';
import type {Expr, PatternComprehension} from '../ast.ts';
import {children, isPatternExpr} from '../walk.ts';
import type {Context} from './context.ts';
import {NULL} from './convert.ts';
import {lowerPatternExpr} from './exists.ts';
import type {Rows} from './rows.ts';
import {isTimeExpr, lowerTimeExpr} from './time.ts';

/** Rows with a column more for each pattern and each function of time in the expressions. */
export interface Prepared {
  readonly rows: Rows;
  /** Patterns and functions of time as they are lowered: by the column that answers them. */
  readonly expressions: ReadonlyMap<Expr, Expression>;
}

/**
 * Patterns inside of expressions are questions about other rows. They are answered by
 * joins, before the expressions around them are lowered. What time changes is kept in
 * columns of its own in the same way: an operator knows when each row is due.
 */
export function prepared(context: Context, input: Rows, exprs: readonly Expr[]): Prepared {
  let rows = input;
  const expressions = new Map<Expr, Expression>();
  const answer = (expr: Expr, {inBody}: {inBody: boolean}) => {
    if (isPatternExpr(expr)) return lowerPatternExpr(context, rows, expr);
    return isTimeExpr(expr) && !inBody
      ? lowerTimeExpr(context, rows, expr, expressions)
      : undefined;
  };
  const visit = (expr: Expr, {inBody}: {inBody: boolean}): void => {
    const counted = countedPattern(expr);
    if (counted) {
      visit(counted.ways, {inBody});
      const list = expressions.get(counted.ways);
      if (list) expressions.set(counted.pattern, list);
      return;
    }
    if (!isPatternExpr(expr)) {
      const bodies = bodiesOf(expr);
      for (const child of children(expr)) visit(child, {inBody: inBody || bodies.includes(child)});
    }
    const answered = answer(expr, {inBody});
    // Why a pattern has no answer was told.
    if (!answered && isPatternExpr(expr)) expressions.set(expr, NULL);
    if (!answered) return;
    rows = answered.rows;
    expressions.set(expr, answered.expression);
  };
  for (const expr of exprs) visit(expr, {inBody: false});
  return {rows, expressions};
}

/** `size((a)-[:R]->())` counts the ways in which the pattern is found: a list of them. */
function countedPattern(
  expr: Expr,
): {readonly pattern: Expr; readonly ways: PatternComprehension} | undefined {
  if (expr.kind !== 'call' || expr.name.toLowerCase() !== 'size') return undefined;
  const [pattern] = expr.args;
  if (pattern?.kind !== 'pattern') return undefined;
  const {span} = pattern;
  const map: Expr = {kind: 'null', span};
  const ways = {
    kind: 'patternComprehension',
    pattern: pattern.pattern,
    where: undefined,
    map,
    span,
  };
  return {pattern, ways: ways as PatternComprehension};
}

/** What runs for each element of a list: a row could be due there many times over. */
function bodiesOf(expr: Expr): readonly Expr[] {
  const list =
    expr.kind === 'listComprehension' || expr.kind === 'quantifier' || expr.kind === 'reduce';
  return list ? children(expr).filter((child) => child !== expr.list) : [];
}
