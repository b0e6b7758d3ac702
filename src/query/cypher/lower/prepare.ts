import type {Expression} from '../../expression.ts';
import type {Expr} from '../ast.ts';
import {children} from '../walk.ts';
import type {Context} from './context.ts';
import {isPatternExpr, lowerPatternExpr} from './exists.ts';
import type {Rows} from './rows.ts';

/** Rows with a column more for each pattern in the expressions. */
export interface Prepared {
  readonly rows: Rows;
  /** The patterns as they are lowered: by the column that answers them. */
  readonly expressions: ReadonlyMap<Expr, Expression>;
}

/**
 * Patterns inside of expressions are questions about other rows. They are answered by
 * joins, before the expressions around them are lowered.
 */
export function prepared(context: Context, input: Rows, exprs: readonly Expr[]): Prepared {
  let rows = input;
  const expressions = new Map<Expr, Expression>();
  const visit = (expr: Expr): void => {
    if (!isPatternExpr(expr)) {
      children(expr).forEach(visit);
      return;
    }
    const answered = lowerPatternExpr(context, rows, expr);
    if (!answered) return;
    rows = answered.rows;
    expressions.set(expr, answered.expression);
  };
  exprs.forEach(visit);
  return {rows, expressions};
}
