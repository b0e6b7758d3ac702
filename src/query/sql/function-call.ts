import {BOOL, FLOAT8, TEXT} from '../../data/type.ts';
import {own} from '../../lib/own.ts';
import type {Expression} from '../expression.ts';
import {sqlAggregate, type TypedAggregate} from '../functions/aggregates.ts';
import type {AggregateCall, SortKey} from '../plan.ts';
import {TIME_CONDITIONS, type TimeSignature} from '../time/timed-plan.ts';
import {analyse, condition} from './analyse.ts';
import {type FuncCall, locationOf, plainName} from './ast.ts';
import {explicitly, implicitly, settledExpression} from './coerce.ts';
import {collatedType, wantEquality, wantOrder} from './collation.ts';
import {notSupported, problemAt} from './context.ts';
import {wantFunction} from './function-names.ts';
import {FUNCTIONS} from './functions/catalogue.ts';
import {resolved} from './overload.ts';
import {probed} from './probed.ts';
import {problems} from './problems.ts';
import {sameExpression} from './same.ts';
import type {Site} from './scope.ts';
import {AGGREGATE, columnAt, slotsIn, TIME} from './slots.ts';
import {sortKeys} from './sort-keys.ts';
import {asJson} from './to-json.ts';
import {nameOf, spoken, typeNamed} from './types.ts';
import {windowCall} from './window-call.ts';

export const AGGREGATES: ReadonlySet<string> = new Set([
  ...['count', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or', 'every', 'array_agg'],
  ...['string_agg', 'json_agg', 'jsonb_agg', 'stddev', 'stddev_samp', 'stddev_pop'],
  ...['variance', 'var_samp', 'var_pop', 'percentile_cont', 'percentile_disc'],
  ...['json_object_agg', 'jsonb_object_agg'],
]);

export function functionCall(site: Site, node: FuncCall): Expression {
  const {context} = site;
  const name = plainName(node.funcname);
  const {location} = node;
  if (node.over) return windowCall(site, node, name);
  if (AGGREGATES.has(name)) return aggregateCall(site, node, name);
  const timed = own<TimeSignature>(TIME_CONDITIONS, name);
  if (timed) return timeCondition(site, node, {name, ...timed});
  wantFunction(context, node, name);
  const args = argumentsOf(site, node);
  const [only, second] = args;
  const type = FUNCTIONS.has(name) ? undefined : typeNamed(name);
  if (type && only && !second) return explicitly(only, type, {context, location});
  const call = resolved({context, location, name, args, operator: false}, FUNCTIONS);
  return probed(call, name, {context, node});
}

/** true_for(condition, interval) and its like: a slot for what time makes of the row. */
function timeCondition(
  site: Site,
  node: FuncCall,
  {name, function: called, takes}: TimeSignature & {readonly name: string},
): Expression {
  const {context, level} = site;
  if (site.clock !== 'rows') {
    const hint = 'call it in the WHERE of the tables that it watches';
    throw problemAt(context, node.location, problems['sql-misplaced'], {
      message: `${name} is not allowed in ${site.clause}`,
      hint,
    });
  }
  const given = argumentsOf(site, node);
  const at = {context, location: node.location};
  if (given.length !== takes.length || slotsIn(given, 'subquery').length > 0) {
    throw notSupported(
      context,
      node.location,
      `${name} of these arguments`,
      `${name}(condition, ${nameOf(takes[1])})`,
    );
  }
  const args = given.map((arg, i) => implicitly(arg, takes[i as 0 | 1], at));
  return columnAt(TIME + level.times.push({function: called, args, type: BOOL}) - 1, BOOL);
}

export function argumentsOf(
  site: Site,
  {args = [], func_variadic, location}: FuncCall,
): Expression[] {
  if (func_variadic) throw notSupported(site.context, location, 'VARIADIC');
  const named = args.find((arg) => 'NamedArgExpr' in arg);
  if (named) {
    throw notSupported(site.context, locationOf(named), 'a named argument', 'give it by its place');
  }
  return args.map((arg) => analyse(site, arg));
}

/** An aggregate: noted in the level, and a slot for its value. */
function aggregateCall(site: Site, node: FuncCall, name: string): Expression {
  const {context, level} = site;
  if (!site.aggregates) {
    throw problemAt(context, node.location, problems['sql-misplaced'], {
      message: `aggregate functions are not allowed in ${site.clause}`,
      hint: 'put a condition on an aggregate into HAVING, or aggregate in a subquery of FROM',
    });
  }
  const inner: Site = {
    ...site,
    aggregates: false,
    windows: false,
    clock: undefined,
    clause: `${name}()`,
  };
  const call = resolvedAggregate(inner, node, name);
  const known = level.aggregates.findIndex((other) => sameCall(other, call));
  const at = known < 0 ? level.aggregates.push(call) - 1 : known;
  return columnAt(AGGREGATE + at, call.type);
}

/** The call with its types; also of an aggregate over a window. */
export function resolvedAggregate(site: Site, node: FuncCall, name: string): AggregateCall {
  const {context} = site;
  const at = {context, location: node.location};
  const ordered = node.agg_within_group ?? false;
  const orderBy = sortKeys(site, node.agg_order ?? [], {name: () => undefined});
  const given = argumentsOf(site, node).map((arg) => settledExpression(arg, at));
  const args = ordered
    ? withinGroup(given, orderBy, name, at)
    : aggregateArguments(name, given, at);
  const found = node.agg_star || args.length > 0 ? aggregateOf(name, args) : undefined;
  if (!found) {
    const types = args.map(({type}) => spoken(type)).join(', ');
    throw problemAt(context, node.location, problems['sql-unknown-function'], {
      message: `there is no aggregate ${name}(${types})`,
      hint: 'cast the argument; docs/queries.md lists the aggregates',
    });
  }
  const {agg_filter: filter} = node;
  const distinct = node.agg_distinct ?? false;
  if (distinct) checkDistinct(site, node, {args, orderBy});
  if (name === 'min' || name === 'max') wantOrder(args, at);
  return {
    function: found.function,
    args,
    distinct,
    filter: filter && condition({...site, clause: 'FILTER'}, filter),
    orderBy: ordered ? [] : orderBy,
    type: collatedType(found.type, args),
  };
}

function checkDistinct(
  {context}: Site,
  {location, funcname}: FuncCall,
  {args, orderBy}: {args: readonly Expression[]; orderBy: readonly SortKey[]},
): void {
  wantEquality(args, {context, location});
  // Without an order of its own, a list of different values is sorted.
  const listed = plainName(funcname).endsWith('_agg') && orderBy.length === 0;
  if (listed) wantOrder(args.slice(0, 1), {context, location});
  const inArguments = (key: SortKey): boolean =>
    args.some((arg) => sameExpression(arg, key.expression));
  if (orderBy.every(inArguments)) return;
  throw problemAt(context, location, problems['sql-misplaced'], {
    message: 'in an aggregate with DISTINCT, ORDER BY expressions must be its arguments',
    hint: 'order by the argument itself',
  });
}

const NOT_ORDERED = new Set(['bool', 'json', 'jsonb', 'uuid', 'other', 'bytea']);

function aggregateOf(name: string, args: readonly Expression[]): TypedAggregate | undefined {
  const types = args.map(({type}) => type);
  const [first] = types;
  if ((name === 'min' || name === 'max') && first && NOT_ORDERED.has(first.kind)) return undefined;
  const most = /^(?:string_agg|percentile_.*|.*_object_agg)$/.test(name) ? 2 : 1;
  return args.length > most ? undefined : sqlAggregate(name, types);
}

function aggregateArguments(
  name: string,
  args: readonly Expression[],
  at: Parameters<typeof implicitly>[2],
): readonly Expression[] {
  if (name === 'string_agg') return args.map((arg) => implicitly(arg, TEXT, at));
  if (name === 'jsonb_agg') return args.map((arg) => asJson(arg, {canonical: true}));
  if (name === 'json_agg') {
    // Postgres breaks the line between arrays.
    const list = args.find(({type}) => type.kind === 'array');
    if (list) throw notSupported(at.context, at.location, 'json_agg of lists', 'jsonb_agg');
    return args.map((arg) => asJson(arg, {canonical: false}));
  }
  if (name === 'bool_and' || name === 'bool_or' || name === 'every') {
    return args.map((arg) => implicitly(arg, BOOL, at));
  }
  return args;
}

/** percentile_cont(fraction) WITHIN GROUP (ORDER BY value): the value, then the fraction. */
function withinGroup(
  [fraction, another]: readonly Expression[],
  [key, second]: readonly SortKey[],
  name: string,
  at: Parameters<typeof implicitly>[2],
): readonly Expression[] {
  if (!fraction || !key || another || second || !name.startsWith('percentile_')) {
    throw notSupported(at.context, at.location, `${name} WITHIN GROUP of these arguments`);
  }
  if (key.descending) {
    throw notSupported(at.context, at.location, 'a descending percentile', 'write 1 - fraction');
  }
  const {expression} = key;
  const value =
    name === 'percentile_cont' && expression.type.kind !== 'interval'
      ? implicitly(expression, FLOAT8, at)
      : expression;
  return [value, implicitly(fraction, FLOAT8, at)];
}

function sameCall(a: AggregateCall, b: AggregateCall): boolean {
  const all = (x: readonly Expression[], y: readonly Expression[]): boolean =>
    x.length === y.length && x.every((one, i) => sameExpression(one, y[i] as Expression));
  const filters = (call: AggregateCall): readonly Expression[] =>
    call.filter ? [call.filter] : [];
  return (
    a.function.name === b.function.name &&
    a.distinct === b.distinct &&
    a.orderBy.length === 0 &&
    b.orderBy.length === 0 &&
    (a.args.length === 0) === (b.args.length === 0) &&
    all(a.args, b.args) &&
    all(filters(a), filters(b))
  );
}
