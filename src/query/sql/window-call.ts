import {INT4} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {runningAggregate, windowFunction} from '../functions/windows.ts';
import type {WindowCall} from '../plan.ts';
import {analyse} from './analyse.ts';
import type {FuncCall, WindowDef} from './ast.ts';
import {implicitly, settledExpression} from './coerce.ts';
import {notSupported, problemAt} from './context.ts';
import {AGGREGATES, argumentsOf, resolvedAggregate} from './function-call.ts';
import {problems} from './problems.ts';
import type {Site} from './scope.ts';
import {columnAt, WINDOW} from './slots.ts';
import {sortKeys} from './sort-keys.ts';

/** The frame without one: RANGE from the partition's start to the row's last peer. */
const DEFAULT_FRAME = 1058;

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
  const window = over as WindowDef;
  if (window.name || window.refname) {
    throw notSupported(context, window.location, 'a named window', 'write it out: OVER (…)');
  }
  if ((window.frameOptions ?? DEFAULT_FRAME) !== DEFAULT_FRAME) {
    throw notSupported(
      context,
      window.location,
      'a window frame (ROWS, RANGE, GROUPS)',
      'leave it out: without one a frame reaches from the start to the row and its peers',
    );
  }
  const inner = {...site, windows: false, clause: 'a window'};
  const at = {context, location};
  const call = AGGREGATES.has(name) ? aggregateOver(inner, node, name) : ownCall(inner, node, name);
  const partitionBy = (window.partitionClause ?? []).map((part) =>
    settledExpression(analyse(inner, part), at),
  );
  const orderBy = sortKeys(inner, window.orderClause ?? [], {name: () => undefined});
  return columnAt(WINDOW + level.windows.push({call, partitionBy, orderBy}) - 1, call.type);
}

function aggregateOver(site: Site, node: FuncCall, name: string): WindowCall {
  const {
    function: called,
    args,
    distinct,
    filter,
    orderBy,
    type,
  } = resolvedAggregate(site, node, name);
  if (distinct || filter || orderBy.length > 0) {
    throw notSupported(
      site.context,
      node.location,
      'DISTINCT, FILTER or ORDER BY in an aggregate over a window',
      'write a CASE inside of the aggregate instead of FILTER',
    );
  }
  return {function: runningAggregate(called), args, type};
}

function ownCall(site: Site, node: FuncCall, name: string): WindowCall {
  const at = {context: site.context, location: node.location};
  const args = argumentsOf(site, node).map((arg, i) =>
    (name === 'lag' || name === 'lead') && i === 1
      ? implicitly(arg, INT4, at)
      : settledExpression(arg, at),
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
    throw problemAt(site.context, node.location, problems['sql-unknown-function'], {
      message: `there is no window function ${name}`,
      hint: 'docs/queries.md lists the window functions',
    });
  }
  return {function: found.function, args: passed, type: found.type};
}
