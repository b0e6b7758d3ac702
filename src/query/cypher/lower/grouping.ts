import type {Column} from '../../../data/schema.ts';
import type {Expression} from '../../expression.ts';
import type {AggregateCall} from '../../plan.ts';
import type {Expr} from '../ast.ts';
import {type AggregateExpr, aggregateCall, isAggregateExpr} from '../functions/aggregate.ts';
import {print} from '../print.ts';
import {problems} from '../problems.ts';
import {anyInside, children} from '../walk.ts';
import type {Context} from './context.ts';
import {literal} from './convert.ts';
import type {Named} from './projection.ts';
import type {Rows} from './rows.ts';
import {type Binding, column, type Scope} from './scope.ts';
import type {Site} from './site.ts';

export const isAggregated = (expr: Expr): boolean => anyInside(expr, isAggregateExpr);

/**
 * Implicit grouping: the items without an aggregate are what the others are computed for.
 * After it, only those items and the aggregates can be said.
 */
export function grouped(context: Context, rows: Rows, site: Site, items: readonly Named[]): Rows {
  const keys = new Keys(rows.scope, site);
  for (const item of items) if (!isAggregated(item.expression)) keys.add(item);
  const calls = new Map<string, AggregateCall>();
  const computed = new Map(keys.computed);
  for (const expr of aggregatesOf(context, items)) {
    const text = print(expr);
    if (calls.has(text)) continue;
    const {call: written, empty} = aggregateCall(site, expr);
    const listing = written.function.kind === 'listing' && !written.distinct;
    const call = listing ? {...written, orderBy: rows.order ?? []} : written;
    const result = column(keys.expressions.length + calls.size, call.type);
    calls.set(text, call);
    computed.set(text, empty === null ? result : orElse(result, literal(empty, call.type)));
  }
  const aggregates = [...calls.values()];
  const added = [...calls].map(([text, {type}]): Column => ({name: text, type}));
  const columns = [...keys.columns, ...added];
  const width = columns.length;
  return {
    plan: {kind: 'aggregate', columns, input: rows.plan, groupBy: keys.expressions, aggregates},
    scope: {names: keys.names, width, computed, lost: ungrouped(rows.scope, keys.names)},
  };
}

const orElse = (value: Expression, other: Expression): Expression => ({
  kind: 'coalesce',
  args: [value, other],
  type: value.type,
});

/** What the rows are grouped by, as columns of the groups. */
class Keys {
  readonly columns: Column[] = [];
  readonly expressions: Expression[] = [];
  readonly names = new Map<string, Binding>();
  readonly computed = new Map<string, Expression>();
  readonly #scope: Scope;
  readonly #site: Site;

  constructor(scope: Scope, site: Site) {
    this.#scope = scope;
    this.#site = site;
  }

  add({name, expression}: Named): void {
    const {kind} = expression;
    const binding = kind === 'variable' ? this.#scope.names.get(expression.name) : undefined;
    if (kind === 'variable' && binding?.kind === 'node') {
      const offset = this.expressions.length;
      const {table} = binding;
      for (const [i, {name: key, type}] of table.columns.entries()) {
        this.columns.push({name: key, type});
        this.expressions.push(column(binding.offset + i, type));
      }
      const moved = offset - binding.offset;
      const presence = binding.presence === undefined ? undefined : this.#presence(binding, moved);
      this.names.set(expression.name, {kind: 'node', table, offset, presence});
      return;
    }
    const value = this.#site.lower(expression);
    const key = column(this.expressions.length, value.type);
    this.columns.push({name, type: value.type});
    this.expressions.push(value);
    this.computed.set(print(expression), key);
    if (kind === 'variable') this.names.set(expression.name, {kind: 'value', expression: key});
  }

  /** The presence is one of the node's columns, or a column of its own that comes along. */
  #presence(
    {presence = 0, offset, table}: Extract<Binding, {kind: 'node'}>,
    moved: number,
  ): number {
    if (presence >= offset && presence < offset + table.columns.length) return presence + moved;
    const marker = column(presence, {kind: 'bool'});
    this.columns.push({name: 'present', type: marker.type});
    this.expressions.push(marker);
    return this.expressions.length - 1;
  }
}

/** All aggregates of the items, outermost; one inside another is reported. */
function aggregatesOf(context: Context, items: readonly Named[]): readonly AggregateExpr[] {
  const found: AggregateExpr[] = [];
  const visit = (expr: Expr): void => {
    if (!isAggregateExpr(expr)) {
      children(expr).forEach(visit);
      return;
    }
    found.push(expr);
    const inner = children(expr).find(isAggregated);
    if (!inner) return;
    const place = context.place(inner.span);
    const message = 'an aggregate cannot stand inside another';
    const hint = 'compute the inner one in a WITH before';
    context.report(problems['cypher-misplaced']({message, hint}, {place}));
  };
  for (const {expression} of items) visit(expression);
  return found.filter((expr) => !children(expr).some(isAggregated));
}

function ungrouped(scope: Scope, names: ReadonlyMap<string, Binding>): ReadonlyMap<string, string> {
  const gone = [...scope.names.keys()].filter((name) => !names.has(name));
  return new Map(
    gone.map((name) => [
      name,
      `beside an aggregate only what is grouped by can stand: add ${name}, or what is wanted of it, as an item`,
    ]),
  );
}
