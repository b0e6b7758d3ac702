import {INT8} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {windowFunction} from '../functions/windows.ts';
import type {Aggregate, AggregateCall, Join, Order, Plan, SortKey} from '../plan.ts';
import type {Coercion} from './coerce.ts';
import {comparison} from './comparison.ts';
import {notSupported} from './context.ts';
import {hasOuter, mapCall, mapSort, mapWindowCall} from './plan-expressions.ts';
import {allTrue, columnsOf, filterOf, joinOf, named, projectOf, sameValue} from './plan-parts.ts';
import {columnAt, movedRight, withSlots} from './slots.ts';

/**
 * A subquery's plan over every row that it could be asked for at once: `domain` has a
 * column for each thing it reads of the query around, and the answer has those columns,
 * then the plan's own. (Neumann and Kemper, "Unnesting Arbitrary Queries", 2015.)
 */
export function correlated(plan: Plan, domain: Plan, at: Coercion): Plan {
  const width = domain.columns.length;
  const done = new Map<Plan, Plan>();
  const move = (expression: Expression): Expression =>
    withSlots(movedRight(expression, width), 'outer', (i, type) => columnAt(i, type));
  const moveSort = (key: SortKey): SortKey => mapSort(key, move);
  const outers = columnsOf(domain.columns);
  const over = (node: Plan): Plan => {
    const held = done.get(node) ?? made(node);
    done.set(node, held);
    return held;
  };
  const correlating: Correlating = {domain, width, outers, over, move, at};
  return over(plan);

  function made(node: Plan): Plan {
    if (!hasOuter(node) || node.kind === 'scan' || node.kind === 'values') {
      return joinOf('inner', [domain, node], undefined);
    }
    const columns = [...domain.columns, ...node.columns];
    switch (node.kind) {
      case 'filter':
        return filterOf(over(node.input), move(node.predicate));
      case 'project':
        return {
          ...node,
          columns,
          input: over(node.input),
          expressions: [...outers, ...node.expressions.map(move)],
        };
      case 'join':
        return joined(node, correlating);
      case 'aggregate':
        return aggregated(node, correlating);
      case 'distinct':
        return {
          kind: 'distinct',
          columns,
          input: over(node.input),
          ...(node.on && {
            on: {
              expressions: [...outers, ...node.on.expressions.map(move)],
              orderBy: node.on.orderBy.map(moveSort),
            },
          }),
        };
      case 'union':
      case 'intersect':
      case 'except':
        return {...node, columns, inputs: node.inputs.map(over)};
      case 'unnest':
        return {...node, columns, input: over(node.input), list: move(node.list)};
      case 'order':
        return ordered(node, correlating);
      case 'window':
        return {
          ...node,
          columns,
          input: over(node.input),
          partitionBy: [...outers, ...node.partitionBy.map(move)],
          orderBy: node.orderBy.map(moveSort),
          functions: node.functions.map((call) => mapWindowCall(call, move)),
        };
      case 'batch':
        return {...node, columns, input: over(node.input), argument: move(node.argument)};
      case 'timed':
        throw notSupported(at.context, at.location, 'a function of time in such a subquery');
      case 'recursive':
      case 'working':
        throw notSupported(
          at.context,
          at.location,
          'WITH RECURSIVE that reads the query around it',
          'write it at the beginning, and join with its rows',
        );
    }
  }
}

/** What the rules for each node share. */
interface Correlating {
  readonly domain: Plan;
  /** How many columns the domain has. */
  readonly width: number;
  /** The domain's columns, which stand first in every row. */
  readonly outers: readonly Expression[];
  /** A node over the domain. */
  readonly over: (node: Plan) => Plan;
  /** An expression of a node, over the domain's columns and then the node's. */
  readonly move: (expression: Expression) => Expression;
  readonly at: Coercion;
}

/** What one side alone reads is asked for on that side; else both sides must agree. */
function joined(node: Join, {at, width, outers, over, move}: Correlating): Plan {
  const rightReads = hasOuter(node.right);
  if (node.type === 'right' || node.type === 'full') {
    throw notSupported(
      at.context,
      at.location,
      `a ${node.type.toUpperCase()} JOIN in a subquery that reads the query around it`,
      'write it as a LEFT JOIN, or as a JOIN of its own',
    );
  }
  const left = over(node.left);
  if (!rightReads) {
    const residual = node.residual && move(node.residual);
    return {...joinOf(node.type, [left, node.right], residual), ...singleOf(node)};
  }
  const right = over(node.right);
  const split = node.left.columns.length;
  const behind = width + split;
  const agree = outers.map((outer, i) => sameValue(outer, columnAt(behind + i, outer.type)));
  const spread = (expression: Expression): Expression =>
    withSlots(
      withSlots(expression, 'input', (i, type) =>
        columnAt(i < split ? width + i : behind + width + (i - split), type),
      ),
      'outer',
      (i, type) => columnAt(i, type),
    );
  const residual = allTrue([...agree, ...(node.residual ? [spread(node.residual)] : [])]);
  const pairs = {...joinOf(node.type, [left, right], residual), ...singleOf(node)};
  if (node.type === 'semi' || node.type === 'anti') return pairs;
  const kept = pairs.columns.flatMap((column, i) =>
    i >= behind && i < behind + width
      ? []
      : [{name: column.name, expression: columnAt(i, column.type)}],
  );
  return projectOf(pairs, kept);
}

const singleOf = ({single}: Join): Pick<Join, 'single'> => (single ? {single} : {});

/** An aggregate without groups has a row even over nothing: so has each of the domain. */
function aggregated(node: Aggregate, {domain, width, outers, over, move}: Correlating): Plan {
  const grouped: Aggregate = {
    ...node,
    columns: [...domain.columns, ...node.columns],
    input: over(node.input),
    groupBy: [...outers, ...node.groupBy.map(move)],
    aggregates: node.aggregates.map((call) => mapCall(call, move)),
  };
  if (node.groupBy.length > 0) return grouped;
  const agree = outers.map((outer, i) => sameValue(outer, columnAt(width + i, outer.type)));
  const all: Join = {...joinOf('left', [domain, grouped], allTrue(agree)), single: true};
  const values = node.aggregates.map((call, i) =>
    ofNothing(call, columnAt(2 * width + i, call.type)),
  );
  return projectOf(all, named(grouped.columns, [...outers, ...values]));
}

/** The first rows of each of the domain, counted by a window. */
function ordered(node: Order, {at, outers, over, move}: Correlating): Plan {
  const input = over(node.input);
  if (node.limit === undefined && node.offset === 0) return input;
  const numbering = windowFunction('row_number', []);
  const count = {name: 'row_number', type: INT8};
  if (!numbering) return input;
  const numbered: Plan = {
    kind: 'window',
    columns: [...input.columns, count],
    input,
    partitionBy: outers,
    orderBy: node.by.map((key) => mapSort(key, move)),
    functions: [{function: numbering.function, args: [], type: INT8}],
  };
  const place = columnAt(input.columns.length, INT8);
  const whole = (value: number): Expression => ({kind: 'literal', value, type: INT8});
  const limits = [
    comparison('>', [place, whole(node.offset)], at),
    ...(node.limit === undefined
      ? []
      : [comparison('<=', [place, whole(node.offset + node.limit)], at)]),
  ];
  const kept = filterOf(numbered, allTrue(limits) as Expression);
  return projectOf(kept, named(input.columns, columnsOf(input.columns)));
}

/** The aggregate's column, where no row of the domain's has one: its value over nothing. */
function ofNothing(call: AggregateCall, column: Expression): Expression {
  const {function: called, type} = call;
  const value = called.kind === 'running' ? called.start().result() : called.compute([]);
  if (value === null) return column;
  return {kind: 'coalesce', args: [column, {kind: 'literal', value, type}], type};
}
