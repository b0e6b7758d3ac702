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
  const value = compile(toAny(siteOf(context, EMPTY_SCOPE).lower(expr)))([]);
  if (isWhole(value) && value >= 0) return Number(value);
  const place = context.place(expr.span);
  const message = `${clause} takes an integer that is not negative, and not ${anyText(value)}`;
  context.report(problems['cypher-type']({message}, {place}));
  return undefined;
}
