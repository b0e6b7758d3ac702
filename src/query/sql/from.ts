import type {Expression} from '../expression.ts';
import {condition} from './analyse.ts';
import {type JoinExpr, locationOf, type Node, texts} from './ast.ts';
import {AlreadyTold, attempt, notSupported} from './context.ts';
import {type Environment, siteOf} from './environment.ts';
import {lateral, subselectFrom} from './from-subquery.ts';
import {tableFrom} from './from-table.ts';
import {unnested} from './from-unnest.ts';
import {type Merged, mergedColumns} from './merged-columns.ts';
import {type How, type JoinType, NOTHING, paired} from './pairing.ts';
import type {From} from './relation.ts';
import {newLevel} from './scope.ts';

/** FROM: its items, each with all others; without any, one row without columns. */
export function fromPlan(nodes: readonly Node[], environment: Environment): From {
  let from = NOTHING;
  let broken = false;
  for (const node of nodes) {
    const next = attempt(environment.context, () =>
      joined(from, node, environment, {type: 'inner', on: () => undefined, level: newLevel()}),
    );
    if (next) from = next;
    else broken = true;
  }
  if (broken) throw new AlreadyTold();
  return from;
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

const aliasLocation = (node: Node): number =>
  'RangeVar' in node ? (node.RangeVar.location ?? 0) : locationOf(node);

function itemFrom(node: Node, environment: Environment): From {
  if ('RangeVar' in node) return tableFrom(node.RangeVar, environment);
  if ('RangeSubselect' in node) return subselectFrom(node.RangeSubselect, environment);
  if ('JoinExpr' in node) return joinFrom(node.JoinExpr, environment);
  const what = 'RangeTableSample' in node ? 'TABLESAMPLE' : 'this item of FROM';
  throw notSupported(environment.context, locationOf(node), what);
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
  const level = newLevel();
  const on = (together: From): Expression | undefined => {
    const {quals} = node;
    if (quals) return condition({...siteOf(environment, 'ON', together.scope), level}, quals);
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
  const both = joined(left, node.rarg as Node, environment, {type, on, level});
  const scope = merged ? {...both.scope, visible: merged.visible} : both.scope;
  if (!node.alias) return {plan: both.plan, scope};
  const names = texts(node.alias.colnames);
  const columns = scope.visible.map((column, i) => ({...column, name: names[i] ?? column.name}));
  const name = node.alias.aliasname ?? '';
  const relation = {name, schema: undefined, columns, table: undefined};
  return {plan: both.plan, scope: {relations: [relation], visible: columns}};
}
