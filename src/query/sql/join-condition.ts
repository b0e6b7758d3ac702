import type {Expression} from '../expression.ts';
import {conjunctsOf} from '../optimise-expression.ts';
import type {Join, Plan} from '../plan.ts';
import {type Attached, attach} from './attach.ts';
import type {Coercion} from './coerce.ts';
import {notSupported} from './context.ts';
import {allTrue, columnsOf, joinOf, named, projectOf} from './plan-parts.ts';
import type {Level, Subquery} from './scope.ts';
import {columnAt, movedRight, SUBQUERY, slotsIn, withSlots} from './slots.ts';
import {filteredBy} from './where.ts';

interface Joining extends Coercion {
  readonly type: Join['type'];
  readonly level: Level;
}

/**
 * Two plans joined ON a condition that may ask subqueries. Of an inner join they are
 * conditions like those of WHERE; of an outer one, which decides by them what meets, their
 * values become columns of the side that they read.
 */
export function joinedOn(
  sides: readonly [Plan, Plan],
  on: Expression | undefined,
  joining: Joining,
): Plan {
  const {type, level} = joining;
  const conjuncts = conjunctsOf(on);
  const asking = conjuncts.filter((one) => slotsIn([one], 'subquery').length > 0);
  if (asking.length === 0) return joinOf(type, sides, on);
  if (type !== 'inner') return joinedWithValues(sides, on as Expression, joining);
  const others = conjuncts.filter((one) => !asking.includes(one));
  const joined = joinOf('inner', sides, allTrue(others));
  return filteredBy(joined, allTrue(asking) as Expression, {
    ...joining,
    level,
    over: (expression) => expression,
  });
}

function joinedWithValues(
  [left, right]: readonly [Plan, Plan],
  on: Expression,
  joining: Joining,
): Plan {
  const {subqueries} = joining.level;
  const width = left.columns.length;
  const slots = slotsIn([on], 'subquery');
  const isLeft = (at: number): boolean => {
    const read = columnsRead(at, subqueries);
    if (read.every((column) => column >= width)) return false;
    if (read.every((column) => column < width)) return true;
    throw notSupported(
      joining.context,
      joining.location,
      'a subquery in ON of an outer join that reads both of its sides',
      'put it into a LEFT JOIN LATERAL (SELECT … WHERE …) ON true',
    );
  };
  const values = (of: (at: number) => boolean): Expression[] =>
    slots.filter(of).map((at) => columnAt(SUBQUERY + at, subqueries[at]?.type ?? on.type));
  const own = {...joining, subqueries, over: (one: Expression) => one};
  const first = attach(left, values(isLeft), own);
  const behind = {...own, over: (one: Expression) => movedRight(one, -width)};
  const second = attach(
    right,
    values((at) => !isLeft(at)),
    behind,
  );
  const condition = overBoth(on, {width, first, second});
  const joined = joinOf(joining.type, [first.plan, second.plan], condition);
  const kept = [...columnsOf(left.columns), ...columnsOf(right.columns, first.plan.columns.length)];
  return projectOf(joined, named([...left.columns, ...right.columns], kept));
}

/** The condition over the wider sides: columns moved, slots replaced by their values. */
function overBoth(
  on: Expression,
  {width, first, second}: {width: number; first: Attached; second: Attached},
): Expression {
  const by = first.plan.columns.length;
  const moved = withSlots(on, 'input', (at, type) =>
    columnAt(at < width ? at : at - width + by, type),
  );
  return withSlots(moved, 'subquery', (at, type) => {
    const own = first.values.get(at);
    if (own) return own;
    const others = second.values.get(at) ?? columnAt(at, type);
    return movedRight(others, by);
  });
}

/** The columns of the join that a subquery reads, by what it asks other subqueries too. */
function columnsRead(at: number, subqueries: readonly Subquery[]): number[] {
  const {refs = [], left} = subqueries[at] ?? {};
  const read = [...refs, ...(left ? [left] : [])];
  const deeper = slotsIn(read, 'subquery').flatMap((other) => columnsRead(other, subqueries));
  return [...slotsIn(read, 'input'), ...deeper];
}
