import type {Expression} from '../expression.ts';
import {implicitly} from './coerce.ts';
import {comparison} from './comparison.ts';
import {type Context, problemAt} from './context.ts';
import {allTrue} from './plan-parts.ts';
import {problems} from './problems.ts';
import type {NamedColumn, Scope} from './scope.ts';
import {commonType} from './types.ts';

/** What USING makes of the columns of a join: the condition, and what is seen of it. */
export interface Merged {
  readonly condition: Expression | undefined;
  readonly visible: readonly NamedColumn[];
}

interface Using {
  readonly context: Context;
  readonly location: number;
  readonly type: 'inner' | 'left' | 'right' | 'full';
  /** The columns before this one are the left side's. */
  readonly width: number;
  /** Undefined for NATURAL: the names that both sides have. */
  readonly names: readonly string[] | undefined;
}

/** Each column of USING is seen once, first, with the value of the side that has one. */
export function mergedColumns(scope: Scope, using: Using): Merged {
  const isLeft = ({expression}: NamedColumn): boolean => leftmost(expression) < using.width;
  const left = scope.visible.filter(isLeft);
  const right = scope.visible.filter((column) => !isLeft(column));
  const names = using.names ?? commonNames(left, right);
  const pairs = names.map((name) => ({
    name,
    left: only(left, name, using),
    right: only(right, name, using),
  }));
  const at = {context: using.context, location: using.location};
  const conditions = pairs.map((pair) => comparison('=', [pair.left, pair.right], at));
  const others = (columns: readonly NamedColumn[]) =>
    columns.filter(({name}) => !names.includes(name));
  return {
    condition: allTrue(conditions),
    visible: [
      ...pairs.map((pair) => ({name: pair.name, expression: mergedValue(pair, using)})),
      ...others(left),
      ...others(right),
    ],
  };
}

/** The first column that an expression over a join reads: merged ones read several. */
function leftmost(expression: Expression): number {
  if (expression.kind === 'column') return expression.index;
  const parts = 'args' in expression ? expression.args : [];
  return Math.min(...parts.map(leftmost), Number.MAX_SAFE_INTEGER);
}

function commonNames(left: readonly NamedColumn[], right: readonly NamedColumn[]): string[] {
  return [...new Set(left.map(({name}) => name))].filter((name) =>
    right.some((column) => column.name === name),
  );
}

function only(
  columns: readonly NamedColumn[],
  name: string,
  {context, location}: Using,
): Expression {
  const found = columns.filter((column) => column.name === name);
  const [column, second] = found;
  if (column && !second) return column.expression;
  if (!column) {
    throw problemAt(context, location, problems['sql-unknown-column'], {
      name: `${name}" of USING on both sides of the join, "${name}`,
      nearest: undefined,
    });
  }
  throw problemAt(context, location, problems['sql-ambiguous'], {
    message: `the column "${name}" of USING is there several times on one side of the join`,
    hint: 'write ON with the tables before the columns',
  });
}

function mergedValue(
  {left, right}: {left: Expression; right: Expression},
  {type, context, location}: Using,
): Expression {
  const common = commonType([left.type, right.type]) ?? left.type;
  const at = {context, location};
  const [a, b] = [implicitly(left, common, at), implicitly(right, common, at)];
  if (type === 'full') return {kind: 'coalesce', args: [a, b], type: common};
  return type === 'right' ? b : a;
}
