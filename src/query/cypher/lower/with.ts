import type {Column} from '../../../data/schema.ts';
import {BOOL} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Plan, SortKey} from '../../plan.ts';
import type {Expr, Projection} from '../ast.ts';
import {clauseExpressions} from '../walk.ts';
import type {Context} from './context.ts';
import {siteOf} from './expression.ts';
import {grouped, isAggregated} from './grouping.ts';
import {rowCount} from './limit.ts';
import {lowerTruth} from './logical.ts';
import {prepared} from './prepare.ts';
import {itemsOf, type Piece, pieceOf, scopeAfter, scopeBeside} from './projection.ts';
import {filtered, projected, type Rows} from './rows.ts';
import {column} from './scope.ts';

/**
 * WITH and RETURN: grouped, computed, made distinct, ordered and cut, in this order; and
 * after a WITH, filtered. What ORDER BY and WHERE need besides the items is computed
 * beside them, and dropped at the end.
 */
export function lowerProjection(context: Context, input: Rows, clause: Projection): Rows {
  const {rows, expressions} = prepared(context, input, clauseExpressions(clause));
  const items = itemsOf(context, rows, clause);
  const aggregated = items.some(({expression}) => isAggregated(expression));
  const outer = siteOf(context, rows.scope, expressions);
  const source = aggregated ? grouped(context, rows, outer, items) : rows;
  // Columns of patterns stand in the rows; of groups only what they are grouped by does.
  const asked = aggregated ? undefined : expressions;
  const site = siteOf(context, source.scope, asked);
  const pieces = items.map((item) => pieceOf(site, clause.kind, item));
  const collapsed = aggregated || clause.distinct;
  const beside = siteOf(context, scopeBeside(source.scope, pieces, {collapsed}), asked);
  const where = clause.where && lowerTruth(beside, clause.where);
  const by = clause.orderBy.map(({expression}) => beside.lower(expression));
  const scope = scopeAfter(rows.scope, pieces);
  return {plan: planOf(context, clause, {source, pieces, where, by}), scope};
}

interface Parts {
  readonly source: Rows;
  readonly pieces: readonly Piece[];
  readonly where: Expression | undefined;
  readonly by: readonly Expression[];
}

function planOf(context: Context, clause: Projection, {source, pieces, where, by}: Parts): Plan {
  const columns = pieces.flatMap((piece) => piece.columns);
  const values = pieces.flatMap((piece) => piece.values);
  const skip = rowCount(context, 'SKIP', clause.skip);
  const limit = rowCount(context, 'LIMIT', clause.limit);
  const cut = skip !== undefined || limit !== undefined;
  // Without a cut the condition may come first, which leaves the rest less to do.
  const filteredFirst = where && !cut;
  const input = filteredFirst ? filtered(source, [where]) : source;
  const hidden = where && cut ? [...by, where] : by;
  const wide = [...columns, ...hidden.map(hiddenColumn)];
  let plan: Plan = projected(input.plan, wide, [...values, ...hidden]);
  if (clause.distinct) plan = {kind: 'distinct', columns: wide, input: plan};
  if (by.length > 0 || cut) {
    const keys = sortKeys(clause.orderBy, {by, offset: columns.length});
    plan = {kind: 'order', columns: wide, input: plan, by: keys, offset: skip ?? 0, limit};
  }
  if (where && cut) {
    const predicate = column(wide.length - 1, BOOL);
    plan = {kind: 'filter', columns: wide, input: plan, predicate};
  }
  if (hidden.length === 0) return plan;
  return projected(
    plan,
    columns,
    columns.map(({type}, i) => column(i, type)),
  );
}

const hiddenColumn = ({type}: Expression, i: number): Column => ({name: `order ${i + 1}`, type});

/** openCypher's null is greater than every value: last when ascending, first otherwise. */
function sortKeys(
  orderBy: readonly {readonly expression: Expr; readonly descending: boolean}[],
  {by, offset}: {by: readonly Expression[]; offset: number},
): readonly SortKey[] {
  return orderBy.map(({descending}, i) => ({
    expression: column(offset + i, by[i]?.type ?? BOOL),
    descending,
    nullsFirst: descending,
  }));
}
