import type {Expression} from '../../expression.ts';
import type {Expr} from '../ast.ts';
import {children} from '../walk.ts';
import type {Context} from './context.ts';
import {isPatternExpr, lowerPatternExpr} from './exists.ts';
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
    if (!isPatternExpr(expr)) {
      const bodies = bodiesOf(expr);
      for (const child of children(expr)) visit(child, {inBody: inBody || bodies.includes(child)});
    }
    const answered = answer(expr, {inBody});
    if (!answered) return;
    rows = answered.rows;
    expressions.set(expr, answered.expression);
  };
  for (const expr of exprs) visit(expr, {inBody: false});
  return {rows, expressions};
}

/** What runs for each element of a list: a row could be due there many times over. */
function bodiesOf(expr: Expr): readonly Expr[] {
  const list =
    expr.kind === 'listComprehension' || expr.kind === 'quantifier' || expr.kind === 'reduce';
  return list ? children(expr).filter((child) => child !== expr.list) : [];
}
