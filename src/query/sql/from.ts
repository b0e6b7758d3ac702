import {arrayOf, INT8, TEXT, type Type} from '../../data/type.ts';
import type {Table} from '../../data/schema.ts';
import {nearest} from '../../lib/nearest.ts';
import {flat} from '../../data/compare.ts';
import type {Value} from '../../data/value.ts';
import type {Expression} from '../expression.ts';
import type {Plan} from '../plan.ts';
import {analyse, condition} from './analyse.ts';
import {type JoinExpr, locationOf, type Node, plainName, type RangeFunction, type RangeSubselect, type RangeVar, texts} from './ast.ts';
import {implicitly} from './coerce.ts';
import {AlreadyTold, attempt, notSupported, problemAt} from './context.ts';
import {correlated} from './correlate.ts';
import {type Environment, siteOf} from './environment.ts';
import {mergedColumns, type Merged} from './merged-columns.ts';
import {hasOuter} from './plan-expressions.ts';
import {allTrue, joinOf, ONE_ROW, projectOf, sameValue} from './plan-parts.ts';
import {problems} from './problems.ts';
import {queryPlan} from './query.ts';
import {type From, movedScope, relationFrom, renamed, scopesTogether} from './relation.ts';
import {EMPTY_SCOPE, type Frame} from './scope.ts';
import {columnAt, slotsIn} from './slots.ts';

const NOTHING: From = {plan: ONE_ROW, scope: EMPTY_SCOPE};

/** FROM: its items, each with all others; without any, one row without columns. */
export function fromPlan(nodes: readonly Node[], environment: Environment): From {
  let from = NOTHING;
  let broken = false;
  for (const node of nodes) {
    const next = attempt(environment.context, () =>
      joined(from, node, environment, {type: 'inner', on: () => undefined}),
    );
    if (next) from = next;
    else broken = true;
  }
  if (broken) throw new AlreadyTold();
  return from;
}

type JoinType = 'inner' | 'left' | 'right' | 'full';

interface How {
  readonly type: JoinType;
  /** The condition, over both. */
  readonly on: (together: From) => Expression | undefined;
}

/** What stands before, joined with one more item, which may be LATERAL. */
function joined(left: From, node: Node, environment: Environment, how: How): From {
  if ('RangeFunction' in node) return unnested(left, node.RangeFunction, environment, how);
  if ('RangeSubselect' in node && node.RangeSubselect.lateral) {
    return lateral(left, node.RangeSubselect, environment, how);
  }
  const right = itemFrom(node, environment);
  if (left === NOTHING) return right;
  return paired(left, right, how, {context: environment.context, location: aliasLocation(node)});
}

function paired(left: From, right: From, how: How, at: Parameters<typeof implicitly>[2]): From {
  const moved = movedScope(right.scope, left.plan.columns.length);
  const scope = scopesTogether(left.scope, moved, at);
  const both = joinOf(how.type, [left.plan, right.plan], undefined);
  return {plan: joinOf(how.type, [left.plan, right.plan], how.on({plan: both, scope})), scope};
}

const aliasLocation = (node: Node): number =>
  'RangeVar' in node ? (node.RangeVar.location ?? 0) : locationOf(node);

function itemFrom(node: Node, environment: Environment): From {
  if ('RangeVar' in node) return tableFrom(node.RangeVar, environment);
  if ('RangeSubselect' in node) return subselectFrom(node.RangeSubselect, environment);
  if ('JoinExpr' in node) return joinFrom(node.JoinExpr, environment);
  const what = 'RangeTableSample' in node ? 'TABLESAMPLE' : 'this item of FROM';
  throw notSupported(environment.context, locationOf(node), what);
}

function tableFrom(node: RangeVar, {context, frame, withQueries}: Environment): From {
  const {relname = '', schemaname, alias, location} = node;
  const name = alias?.aliasname ?? relname;
  const query = schemaname === undefined ? withQueries.get(relname) : undefined;
  const at = {context, location};
  if (query) {
    if (query.frame && query.frame !== frame && hasOuter(query.plan)) {
      throw notSupported(context, location, `WITH query ${relname}, which reads the query around it, in a deeper subquery`);
    }
    return relationFrom(renamed(query.plan, texts(alias?.colnames), at), {name});
  }
  const table = tableNamed(node, context.catalog.tables);
  if (!table) throw unknownTable(node, {context, tables: context.catalog.tables});
  const {id, columns, schema} = table;
  const plan = renamed({kind: 'scan', table: id, columns}, texts(alias?.colnames), at);
  return relationFrom(plan, {name, table, schema: alias ? undefined : schema});
}

const tableNamed = ({relname, schemaname = 'public'}: RangeVar, tables: readonly Table[]) =>
  tables.find((table) => table.name === relname && table.schema === schemaname);

function unknownTable(
  {relname = '', schemaname, location}: RangeVar,
  {context, tables}: {context: Environment['context']; tables: readonly Table[]},
) {
  const spelled = tables.map((one) => (one.schema === 'public' ? one.name : one.id));
  const elsewhere = tables.find((table) => table.name === relname);
  const near = elsewhere?.id ?? nearest(relname, spelled);
  return problemAt(context, location, problems['sql-unknown-table'], {
    name: schemaname === undefined ? relname : `${schemaname}.${relname}`,
    nearest: near,
    known: `The source has ${spelled.length === 0 ? 'no tables' : spelled.join(', ')}.`,
  });
}

function subselectFrom({subquery, alias}: RangeSubselect, environment: Environment): From {
  const plan = subqueryPlan(subquery, environment);
  const at = {context: environment.context, location: 0};
  return relationFrom(renamed(plan, texts(alias?.colnames), at), {name: alias?.aliasname ?? ''});
}

function subqueryPlan(subquery: Node | undefined, environment: Environment): Plan {
  if (!subquery || !('SelectStmt' in subquery)) {
    throw notSupported(environment.context, locationOf(subquery), 'this subquery');
  }
  return queryPlan(subquery.SelectStmt, environment);
}

/** LATERAL: the subquery for each combination of what it reads of the items before it. */
function lateral(left: From, node: RangeSubselect, environment: Environment, how: How): From {
  const {context} = environment;
  if (how.type === 'right' || how.type === 'full') {
    throw notSupported(context, 0, `${how.type.toUpperCase()} JOIN LATERAL`, 'write LEFT JOIN LATERAL');
  }
  const outer = siteOf(environment, 'FROM', left.scope);
  const frame: Frame = {outer, refs: []};
  const right = subselectFrom(node, {...environment, frame});
  const {refs} = frame;
  const at = {context, location: 0};
  if (refs.length === 0) return left === NOTHING ? right : paired(left, right, how, at);
  const items = refs.map((expression, i) => ({name: `outer_${i + 1}`, expression}));
  const input = projectOf(left.plan, items);
  const domain: Plan = {kind: 'distinct', columns: input.columns, input};
  const rows = correlated(right.plan, domain, at);
  const width = left.plan.columns.length;
  const moved = movedScope(right.scope, width + refs.length);
  const scope = scopesTogether(left.scope, moved, at);
  const agree = refs.map((ref, i) => sameValue(ref, columnAt(width + i, ref.type)));
  const on = how.on({plan: joinOf(how.type, [left.plan, rows], undefined), scope});
  const residual = allTrue([...agree, ...(on ? [on] : [])]);
  return {plan: joinOf(how.type, [left.plan, rows], residual), scope};
}

/** unnest(list): each row before it once for every element. */
function unnested(left: From, node: RangeFunction, environment: Environment, how: How): From {
  const {context} = environment;
  const [first, second] = node.functions ?? [];
  const call = first && 'List' in first ? first.List.items?.[0] : undefined;
  if (!call || second || !('FuncCall' in call)) {
    throw notSupported(context, locationOf(call), 'ROWS FROM', 'write unnest(list)');
  }
  const {FuncCall: called} = call;
  const [arg, another] = called.args ?? [];
  if (plainName(called.funcname) !== 'unnest' || !arg || another || node.coldeflist) {
    throw notSupported(context, called.location, `${plainName(called.funcname)}() in FROM`, 'of functions, FROM takes unnest(list)');
  }
  const list = analyse(siteOf(environment, 'FROM', left.scope), arg);
  if (list.type.kind !== 'array') {
    throw problemAt(context, called.location, problems['sql-type'], {message: 'unnest wants a list'});
  }
  const columns = [
    {name: node.alias?.aliasname ?? 'unnest', type: list.type.element ?? TEXT},
    ...(node.ordinality ? [{name: 'ordinality', type: INT8}] : []),
  ];
  const outer = how.type === 'left';
  const names = texts(node.alias?.colnames);
  const plan: Plan = {
    kind: 'unnest',
    columns: [...left.plan.columns, ...columns.map((one, i) => ({...one, name: names[i] ?? one.name}))],
    input: left.plan,
    list: flattened(list),
    outer,
    ordinality: node.ordinality ?? false,
  };
  const width = left.plan.columns.length;
  const own = plan.columns.slice(width);
  const relation = relationFrom({kind: 'values', columns: own, rows: []}, {name: node.alias?.aliasname ?? 'unnest'});
  const scope = scopesTogether(left.scope, movedScope(relation.scope, width), {context, location: called.location});
  const on = how.on({plan, scope});
  if (how.type === 'inner') return {plan: on ? {kind: 'filter', columns: plan.columns, input: plan, predicate: on} : plan, scope};
  if (!outer || (on && !(on.kind === 'literal' && on.value === true))) {
    throw notSupported(context, called.location, 'this join with unnest', 'write CROSS JOIN unnest(list), or LEFT JOIN unnest(list) ON true');
  }
  return {plan, scope};
}

/** A list of lists has its innermost elements. */
function flattened(list: Expression): Expression {
  const element: Type = list.type.element ?? TEXT;
  const compute = (values: Value | undefined): Value => flat(values ?? []);
  return {
    kind: 'call',
    function: {name: 'elements', strict: true, compute},
    args: [list],
    type: arrayOf(element),
  };
}

const JOINS: Readonly<Record<string, JoinType>> = {
  JOIN_INNER: 'inner',
  JOIN_LEFT: 'left',
  JOIN_RIGHT: 'right',
  JOIN_FULL: 'full',
};

function joinFrom(node: JoinExpr, environment: Environment): From {
  const {context} = environment;
  const type = JOINS[node.jointype ?? 'JOIN_INNER'];
  const left = attempt(context, () => itemFrom(node.larg as Node, environment));
  if (!left) {
    // Its own problems are told as well, though nothing can be joined.
    attempt(context, () => itemFrom(node.rarg as Node, environment));
    throw new AlreadyTold();
  }
  if (!type) throw notSupported(context, 0, 'this join');
  let merged: Merged | undefined;
  const on = (together: From): Expression | undefined => {
    const {quals} = node;
    if (quals) return onCondition(quals, together, environment);
    if (!node.isNatural && !node.usingClause) return undefined;
    merged = mergedColumns(together.scope, {
      context,
      type,
      width: left.plan.columns.length,
      names: node.usingClause && texts(node.usingClause),
      location: locationOf(node.rarg),
    });
    return merged.condition;
  };
  const both = joined(left, node.rarg as Node, environment, {type, on});
  const scope = merged ? {...both.scope, visible: merged.visible} : both.scope;
  if (!node.alias) return {plan: both.plan, scope};
  const names = texts(node.alias.colnames);
  const columns = scope.visible.map((column, i) => ({...column, name: names[i] ?? column.name}));
  const name = node.alias.aliasname ?? '';
  const relation = {name, schema: undefined, columns, table: undefined};
  return {plan: both.plan, scope: {relations: [relation], visible: columns}};
}

function onCondition(quals: Node, {scope}: From, environment: Environment): Expression {
  const site = siteOf(environment, 'ON', scope);
  const expression = condition(site, quals);
  if (slotsIn([expression], 'subquery').length > 0) {
    throw notSupported(environment.context, locationOf(quals), 'a subquery in ON', 'put the condition into WHERE, or join with the subquery');
  }
  return expression;
}
