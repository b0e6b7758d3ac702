import type {Column} from '../../../data/schema.ts';
import {BOOL} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Plan, SortKey} from '../../plan.ts';
import type {Projection, SortItem} from '../ast.ts';
import {problems} from '../problems.ts';
import {clauseExpressions} from '../walk.ts';
import type {Context} from './context.ts';
import {siteOf} from './expression.ts';
import {grouped, isAggregated} from './grouping.ts';
import {rowCount} from './limit.ts';
import {lowerTruth} from './logical.ts';
import {where} from './match.ts';
import {prepared} from './prepare.ts';
import {itemsOf, type Piece, pieceOf, scopeAfter, scopeBeside} from './projection.ts';
import {filtered, projected, type Rows} from './rows.ts';
import {column} from './scope.ts';
import {holdsTime} from './time.ts';

/**
 * WITH and RETURN: grouped, computed, made distinct, ordered and cut, in this order; and
 * after a WITH, filtered. What ORDER BY and WHERE need besides the items is computed
 * beside them; a RETURN drops it at the end.
 */
export function lowerProjection(context: Context, input: Rows, clause: Projection): Rows {
  const {where: condition} = clause;
  if (!condition || !holdsTime(condition)) return lowerPlain(context, input, clause);
  // What time makes of a row is asked of the rows that the WITH has made.
  const rows = lowerPlain(context, input, {...clause, where: undefined});
  return {...where(context, rows, [condition]), ...(rows.order && {order: rows.order})};
}

function lowerPlain(context: Context, input: Rows, clause: Projection): Rows {
  const {rows, expressions} = prepared(context, input, clauseExpressions(clause));
  const items = itemsOf(context, rows, clause);
  const {groupBy} = clause;
  refuseAggregates(context, clause);
  const aggregated =
    groupBy !== undefined || items.some(({expression}) => isAggregated(expression));
  const outer = siteOf(context, rows.scope, expressions);
  const source = aggregated ? grouped(context, rows, outer, {items, groupBy}) : rows;
  // Columns of patterns stand in the rows; of groups only what they are grouped by does.
  const asked = aggregated ? undefined : expressions;
  const site = siteOf(context, source.scope, asked);
  const pieces = items.map((item) => pieceOf(site, clause.kind, item));
  const collapsed = aggregated || clause.distinct;
  const beside = siteOf(context, scopeBeside(source.scope, pieces, {collapsed}), asked);
  const where = clause.where && lowerTruth(beside, clause.where);
  const by = orderOf(clause.orderBy, (item) => beside.lower(item.expression));
  // Without an ORDER BY, the rows stay in the order they have.
  const order = by.length > 0 || collapsed ? by : (rows.order ?? []);
  return rowsOf(context, clause, {source, before: rows, pieces, where, order});
}

/** LET and YIELD only rename and compute: GQL groups in RETURN. */
function refuseAggregates(context: Context, {word, items}: Projection): void {
  if (word !== 'LET' && word !== 'YIELD') return;
  for (const {expression} of items.filter((item) => isAggregated(item.expression))) {
    const message = `an aggregate cannot stand in ${word}`;
    const hint = 'compute it in a RETURN, and go on: RETURN count(*) AS total NEXT …';
    const place = context.place(expression.span);
    context.report(problems['cypher-misplaced']({message, hint}, {place}));
  }
}

interface Parts {
  readonly source: Rows;
  readonly before: Rows;
  readonly pieces: readonly Piece[];
  readonly where: Expression | undefined;
  /** Over the source's columns. */
  readonly order: readonly SortKey[];
}

function rowsOf(context: Context, clause: Projection, parts: Parts): Rows {
  const {source, pieces, where, order} = parts;
  const columns = pieces.flatMap((piece) => piece.columns);
  const values = pieces.flatMap((piece) => piece.values);
  const skip = rowCount(context, 'SKIP', clause.skip);
  const limit = rowCount(context, 'LIMIT', clause.limit);
  const cut = skip !== undefined || limit !== undefined;
  // Without a cut the condition may come first, which leaves the rest less to do.
  const input = where && !cut ? filtered(source, [where]) : source;
  const sorts = order.map(({expression}) => expression);
  const hidden = where && cut ? [...sorts, where] : sorts;
  const wide = [...columns, ...hidden.map(hiddenColumn)];
  const keys = order.map((key, i) => ({
    ...key,
    expression: column(columns.length + i, key.expression.type),
  }));
  let plan: Plan = projected(input.plan, wide, [...values, ...hidden]);
  if (clause.distinct) plan = {kind: 'distinct', columns: wide, input: plan};
  if (clause.orderBy.length > 0 || cut) {
    plan = {kind: 'order', columns: wide, input: plan, by: keys, offset: skip ?? 0, limit};
  }
  if (where && cut) {
    const predicate = column(wide.length - 1, BOOL);
    plan = {kind: 'filter', columns: wide, input: plan, predicate};
  }
  const scope = scopeAfter(parts.before.scope, pieces);
  if (clause.kind === 'return') return {plan: narrowed(plan, columns), scope};
  return {plan, scope: {...scope, width: wide.length}, order: keys};
}

/** Only the first columns, where there are more. */
function narrowed(plan: Plan, columns: readonly Column[]): Plan {
  if (plan.columns.length === columns.length) return plan;
  const values = columns.map(({type}, i) => column(i, type));
  return projected(plan, columns, values);
}

const hiddenColumn = ({type}: Expression, i: number): Column => ({name: `order ${i + 1}`, type});

/** openCypher's null is greater than every value: last when ascending, first otherwise. */
function orderOf(
  items: readonly SortItem[],
  lower: (item: SortItem) => Expression,
): readonly SortKey[] {
  return items.map((item) => ({
    expression: lower(item),
    descending: item.descending,
    nullsFirst: item.descending,
  }));
}
