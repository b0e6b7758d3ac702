import type {Value} from '../../../data/value.ts';
import {Problem} from '../../../lib/problem.ts';
import {compile} from '../../evaluate.ts';
import type {Expr} from '../ast.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {isWhole} from '../values/number.ts';
import type {Context} from './context.ts';
import {toAny} from './convert.ts';
import {siteOf} from './expression.ts';
import {EMPTY_SCOPE} from './scope.ts';

/** SKIP's and LIMIT's number: an expression without variables, not negative. */
export function rowCount(
  context: Context,
  clause: 'SKIP' | 'LIMIT',
  expr: Expr | undefined,
): number | undefined {
  if (!expr) return undefined;
  const value = valueWithoutRow(context, expr);
  const failed = value instanceof Problem;
  if (!failed && isWhole(value) && value >= 0) return Number(value);
  const place = context.place(expr.span);
  const found = failed ? `: ${value.message}` : `, and not ${anyText(value)}`;
  const message = `${clause} takes an integer that is not negative${found}`;
  context.report(problems['cypher-type']({message}, {place}));
  return undefined;
}

/** What the expression is without a row, or why it is nothing. */
function valueWithoutRow(context: Context, expr: Expr): Value | Problem {
  const expression = toAny(siteOf(context, EMPTY_SCOPE).lower(expr));
  try {
    return compile(expression)([]);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
