import {INT4} from '../../data/type.ts';
import type {Problem} from '../../lib/problem.ts';
import type {Expression} from '../expression.ts';
import {aggregateOver} from '../functions/window-aggregates.ts';
import {windowFunction} from '../functions/windows.ts';
import type {WindowCall} from '../plan.ts';
import {analyse} from './analyse.ts';
import type {FuncCall, WindowDef} from './ast.ts';
import {implicitly, settledExpression} from './coerce.ts';
import {collatedType, wantEquality} from './collation.ts';
import {type Context, notSupported, problemAt} from './context.ts';
import {AGGREGATES, argumentsOf, resolvedAggregate} from './function-call.ts';
import {problems} from './problems.ts';
import type {Site} from './scope.ts';
import {columnAt, WINDOW} from './slots.ts';
import {sortKeys} from './sort-keys.ts';
import {windowDefinition} from './window-definition.ts';
import {frameOf} from './window-frame.ts';

/** A call with OVER: noted in the level, and a slot for its value. */
export function windowCall(site: Site, node: FuncCall, name: string): Expression {
  const {context, level} = site;
  const {location, over} = node;
  if (!site.windows) {
    throw problemAt(context, location, problems['sql-misplaced'], {
      message: `window functions are not allowed in ${site.clause}`,
      hint: 'compute it in a subquery of FROM',
    });
  }
  const window = windowDefinition(over as WindowDef, site.namedWindows, context);
  const inner = {...site, windows: false, clause: 'a window'};
  const at = {context, location};
  const call = AGGREGATES.has(name) ? overAggregate(inner, node, name) : ownCall(inner, node, name);
  const partitionBy = (window.partitionClause ?? []).map((part) => {
    const expression = settledExpression(analyse(inner, part), at);
    wantEquality([expression], at);
    return expression;
  });
  const orderBy = sortKeys(inner, window.orderClause ?? [], {name: () => undefined});
  const framed = {...call, frame: frameOf(inner, window, orderBy)};
  return columnAt(WINDOW + level.windows.push({call: framed, partitionBy, orderBy}) - 1, call.type);
}

function overAggregate(site: Site, node: FuncCall, name: string): WindowCall {
  const resolved = resolvedAggregate(site, node, name);
  const {function: called, args, distinct, filter, orderBy, type} = resolved;
  if (distinct || orderBy.length > 0 || node.agg_within_group) {
    throw notSupported(
      site.context,
      node.location,
      'DISTINCT or ORDER BY in an aggregate over a window',
      'Postgres has none either: aggregate in a subquery, and join with it',
    );
  }
  return {function: aggregateOver(called), args, type, filter};
}

/** The argument that is a count: of rows for lag and lead, of buckets, the place in a frame. */
const COUNTS: Readonly<Record<string, number>> = {lag: 1, lead: 1, nth_value: 1, ntile: 0};

function ownCall(site: Site, node: FuncCall, name: string): WindowCall {
  const at = {context: site.context, location: node.location};
  if (node.agg_filter || node.agg_distinct || node.agg_order || node.agg_star) {
    throw problemAt(site.context, node.location, problems['sql-misplaced'], {
      message: `${name} is no aggregate function`,
      hint: 'DISTINCT, ORDER BY, FILTER and * stand in aggregates only',
    });
  }
  const args = argumentsOf(site, node).map((arg, i) =>
    COUNTS[name] === i ? implicitly(arg, INT4, at) : settledExpression(arg, at),
  );
  const [first, , otherwise] = args;
  const passed =
    first && otherwise
      ? [first, args[1] as Expression, implicitly(otherwise, first.type, at)]
      : args;
  const found = windowFunction(
    name,
    passed.map(({type}) => type),
  );
  if (!found) {
    throw unknownWindowFunction(site.context, node, name);
  }
  return {
    function: found.function,
    args: passed,
    type: collatedType(found.type, passed.slice(0, 1)),
  };
}

export const unknownWindowFunction = (
  context: Pick<Context, 'text'>,
  {location}: FuncCall,
  name: string,
): Problem =>
  problemAt(context, location, problems['sql-unknown-function'], {
    message: `there is no window function ${name}`,
    hint: 'docs/queries.md lists the window functions',
  });
