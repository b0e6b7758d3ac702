import {BOOL, INT8} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {sqlAggregate} from '../functions/aggregates.ts';
import type {Aggregate, AggregateFunction, Plan} from '../plan.ts';
import type {Coercion} from './coerce.ts';
import {comparison} from './comparison.ts';
import {correlated} from './correlate.ts';
import {
  allTrue,
  columnsOf,
  filterOf,
  joinOf,
  named,
  ONE_ROW,
  projectOf,
  sameValue,
} from './plan-parts.ts';
import {problems} from './problems.ts';
import type {Subquery} from './scope.ts';
import {columnAt, slotsIn, withSlots} from './slots.ts';

/** A plan, and what the slots of its subqueries have become over its rows. */
export interface Attached {
  readonly plan: Plan;
  readonly values: ReadonlyMap<number, Expression>;
}

interface Attaching extends Coercion {
  readonly subqueries: readonly Subquery[];
  /** How an expression over FROM reads over the plan's rows; the identity before GROUP BY. */
  readonly over: (expression: Expression) => Expression;
}

/** Joins to a plan the values of the subqueries that the expressions use. */
export function attach(
  plan: Plan,
  expressions: readonly Expression[],
  attaching: Attaching,
): Attached {
  const values = new Map<number, Expression>();
  let joined = plan;
  const use = (at: number): void => {
    if (values.has(at)) return;
    const subquery = attaching.subqueries[at] as Subquery;
    const inner = [...subquery.refs, ...(subquery.left ? [subquery.left] : [])];
    for (const other of slotsIn(inner, 'subquery')) use(other);
    const read = (expression: Expression): Expression =>
      withValues(attaching.over(expression), values);
    const refs = subquery.refs.map(read);
    const left = subquery.left && read(subquery.left);
    const next = attachOne(joined, {...subquery, refs, left}, attaching);
    joined = next.plan;
    values.set(at, next.value);
  };
  for (const at of slotsIn(expressions, 'subquery')) use(at);
  return {plan: joined, values};
}

export const withValues = (
  expression: Expression,
  values: ReadonlyMap<number, Expression>,
): Expression =>
  withSlots(expression, 'subquery', (at, type) => values.get(at) ?? columnAt(at, type));

interface One {
  readonly plan: Plan;
  readonly value: Expression;
}

function attachOne(plan: Plan, subquery: Subquery, at: Coercion): One {
  switch (subquery.kind) {
    case 'scalar':
      return scalar(plan, subquery, at);
    case 'exists':
      return exists(plan, subquery, at);
    case 'in':
      return membership(plan, subquery, at);
    case 'compared':
      return compared(plan, subquery, at);
  }
}

/** The rows that the subquery is asked for: each combination of what it reads, once. */
function domainOf(plan: Plan, refs: readonly Expression[]): Plan {
  if (refs.length === 0) return ONE_ROW;
  const items = refs.map((expression, i) => ({name: `outer_${i + 1}`, expression}));
  const input = projectOf(plan, items);
  return {kind: 'distinct', columns: input.columns, input};
}

/** The subquery's rows, behind the columns of its domain. */
function rowsOf(plan: Plan, {refs, plan: inner}: Subquery, at: Coercion): Plan {
  return refs.length === 0 ? inner : correlated(inner, domainOf(plan, refs), at);
}

/** LEFT JOIN with what has one row, or none, for each of the domain. */
function leftJoin(plan: Plan, right: Plan, refs: readonly Expression[]): Plan {
  const width = plan.columns.length;
  const agree = refs.map((ref, i) => sameValue(ref, columnAt(width + i, ref.type)));
  return singleJoin([plan, right], allTrue(agree));
}

/** A subquery's value is a column more of its row, which stays the same row when it changes. */
const singleJoin = (sides: readonly [Plan, Plan], on: Expression | undefined): Plan => ({
  ...joinOf('left', sides, on),
  single: true,
});

const grouped = (input: Plan, count: number, aggregates: Aggregate['aggregates']): Aggregate => {
  const groupBy = columnsOf(input.columns.slice(0, count));
  return {
    kind: 'aggregate',
    input,
    groupBy,
    aggregates,
    columns: [
      ...input.columns.slice(0, count),
      ...aggregates.map((call) => ({name: call.function.name, type: call.type})),
    ],
  };
};

function scalar(plan: Plan, subquery: Subquery, at: Coercion): One {
  const {refs, single, type} = subquery;
  const rows = rowsOf(plan, subquery, at);
  const value = columnAt(refs.length, type);
  const call = {distinct: false, filter: undefined, orderBy: [], args: [value], type};
  const one = single ? rows : grouped(rows, refs.length, [{...call, function: ONLY}]);
  return {
    plan: leftJoin(plan, one, refs),
    value: columnAt(plan.columns.length + refs.length, type),
  };
}

/** The value of the only row. A second one is an error, as it is in Postgres. */
const ONLY: AggregateFunction = {
  kind: 'listing',
  name: 'only',
  skipsNulls: false,
  compute: (values) => {
    if (values.length > 1) {
      throw problems['sql-value']({
        message: 'more than one row returned by a subquery used as an expression',
        hint: 'aggregate in it, or add LIMIT 1 with an ORDER BY',
      });
    }
    return values[0] ?? null;
  },
};

function exists(plan: Plan, subquery: Subquery, at: Coercion): One {
  const {refs} = subquery;
  const rows = rowsOf(plan, subquery, at);
  const counted = grouped(rows, refs.length, [count([])]);
  return {
    plan: leftJoin(plan, counted, refs),
    value: isPositive(columnAt(plan.columns.length + refs.length, INT8), at),
  };
}

function count(args: readonly Expression[]): Aggregate['aggregates'][number] {
  const found = sqlAggregate(
    'count',
    args.map(({type}) => type),
  );
  if (!found) throw new Error('there is no count');
  return {
    function: found.function,
    args,
    distinct: false,
    filter: undefined,
    orderBy: [],
    type: INT8,
  };
}

const zero: Expression = {kind: 'literal', value: 0, type: INT8};

/** A count is more than none; one that is missing is none. */
function isPositive(counted: Expression, at: Coercion): Expression {
  const present: Expression = {kind: 'coalesce', args: [counted, zero], type: INT8};
  return comparison('>', [present, zero], at);
}

/**
 * Three-valued: true where the value is among the rows; false where there are no rows, or
 * neither the value nor any row is null; else not known.
 */
function membership(plan: Plan, subquery: Subquery, at: Coercion): One {
  const {refs, left, equal} = subquery;
  if (!left || !equal) throw new Error('IN has a left side');
  const width = refs.length;
  const rows = rowsOf(plan, subquery, at);
  const column = columnAt(width, rows.columns[width]?.type ?? left.type);
  const totals = grouped(rows, width, [count([]), count([column])]);
  const counted = leftJoin(plan, totals, refs);
  const base = plan.columns.length;
  const total = columnAt(base + width, INT8);
  const present = columnAt(base + width + 1, INT8);

  const keyed = equal(left, columnAt(0, column.type));
  const compared = keyed.kind === 'call' ? (keyed.args[1] as Expression) : column;
  const value = withSlots(compared, 'input', (_, type) => columnAt(width, type));
  const known = filterOf(rows, {
    kind: 'not',
    arg: {kind: 'isNull', arg: value, type: BOOL},
    type: BOOL,
  });
  const values = projectOf(known, [
    ...named(rows.columns, columnsOf(rows.columns.slice(0, width))),
    {name: 'value', expression: value},
  ]);
  const set: Plan = {kind: 'distinct', columns: values.columns, input: values};
  const behind = counted.columns.length;
  const agree = refs.map((ref, i) => sameValue(ref, columnAt(behind + i, ref.type)));
  const match = equal(left, columnAt(behind + width, value.type));
  const joined = singleJoin([counted, set], allTrue([...agree, match]));
  const matched = columnAt(behind + width, value.type);
  return {plan: joined, value: judged({matched, left, total, present}, at)};
}

/**
 * Three-valued: decided by the least and the greatest value, unless there are no rows; not
 * known where the value or a row is null and the others do not decide it.
 */
function compared(plan: Plan, subquery: Subquery, at: Coercion): One {
  const {refs, left, bounds} = subquery;
  if (!left || !bounds) throw new Error('a comparison has a left side');
  const width = refs.length;
  const rows = rowsOf(plan, subquery, at);
  const type = rows.columns[width]?.type ?? left.type;
  const column = columnAt(width, type);
  const ends = [extremeOf('min', column), extremeOf('max', column)];
  const totals = grouped(rows, width, [...ends, count([]), count([column])]);
  const [total, present] = [columnAt(width + 2, INT8), columnAt(width + 3, INT8)];
  // How many there are does not matter: rows are told again only where an answer may differ.
  const facts = projectOf(totals, [
    ...named(totals.columns, columnsOf(totals.columns.slice(0, width + 2))),
    {name: 'some', expression: isPositive(total, at)},
    {name: 'gaps', expression: comparison('>', [total, present], at)},
  ]);
  const base = plan.columns.length + width;
  const [least, greatest] = [columnAt(base, type), columnAt(base + 1, type)];
  const none = not({
    kind: 'coalesce',
    args: [columnAt(base + 2, BOOL), constantTruth(false)],
    type: BOOL,
  });
  const holds = bounds.holds(left, {least, greatest});
  const open: Expression = {
    kind: 'or',
    args: [isNull(left), columnAt(base + 3, BOOL)],
    type: BOOL,
  };
  const value: Expression = {
    kind: 'case',
    type: BOOL,
    branches: [
      branch(none, bounds.all),
      branch(bounds.all ? not(holds) : holds, !bounds.all),
      branch(open, null),
    ],
    otherwise: constantTruth(bounds.all),
  };
  return {plan: leftJoin(plan, facts, refs), value};
}

function extremeOf(name: 'min' | 'max', column: Expression): Aggregate['aggregates'][number] {
  const found = sqlAggregate(name, [column.type]);
  if (!found) throw new Error(`there is no ${name}`);
  const {function: called, type} = found;
  return {function: called, args: [column], distinct: false, filter: undefined, orderBy: [], type};
}

const isNull = (arg: Expression): Expression => ({kind: 'isNull', arg, type: BOOL});
const not = (arg: Expression): Expression => ({kind: 'not', arg, type: BOOL});
const constantTruth = (value: boolean | null): Expression => ({kind: 'literal', value, type: BOOL});
const branch = (when: Expression, value: boolean | null) => ({
  when,
  // biome-ignore lint/suspicious/noThenProperty: CASE's own word, on data nobody awaits.
  then: constantTruth(value),
});

function judged(
  parts: {matched: Expression; left: Expression; total: Expression; present: Expression},
  at: Coercion,
): Expression {
  const {matched, left, total, present} = parts;
  const gaps = comparison('>', [total, present], at);
  return {
    kind: 'case',
    type: BOOL,
    branches: [
      branch(not(isNull(matched)), true),
      branch(not(isPositive(total, at)), false),
      branch({kind: 'or', args: [isNull(left), gaps], type: BOOL}, null),
    ],
    otherwise: constantTruth(false),
  };
}
