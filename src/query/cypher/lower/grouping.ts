import type {Column} from '../../../data/schema.ts';
import type {Expression} from '../../expression.ts';
import type {AggregateCall, Plan} from '../../plan.ts';
import type {Expr} from '../ast.ts';
import {
  type AggregateExpr,
  aggregateCall,
  computedOver,
  isAggregateExpr,
} from '../functions/aggregate.ts';
import {oneOf} from '../functions/one-of.ts';
import {print} from '../print.ts';
import {problems} from '../problems.ts';
import {anyInside, children} from '../walk.ts';
import type {Context} from './context.ts';
import {literal} from './convert.ts';
import type {Named} from './projection.ts';
import {projected, type Rows} from './rows.ts';
import {type Binding, column, type NodeBinding, type Scope} from './scope.ts';
import type {Site} from './site.ts';

export const isAggregated = (expr: Expr): boolean => anyInside(expr, isAggregateExpr);

/**
 * Grouped by what GROUP BY names or, without one, by the items that have no aggregate: what
 * the others are computed for. After it, only those and the aggregates can be said.
 */
export function grouped(
  context: Context,
  rows: Rows,
  site: Site,
  {items, groupBy}: {items: readonly Named[]; groupBy: readonly Expr[] | undefined},
): Rows {
  const groups = new Groups(rows.scope, site);
  const implicit = items.filter(({expression}) => !isAggregated(expression));
  const keys = groupBy ? keysOf(context, items, groupBy) : implicit;
  for (const key of keys) groups.addKey(key);
  for (const expr of aggregatesOf(context, items)) groups.addAggregate(expr, rows.order ?? []);
  return {
    plan: groups.plan(rows.plan),
    scope: {
      names: groups.names,
      width: groups.outputs.length,
      computed: groups.computed,
      lost: ungrouped(rows.scope, groups.names, groupBy ? BY_NAME : BY_ITEM),
    },
  };
}

/** What GROUP BY names: an item by its name, or an expression. */
function keysOf(
  context: Context,
  items: readonly Named[],
  groupBy: readonly Expr[],
): readonly Named[] {
  const keys = groupBy.map((expression): Named => {
    const item = items.find(({name}) => expression.kind === 'variable' && name === expression.name);
    return item ?? {name: print(expression), expression};
  });
  for (const [i, {expression}] of keys.entries()) {
    if (!isAggregated(expression)) continue;
    const place = context.place(groupBy[i]?.span ?? expression.span);
    const message = 'rows are not grouped by an aggregate';
    const hint = 'compute it before: RETURN … AS total NEXT …';
    context.report(problems['cypher-misplaced']({message, hint}, {place}));
  }
  return keys.filter(({expression}) => !isAggregated(expression));
}

/** A column of the groups: the i-th of what they are grouped by, or of the aggregates. */
interface Output {
  readonly from: 'key' | 'aggregate';
  readonly index: number;
  readonly column: Column;
}

/** What the rows are grouped by and what is computed of each group, as it is gathered. */
class Groups {
  readonly outputs: Output[] = [];
  readonly names = new Map<string, Binding>();
  readonly computed = new Map<string, Expression>();
  readonly #keys: Expression[] = [];
  readonly #aggregates: AggregateCall[] = [];
  readonly #scope: Scope;
  readonly #site: Site;

  constructor(scope: Scope, site: Site) {
    this.#scope = scope;
    this.#site = site;
  }

  addKey({name, expression}: Named): void {
    const variable = expression.kind === 'variable' ? expression.name : undefined;
    const binding = variable === undefined ? undefined : this.#scope.names.get(variable);
    if (variable !== undefined && binding?.kind === 'node') {
      this.#addNode(variable, binding);
      return;
    }
    const key = this.#add('key', name, this.#site.lower(expression));
    this.computed.set(print(expression), key);
    if (variable !== undefined) this.names.set(variable, {kind: 'value', expression: key});
  }

  /**
   * A node is grouped by its key, which the rest of its row follows from: so a change of
   * the rest changes the group's row, and makes no other group.
   */
  #addNode(name: string, {table, offset, presence}: NodeBinding): void {
    const start = this.outputs.length;
    const keyed = table.keyColumns.length > 0;
    for (const [i, {name: key, type}] of table.columns.entries()) {
      const from = keyed && !table.keyColumns.includes(i) ? 'aggregate' : 'key';
      this.#add(from, key, column(offset + i, type));
    }
    if (presence !== undefined) {
      this.#add(keyed ? 'aggregate' : 'key', 'present', column(presence, {kind: 'bool'}));
    }
    const last = presence === undefined ? undefined : this.outputs.length - 1;
    this.names.set(name, {kind: 'node', table, offset: start, presence: last});
  }

  #add(from: Output['from'], name: string, value: Expression): Expression {
    const {type} = value;
    const into = from === 'key' ? this.#keys : this.#aggregates;
    this.outputs.push({from, index: into.length, column: {name, type}});
    if (from === 'key') this.#keys.push(value);
    else this.#aggregates.push(oneOf(value));
    return column(this.outputs.length - 1, type);
  }

  addAggregate(expr: AggregateExpr, order: AggregateCall['orderBy']): void {
    const text = print(expr);
    if (this.computed.has(text)) return;
    const {call: written, empty} = aggregateCall(this.#site, expr);
    const listing = written.function.kind === 'listing' && !written.distinct;
    const call = listing && written.orderBy.length === 0 ? {...written, orderBy: order} : written;
    const {type} = call;
    const index = this.#aggregates.length;
    this.outputs.push({from: 'aggregate', index, column: {name: text, type}});
    this.#aggregates.push(call);
    const result = column(this.outputs.length - 1, type);
    const orElse: Expression = {kind: 'coalesce', args: [result, literal(empty, type)], type};
    this.computed.set(text, empty === null ? result : orElse);
  }

  plan(input: Plan): Plan {
    const of = (from: Output['from']): readonly Column[] =>
      this.outputs.flatMap((output) => (output.from === from ? [output.column] : []));
    const columns = [...of('key'), ...of('aggregate')];
    const plan: Plan = {
      kind: 'aggregate',
      columns,
      input,
      groupBy: this.#keys,
      aggregates: this.#aggregates,
    };
    const positions = this.outputs.map(({from, index}) =>
      from === 'key' ? index : this.#keys.length + index,
    );
    if (positions.every((position, i) => position === i)) return plan;
    const named = this.outputs.map((output) => output.column);
    const values = named.map(({type}, i) => column(positions[i] ?? 0, type));
    return projected(plan, named, values);
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
    const inner = computedOver(expr).find(isAggregated);
    if (!inner) {
      found.push(expr);
      return;
    }
    const place = context.place(inner.span);
    const message = 'an aggregate cannot stand inside another';
    const hint = 'compute the inner one in a WITH before';
    context.report(problems['cypher-misplaced']({message, hint}, {place}));
  };
  for (const {expression} of items) visit(expression);
  return found;
}

const BY_ITEM = (name: string): string =>
  `make ${name}, or what is wanted of it, an item of its own`;
const BY_NAME = (name: string): string => `add ${name}, or what is wanted of it, to GROUP BY`;

function ungrouped(
  scope: Scope,
  names: ReadonlyMap<string, Binding>,
  remedy: (name: string) => string,
): ReadonlyMap<string, string> {
  const gone = [...scope.names.keys()].filter((name) => !names.has(name));
  const hint = (name: string): string =>
    `beside an aggregate only what is grouped by can stand: ${remedy(name)}`;
  return new Map(gone.map((name) => [name, hint(name)]));
}
