import type {Problem} from '../../lib/problem.ts';
import {
  type ColumnRef,
  type FuncCall,
  locationOf,
  type Node,
  plainName,
  type SelectStmt,
  texts,
} from './ast.ts';
import type {Context} from './context.ts';
import {AGGREGATES} from './function-call.ts';
import {ungrouped} from './grouping.ts';
import {isStar} from './item-names.ts';
import {typeNamed} from './types.ts';

/**
 * A Problem for each item of a select list with a column that has no one value in a group,
 * whatever the keys of the tables are: without GROUP BY, every column outside of aggregates;
 * with it, a column of a table of which none is grouped by. The query sees no other around.
 */
export function ungroupedIn(
  {targetList = [], havingClause, sortClause, groupClause, fromClause}: SelectStmt,
  context: Pick<Context, 'text'>,
): readonly Problem[] {
  const values = targetList.flatMap((node) =>
    'ResTarget' in node && node.ResTarget.val ? [node.ResTarget.val] : [],
  );
  const grouped = groupClause || havingClause || hasAggregate([values, sortClause]);
  const tables = groupedTables(groupClause ?? [], values);
  if (!fromClause || !grouped || !tables) return [];
  return values.flatMap((value) => {
    const column = groupClause ? ownColumn(value) : columnIn(value);
    const [name = '', table] = texts(column?.fields).toReversed();
    const free =
      groupClause === undefined || tables.length === 0 || (table && !tables.includes(table));
    return column && free ? [ungrouped(context, locationOf(value), name)] : [];
  });
}

/** The tables of which columns are grouped by; undefined where that is not sure. */
function groupedTables(
  nodes: readonly Node[],
  values: readonly Node[],
): readonly string[] | undefined {
  const found: string[] = [];
  for (const node of nodes) {
    const place = 'A_Const' in node ? node.A_Const.ival?.ival : undefined;
    const key = place === undefined || values.some(isStar) ? node : values[place - 1];
    const column = key && ownColumn(key);
    const [, table] = texts(column?.fields).toReversed();
    if (table !== undefined) found.push(table);
    else if (!key || !isComputed(key)) return undefined;
  }
  return found;
}

/** Whether it is surely no column: a cast may be one. */
const isComputed = (node: Node): boolean =>
  'A_Expr' in node || ('FuncCall' in node && !typeNamed(plainName(node.FuncCall.funcname)));

const ownColumn = (node: Node): ColumnRef | undefined =>
  'ColumnRef' in node && !isStar(node) ? node.ColumnRef : undefined;

const isAggregate = ({over, funcname}: FuncCall): boolean =>
  !over && AGGREGATES.has(plainName(funcname));

/** Whether there is an aggregate in a part of the tree, but for its subqueries. */
function hasAggregate(tree: unknown): boolean {
  if (typeof tree !== 'object' || tree === null || 'SubLink' in tree) return false;
  if ('FuncCall' in tree && isAggregate(tree.FuncCall as FuncCall)) return true;
  return Object.values(tree).some(hasAggregate);
}

/** The first column in it that is in no aggregate and in no subquery. */
function columnIn(tree: unknown): ColumnRef | undefined {
  if (typeof tree !== 'object' || tree === null) return undefined;
  if ('SubLink' in tree || 'GroupingFunc' in tree) return undefined;
  if ('FuncCall' in tree && isAggregate(tree.FuncCall as FuncCall)) return undefined;
  if ('ColumnRef' in tree) return ownColumn(tree as Node);
  for (const part of Object.values(tree)) {
    const found = columnIn(part);
    if (found) return found;
  }
  return undefined;
}
