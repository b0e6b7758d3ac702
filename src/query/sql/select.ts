import type {Expression} from '../expression.ts';
import type {Plan, SortKey} from '../plan.ts';
import {condition} from './analyse.ts';
import {locationOf, type Node, type SelectStmt} from './ast.ts';
import {attach, withValues} from './attach.ts';
import {AlreadyTold, attempt, type Context} from './context.ts';
import {type Environment, siteOf} from './environment.ts';
import {fromPlan} from './from.ts';
import {groupsOf} from './group-by.ts';
import {type Grouped, type Groups, grouping} from './grouping.ts';
import {keptOf, orderOf} from './limit.ts';
import {expressionsOfCall, mapSort} from './plan-expressions.ts';
import {projectOf} from './plan-parts.ts';
import type {Level, Site, WindowUse} from './scope.ts';
import {distinctOf} from './select-distinct.ts';
import {givenNames, type Item, selectedItems} from './select-items.ts';
import {slotsIn} from './slots.ts';
import {distinctKey, sortKeys} from './sort-keys.ts';
import {filteredBy} from './where.ts';
import {namedWindows} from './window-definition.ts';
import {windowed, withWindows} from './windows.ts';

/** A SELECT, read: every expression over the rows of FROM, with slots for what comes later. */
interface Read {
  readonly items: readonly Item[];
  readonly groups: Groups | undefined;
  readonly having: Expression | undefined;
  readonly orderBy: readonly SortKey[];
  readonly distinctOn: readonly Expression[] | undefined;
  readonly level: Level;
}

/** SELECT … FROM … WHERE … GROUP BY … HAVING … ORDER BY … LIMIT. */
export function selectPlan(stmt: SelectStmt, environment: Environment): Plan {
  const {context} = environment;
  const before = context.found.length;
  const from = fromPlan(stmt.fromClause ?? [], environment);
  const selected = givenNames(stmt.targetList ?? []);
  const base = {...siteOf(environment, 'SELECT', from.scope), selected};
  const filtered = stmt.whereClause
    ? (attempt(context, () => whereOf(from.plan, stmt.whereClause as Node, base)) ?? from.plan)
    : from.plan;
  const read = readSelect(stmt, base);
  if (context.found.length > before) throw new AlreadyTold();
  return computed(filtered, read, {stmt, site: base, environment});
}

function whereOf(plan: Plan, node: Node, base: Site): Plan {
  const site = {...base, clause: 'WHERE', clock: 'rows' as const};
  const predicate = condition(site, node);
  const {level} = site;
  const at = {context: site.context, location: locationOf(node)};
  return filteredBy(plan, predicate, {...at, level, over: (expression) => expression});
}

function readSelect(stmt: SelectStmt, base: Site): Read {
  const {context, level} = base;
  const named = attempt(context, () => namedWindows(stmt.windowClause ?? [], context));
  const site = {
    ...base,
    aggregates: true,
    windows: true,
    namedWindows: named ?? base.namedWindows,
  };
  const items = selectedItems(stmt.targetList ?? [], site);
  const grouped = (stmt.groupClause ?? []).length > 0;
  const groups = grouped
    ? attempt(context, () => groupsOf({...base, clause: 'GROUP BY'}, stmt.groupClause ?? [], items))
    : undefined;
  const having =
    stmt.havingClause &&
    attempt(context, () =>
      condition(
        {...site, windows: false, clause: 'HAVING', clock: 'groups'},
        stmt.havingClause as Node,
      ),
    );
  const selected = {
    name: (name: string) => items.find((item) => item.name === name)?.expression,
    place: (place: number) => items[place - 1]?.expression,
  };
  const order = {...site, clause: 'ORDER BY'};
  const orderBy = attempt(context, () => sortKeys(order, stmt.sortClause ?? [], selected)) ?? [];
  const on = (stmt.distinctClause ?? []).filter((node) => Object.keys(node).length > 0);
  const distinctOn =
    on.length === 0
      ? undefined
      : on.flatMap((node) => attempt(context, () => distinctKey(order, node, selected)) ?? []);
  return {items, groups, having, orderBy, distinctOn, level};
}

interface Around {
  readonly stmt: SelectStmt;
  readonly site: Site;
  readonly environment: Environment;
}

/** The rows of FROM and WHERE, grouped, windowed, projected, ordered. */
function computed(input: Plan, read: Read, {stmt, site, environment}: Around): Plan {
  const {context} = site;
  const {items, level, orderBy} = read;
  const at = {context, location: 0};
  const {subqueries} = level;
  const grouped = groupedRows(input, read, site);
  let {plan} = grouped;
  if (read.having) {
    const location = locationOf(stmt.havingClause);
    const over = (expression: Expression): Expression => grouped.over(expression, location);
    plan = filteredBy(plan, read.having, {context, location, level, over});
  }

  const over = (expression: Expression): Expression => grouped.over(expression, 0);
  const inWindows = level.windows.flatMap(expressionsOfWindow);
  const before = attach(plan, inWindows, {...at, subqueries, over});
  const windows = windowed(before.plan, level.windows, (expression) =>
    withValues(over(expression), before.values),
  );
  const outputs = [
    ...items.map(({expression}) => expression),
    ...orderBy.map(({expression}) => expression),
    ...(read.distinctOn ?? []),
  ];
  const after = attach(windows.plan, outputs, {
    ...at,
    subqueries,
    over: (expression) => withWindows(over(expression), windows.places),
  });
  const final = (expression: Expression): Expression =>
    withValues(withWindows(over(expression), windows.places), after.values);
  return finished(after.plan, read, {final, stmt, environment});
}

interface GroupedRows {
  readonly plan: Plan;
  readonly over: (expression: Expression, location: number) => Expression;
}

/** Without GROUP BY and aggregates the rows are as they are. */
function groupedRows(input: Plan, read: Read, {context, scope}: Site): GroupedRows {
  const {level, having, groups = {expressions: [], sets: [[]]}} = read;
  const computed = level.aggregates.length > 0 || level.groupings.length > 0;
  if (!read.groups && !computed && !having) {
    return {plan: input, over: (expression) => expression};
  }
  const inside = [...groups.expressions, ...level.aggregates.flatMap(expressionsOfCall)];
  const {subqueries} = level;
  const plain = (expression: Expression): Expression => expression;
  const attached = attach(input, inside, {context, location: 0, subqueries, over: plain});
  const made = grouping({
    context,
    scope,
    input: attached.plan,
    groups,
    aggregates: level.aggregates,
    groupings: level.groupings,
    read: (expression) => withValues(expression, attached.values),
  });
  lookAtAll(read, made, context);
  if (context.found.length > 0) throw new AlreadyTold();
  return {plan: made.plan(), over: made.over};
}

/** Looks at all that is used: columns that come along are found so, and every problem told. */
function lookAtAll({items, having, orderBy, level}: Read, {over}: Grouped, context: Context): void {
  const look = (expression: Expression, location: number): void => {
    attempt(context, () => over(expression, location));
  };
  for (const {expression, location} of items) look(expression, location);
  const rest = [
    ...(having ? [having] : []),
    ...orderBy.map(({expression}) => expression),
    ...level.windows.flatMap(expressionsOfWindow),
  ];
  for (const expression of rest) look(expression, 0);
  const all = [...items.map(({expression}) => expression), ...rest];
  for (const at of slotsIn(all, 'time')) {
    for (const expression of level.times[at]?.args ?? []) look(expression, 0);
  }
  for (const at of slotsIn(all, 'subquery')) {
    const {refs = [], left} = level.subqueries[at] ?? {};
    for (const expression of [...refs, ...(left ? [left] : [])]) look(expression, 0);
  }
}

const expressionsOfWindow = ({call, partitionBy, orderBy}: WindowUse): readonly Expression[] => [
  ...call.args,
  ...(call.filter ? [call.filter] : []),
  ...partitionBy,
  ...orderBy.map(({expression}) => expression),
];

interface Finishing {
  readonly final: (expression: Expression) => Expression;
  readonly stmt: SelectStmt;
  readonly environment: Environment;
}

/** DISTINCT, ORDER BY and LIMIT; what is ordered by and not selected goes last of all. */
function finished(plan: Plan, read: Read, {final, stmt, environment}: Finishing): Plan {
  const items = read.items.map(({name, expression}) => ({name, expression: final(expression)}));
  const orderBy = read.orderBy.map((key) => mapSort(key, final));
  const kept = keptOf(stmt, environment);
  if (stmt.distinctClause) {
    const on = read.distinctOn?.map(final);
    return distinctOf(plan, {items, on, orderBy, kept, context: environment.context});
  }
  if (orderBy.length === 0) return orderOf(projectOf(plan, items), [], kept);
  return projectOf(orderOf(plan, orderBy, kept), items);
}
