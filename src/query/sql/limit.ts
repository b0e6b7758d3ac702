import {INT8} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import type {Plan, SortKey} from '../plan.ts';
import {analyse} from './analyse.ts';
import {locationOf, type Node, type SelectStmt} from './ast.ts';
import {constant, explicitly} from './coerce.ts';
import {notSupported, problemAt} from './context.ts';
import {type Environment, siteOf} from './environment.ts';
import {problems} from './problems.ts';
import {columnAt, slotsIn} from './slots.ts';
import {sortKeys} from './sort-keys.ts';

/** The part of the order that LIMIT and OFFSET keep. */
export interface Kept {
  readonly offset: number;
  readonly limit: number | undefined;
}

export function keptOf(stmt: SelectStmt, environment: Environment): Kept {
  return {
    offset: count(stmt.limitOffset, 'OFFSET', environment) ?? 0,
    limit: count(stmt.limitCount, 'LIMIT', environment),
  };
}

function count(
  node: Node | undefined,
  clause: string,
  environment: Environment,
): number | undefined {
  if (!node) return undefined;
  const at = {context: environment.context, location: locationOf(node)};
  const expression = explicitly(analyse(siteOf(environment, clause), node), INT8, at);
  const changing = [...slotsIn([expression], 'subquery'), ...slotsIn([expression], 'outer')];
  if (changing.length > 0) {
    throw notSupported(
      at.context,
      at.location,
      `${clause} that is no constant`,
      'write the number',
    );
  }
  const value = constant(expression, at);
  if (value === null) return undefined;
  if (Number(value) < 0) {
    throw problemAt(at.context, at.location, problems['sql-type'], {
      message: `${clause} must not be negative`,
    });
  }
  return Number(value);
}

/** The plan in an order, or a part of it; itself where there is neither. */
export function orderOf(plan: Plan, by: readonly SortKey[], {offset, limit}: Kept): Plan {
  if (by.length === 0 && offset === 0 && limit === undefined) return plan;
  return {kind: 'order', columns: plan.columns, input: plan, by, offset, limit};
}

/** ORDER BY of a UNION or VALUES: by its columns' names or places only. */
export function orderedBy(plan: Plan, stmt: SelectStmt, environment: Environment): Plan {
  const columns = plan.columns.map(({type}, i) => columnAt(i, type));
  const visible = plan.columns.map(({name}, i) => ({name, expression: columns[i] as Expression}));
  const site = siteOf(environment, 'ORDER BY', {relations: [], visible});
  const by = sortKeys(site, stmt.sortClause ?? [], {
    name: (name) => visible.find((one) => one.name === name)?.expression,
    place: (place) => columns[place - 1],
  });
  const odd = by.findIndex(({expression}) => expression.kind !== 'column');
  if (odd >= 0) {
    const node = stmt.sortClause?.[odd];
    const location = node && 'SortBy' in node ? locationOf(node.SortBy.node) : 0;
    throw notSupported(
      environment.context,
      location,
      'ORDER BY an expression of a UNION',
      'select it as a column, and order by its name',
    );
  }
  return orderOf(plan, by, keptOf(stmt, environment));
}
