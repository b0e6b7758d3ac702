import {INT8} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import type {Aggregate, Join, Order, Plan, Working} from '../plan.ts';
import {readsWorking} from '../plan-walk.ts';
import type {Coercion} from './coerce.ts';
import {notSupported} from './context.ts';
import {mapCall, mapSort, mapWindowCall} from './plan-expressions.ts';
import {allTrue, filterOf, joinOf, named, projectOf, sameValue} from './plan-parts.ts';
import {columnAt, movedRight, withSlots} from './slots.ts';

/**
 * The step of a recursion over the working rows of every round at once: each node that
 * reads them answers the number of the round, and then its own columns. What reads none is
 * left as it is. Rounds see nothing of each other: they are joined, grouped and counted apart.
 */
export function iterated(step: Plan, at: Coercion): Plan {
  const done = new Map<Plan, Plan>();
  const over = (node: Plan): Plan => {
    const held = done.get(node) ?? made(node, {over, at});
    done.set(node, held);
    return held;
  };
  return over(step);
}

const ROUND = {name: 'round', type: INT8};
const round = columnAt(0, INT8);

const move = (expression: Expression): Expression => movedRight(expression, 1);

interface Iterating {
  /** A node that reads working rows, over all rounds. */
  readonly over: (node: Plan) => Plan;
  readonly at: Coercion;
}

function made(node: Plan, iterating: Iterating): Plan {
  const {over, at} = iterating;
  const columns = [ROUND, ...node.columns];
  switch (node.kind) {
    case 'working':
      return {...node, columns} satisfies Working;
    case 'filter':
      return filterOf(over(node.input), move(node.predicate));
    case 'project':
      return {
        ...node,
        columns,
        input: over(node.input),
        expressions: [round, ...node.expressions.map(move)],
      };
    case 'join':
      return joined(node, iterating);
    case 'aggregate':
      return grouped(node, iterating);
    case 'distinct':
      return {
        kind: 'distinct',
        columns,
        input: over(node.input),
        ...(node.on && {
          on: {
            expressions: [round, ...node.on.expressions.map(move)],
            orderBy: node.on.orderBy.map((key) => mapSort(key, move)),
          },
        }),
      };
    case 'unnest':
      return {...node, columns, input: over(node.input), list: move(node.list)};
    case 'batch':
      return {...node, columns, input: over(node.input), argument: move(node.argument)};
    case 'order':
      return unordered(node, iterating);
    case 'window':
      return {
        ...node,
        columns,
        input: over(node.input),
        partitionBy: [round, ...node.partitionBy.map(move)],
        orderBy: node.orderBy.map((key) => mapSort(key, move)),
        functions: node.functions.map((call) => mapWindowCall(call, move)),
      };
    case 'union':
      if (node.inputs.every((input) => readsWorking(input))) {
        return {...node, columns, inputs: node.inputs.map(over)};
      }
      throw refused('UNION', at);
    case 'intersect':
    case 'except':
      throw refused(node.kind.toUpperCase(), at);
    case 'recursive':
      throw refused('another WITH RECURSIVE', at);
    case 'timed':
      throw refused('a function of time', at);
    case 'scan':
    case 'values':
      return node;
  }
}

const refused = (what: string, {context, location}: Coercion) =>
  notSupported(
    context,
    location,
    `${what} in the recursive part of WITH RECURSIVE`,
    'join the table with the recursive query there, and do the rest around it',
  );

/** A side that reads no working rows meets those of every round; two that do, each its own. */
function joined(node: Join, {over, at}: Iterating): Plan {
  const {type, left, right} = node;
  const single = node.single ? {single: node.single} : {};
  if (!readsWorking(right)) {
    if (type === 'right' || type === 'full') throw refused(`${type.toUpperCase()} JOIN`, at);
    const residual = node.residual && move(node.residual);
    return {...joinOf(type, [over(left), right], residual), ...single};
  }
  if (!readsWorking(left)) return besideRight(node, over(right), at);
  if (type === 'right' || type === 'full') throw refused(`${type.toUpperCase()} JOIN`, at);
  const width = 1 + left.columns.length;
  // The left side's round stands first, the right one's between the two sides' columns.
  const residual = allTrue([
    sameValue(round, columnAt(width, INT8)),
    ...(node.residual ? [spread(move(node.residual), width)] : []),
  ]);
  const pairs = {...joinOf(type, [over(left), over(right)], residual), ...single};
  return type === 'semi' || type === 'anti' ? pairs : without(pairs, width);
}

/** The right side alone reads working rows: its round is put in front. */
function besideRight(node: Join, right: Plan, at: Coercion): Plan {
  const {type, left} = node;
  if (type !== 'inner' && type !== 'right') throw refused('such a join', at);
  const width = left.columns.length;
  const residual = node.residual && spread(node.residual, width);
  const pairs = joinOf(type, [left, right], residual);
  const inFront = [width, ...pairs.columns.keys()].filter((i, place) => place === 0 || i !== width);
  return picked(pairs, inFront);
}

/** An expression over two sides, where one column more stands at a place. */
const spread = (expression: Expression, place: number): Expression =>
  withSlots(expression, 'input', (at, type) => columnAt(at < place ? at : at + 1, type));

function without(plan: Plan, place: number): Plan {
  return picked(
    plan,
    [...plan.columns.keys()].filter((i) => i !== place),
  );
}

function picked(plan: Plan, places: readonly number[]): Plan {
  const columns = places.map((place) => plan.columns[place]!);
  const expressions = places.map((place, i) => columnAt(place, columns[i]!.type));
  return projectOf(plan, named(columns, expressions));
}

function grouped(node: Aggregate, {over, at}: Iterating): Plan {
  if (node.groupBy.length === 0) throw refused('an aggregate', at);
  return {
    ...node,
    columns: [ROUND, ...node.columns],
    input: over(node.input),
    groupBy: [round, ...node.groupBy.map(move)],
    aggregates: node.aggregates.map((call) => mapCall(call, move)),
  };
}

function unordered(node: Order, {over, at}: Iterating): Plan {
  if (node.limit !== undefined || node.offset > 0) throw refused('LIMIT', at);
  return over(node.input);
}
