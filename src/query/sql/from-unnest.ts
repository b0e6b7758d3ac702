import {flat} from '../../data/compare.ts';
import type {Column} from '../../data/schema.ts';
import {arrayOf, INT8, TEXT} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import type {Expression} from '../expression.ts';
import type {Plan} from '../plan.ts';
import {analyse} from './analyse.ts';
import {locationOf, type Node, plainName, type RangeFunction, texts} from './ast.ts';
import {notSupported, problemAt} from './context.ts';
import {type Environment, siteOf} from './environment.ts';
import {refusedFunction} from './functions/refused.ts';
import {type How, plainCondition} from './pairing.ts';
import {filterOf} from './plan-parts.ts';
import {problems} from './problems.ts';
import {type From, movedScope, relationFrom, scopesTogether} from './relation.ts';

/** unnest(list) in FROM: each row before it once for every element of its list. */
export function unnested(
  left: From,
  node: RangeFunction,
  environment: Environment,
  how: How,
): From {
  const {context} = environment;
  const {list, location} = listOf(left, node, environment);
  const columns = columnsOf(node, list);
  const width = left.plan.columns.length;
  const plan: Plan = {
    kind: 'unnest',
    columns: [...left.plan.columns, ...columns],
    input: left.plan,
    list: flattened(list),
    outer: how.type === 'left',
    ordinality: node.ordinality ?? false,
  };
  const name = node.alias?.aliasname ?? 'unnest';
  const relation = relationFrom({kind: 'values', columns, rows: []}, {name});
  const moved = movedScope(relation.scope, width);
  const scope = scopesTogether(left.scope, moved, {context, location});
  const on = plainCondition(how, {plan, scope}, {context, location});
  if (how.type === 'inner') return {plan: on ? filterOf(plan, on) : plan, scope};
  const always = !on || (on.kind === 'literal' && on.value === true);
  if (how.type === 'left' && always) return {plan, scope};
  const hint = 'write CROSS JOIN unnest(list), or LEFT JOIN unnest(list) ON true';
  throw notSupported(context, location, 'this join with unnest', hint);
}

function listOf(
  left: From,
  node: RangeFunction,
  environment: Environment,
): {readonly list: Expression; readonly location: number | undefined} {
  const {context} = environment;
  const {arg, location} = unnestCall(node, context);
  const list = analyse(siteOf(environment, 'FROM', left.scope), arg);
  if (list.type.kind === 'array') return {list, location};
  throw problemAt(context, location, problems['sql-type'], {message: 'unnest wants a list'});
}

/** The one function that FROM takes, with what it is given; throws for any other. */
export function unnestCall(
  {functions, coldeflist}: RangeFunction,
  context: Pick<Environment['context'], 'text'>,
): {readonly arg: Node; readonly location: number | undefined} {
  const [first, second] = functions ?? [];
  const call = first && 'List' in first ? first.List.items?.[0] : undefined;
  if (!call || second || !('FuncCall' in call)) {
    throw notSupported(context, locationOf(call), 'ROWS FROM', 'write unnest(list)');
  }
  const {funcname, args, location} = call.FuncCall;
  const [arg, another] = args ?? [];
  const name = plainName(funcname);
  if (name === 'unnest' && arg && !another && !coldeflist) return {arg, location};
  const hint = refusedFunction(name) ?? 'of functions, FROM takes unnest(list)';
  throw notSupported(context, location, `${name}() in FROM`, hint);
}

function columnsOf({alias, ordinality}: RangeFunction, list: Expression): readonly Column[] {
  const names = texts(alias?.colnames);
  const columns = [
    {name: alias?.aliasname ?? 'unnest', type: list.type.element ?? TEXT},
    ...(ordinality ? [{name: 'ordinality', type: INT8}] : []),
  ];
  return columns.map((one, i) => ({...one, name: names[i] ?? one.name}));
}

/** A list of lists has its innermost elements. */
function flattened(list: Expression): Expression {
  const compute = (values: Value | undefined): Value => flat(values ?? []);
  return {
    kind: 'call',
    function: {name: 'elements', strict: true, compute},
    args: [list],
    type: arrayOf(list.type.element ?? TEXT),
  };
}
