import type {Expression} from '../expression.ts';
import type {Plan, SortKey} from '../plan.ts';
import {wantEquality} from './collation.ts';
import {type Context, notSupported, problemAt} from './context.ts';
import {type Kept, orderOf} from './limit.ts';
import {projectOf} from './plan-parts.ts';
import {problems} from './problems.ts';
import {sameExpression} from './same.ts';
import {columnAt} from './slots.ts';

interface Distinct {
  readonly items: readonly {readonly name: string; readonly expression: Expression}[];
  /** DISTINCT ON; undefined for DISTINCT. */
  readonly on: readonly Expression[] | undefined;
  readonly orderBy: readonly SortKey[];
  readonly kept: Kept;
  readonly context: Context;
}

/** SELECT DISTINCT and DISTINCT ON. */
export function distinctOf(plan: Plan, distinct: Distinct): Plan {
  const {items, on, orderBy, kept, context} = distinct;
  if (on) return distinctOn(plan, on, distinct);
  const odd = items.find(({expression: {type}}) => type.kind === 'json' || type.kind === 'other');
  if (odd) {
    throw notSupported(
      context,
      0,
      `DISTINCT of "${odd.name}", a ${odd.expression.type.kind}`,
      'select its text',
    );
  }
  wantEachEqual(
    items.map(({expression}) => expression),
    context,
  );
  const input = projectOf(plan, items);
  const rows: Plan = {kind: 'distinct', columns: input.columns, input};
  const by = orderBy.map((key) => {
    const at = items.findIndex(({expression}) => sameExpression(expression, key.expression));
    if (at < 0) {
      throw problemAt(context, 0, problems['sql-misplaced'], {
        message: 'for SELECT DISTINCT, ORDER BY expressions must appear in the select list',
        hint: 'select the expression, too',
      });
    }
    return {...key, expression: columnAt(at, key.expression.type)};
  });
  return orderOf(rows, by, kept);
}

const wantEachEqual = (expressions: readonly Expression[], context: Context): void => {
  for (const expression of expressions) wantEquality([expression], {context, location: 0});
};

/** The first row of each combination; ORDER BY begins with what DISTINCT is ON. */
function distinctOn(
  plan: Plan,
  on: readonly Expression[],
  {items, orderBy, kept, context}: Distinct,
): Plan {
  const isOn = (key: SortKey): boolean => on.some((one) => sameExpression(one, key.expression));
  const leading = orderBy.slice(0, Math.max(on.length, 0));
  if (orderBy.length > 0 && !leading.every(isOn)) {
    throw problemAt(context, 0, problems['sql-misplaced'], {
      message: 'SELECT DISTINCT ON expressions must match initial ORDER BY expressions',
      hint: 'begin ORDER BY with the expressions of DISTINCT ON',
    });
  }
  const first: Plan = {
    kind: 'distinct',
    columns: plan.columns,
    input: plan,
    on: {expressions: on, orderBy: orderBy.filter((key) => !isOn(key))},
  };
  return projectOf(orderOf(first, orderBy, kept), items);
}
