import type {Column} from '../../data/schema.ts';
import {INT4, type Type} from '../../data/type.ts';
import type {Problem} from '../../lib/problem.ts';
import type {Expression} from '../expression.ts';
import {sqlAggregate} from '../functions/aggregates.ts';
import {withParts} from '../optimise-expression.ts';
import type {Aggregate, AggregateCall, Plan} from '../plan.ts';
import {type Context, problemAt} from './context.ts';
import {mapCall} from './plan-expressions.ts';
import {columnsOf, projectOf} from './plan-parts.ts';
import {problems} from './problems.ts';
import {sameExpression} from './same.ts';
import type {Relation, Scope} from './scope.ts';
import {columnAt, slotOf} from './slots.ts';

/** What a SELECT is grouped by: each set, as places among the expressions. */
export interface Groups {
  readonly expressions: readonly Expression[];
  /** One of all expressions, unless there are GROUPING SETS, ROLLUP or CUBE. */
  readonly sets: readonly (readonly number[])[];
}

export interface Grouped {
  readonly plan: () => Plan;
  /** An expression over FROM, over the groups; throws for a column that has no one value. */
  readonly over: (expression: Expression, location: number) => Expression;
}

interface Grouping {
  readonly context: Context;
  readonly scope: Scope;
  readonly input: Plan;
  readonly groups: Groups;
  readonly aggregates: readonly AggregateCall[];
  /** The arguments of each GROUPING(), over FROM. */
  readonly groupings: readonly (readonly Expression[])[];
  /** How an expression over FROM reads over `input`: with the values of subqueries. */
  readonly read: (expression: Expression) => Expression;
}

/**
 * GROUP BY. A column of a table whose key is grouped by has one value in each group, too,
 * and comes along when it is used; so `plan` is asked for after all expressions.
 */
export function grouping(of: Grouping): Grouped {
  const {groups, aggregates, scope, context} = of;
  const carried: Expression[] = [];
  const groupings: (readonly number[])[] = [];
  const whole = groups.sets.length === 1;
  const determined = whole ? determinedRelations(scope.relations, groups.expressions) : [];

  function over(expression: Expression, location: number): Expression {
    const at = groups.expressions.findIndex((key) => sameExpression(key, expression));
    if (at >= 0) return columnAt(at, expression.type);
    if (expression.kind !== 'column') {
      return withParts(expression, (part) => over(part, location));
    }
    const slot = slotOf(expression.index);
    if (slot.kind === 'aggregate') {
      return columnAt(groups.expressions.length + slot.at, expression.type);
    }
    if (slot.kind === 'grouping') return groupingAt(slot.at, location);
    if (slot.kind !== 'input') return expression;
    const owner = determined.some((relation) => has(relation, expression));
    if (!owner) throw ungrouped(context, location, nameOf(scope, expression));
    const known = carried.findIndex((one) => sameExpression(one, expression));
    const place = known < 0 ? carried.push(expression) - 1 : known;
    return columnAt(groups.expressions.length + aggregates.length + place, expression.type);
  }

  /** Behind the aggregates; of one set it is none of its bits. */
  function groupingAt(at: number, location: number): Expression {
    const places = (of.groupings[at] ?? []).map((arg) => {
      const place = groups.expressions.findIndex((key) => sameExpression(key, arg));
      if (place >= 0) return place;
      throw problemAt(context, location, problems['sql-grouping'], {
        message: 'an argument of GROUPING is no expression of GROUP BY',
        hint: 'give it what GROUP BY says, as it stands there',
      });
    });
    if (whole) return {kind: 'literal', value: 0, type: INT4};
    const known = groupings.findIndex((other) => String(other) === String(places));
    const place = known < 0 ? groupings.push(places) - 1 : known;
    return columnAt(groups.expressions.length + aggregates.length + place, INT4);
  }

  return {
    over,
    plan: () => {
      const calls = [...aggregates, ...carried.map(anyOf)].map((call) => mapCall(call, of.read));
      const keys = groups.expressions.map(of.read);
      return grouped(of.input, {keys, sets: groups.sets, calls, groupings});
    },
  };
}

function grouped(input: Plan, {sets, ...of}: Laid & {readonly sets: Groups['sets']}): Plan {
  const {keys, calls, groupings} = of;
  const plans = sets.map((set) => {
    const own = set.map((at) => keys[at] as Expression);
    const plan = aggregateOf(input, own, calls);
    const laidOut = set.length === keys.length && set.every((at, i) => at === i);
    return laidOut && groupings.length === 0 ? plan : spread(plan, {...of, set});
  });
  const [only, second] = plans;
  if (only && !second) return only;
  return {kind: 'union', all: true, inputs: plans, columns: (only as Plan).columns};
}

function aggregateOf(
  input: Plan,
  groupBy: readonly Expression[],
  aggregates: readonly AggregateCall[],
): Aggregate {
  const column = (name: string, type: Type): Column => ({name, type});
  return {
    kind: 'aggregate',
    input,
    groupBy,
    aggregates,
    columns: [
      ...groupBy.map(({type}, i) => column(`group_${i + 1}`, type)),
      ...aggregates.map((call) => column(call.function.name, call.type)),
    ],
  };
}

/** What the rows of all sets have, in this order. */
interface Laid {
  readonly keys: readonly Expression[];
  readonly calls: readonly AggregateCall[];
  /** The places of each GROUPING() among the keys. */
  readonly groupings: readonly (readonly number[])[];
}

/** A set's groups with nulls for the expressions that are not in it. */
function spread(
  plan: Aggregate,
  {keys, set, calls, groupings}: Laid & {readonly set: readonly number[]},
): Plan {
  const columns = columnsOf(plan.columns);
  const items = [
    ...keys.map(({type}, i): {name: string; expression: Expression} => {
      const at = set.indexOf(i);
      const none: Expression = {kind: 'literal', value: null, type};
      return {name: `group_${i + 1}`, expression: at < 0 ? none : (columns[at] as Expression)};
    }),
    ...calls.map((call, i) => ({
      name: call.function.name,
      expression: columns[set.length + i] as Expression,
    })),
    ...groupings.map((places) => ({name: 'grouping', expression: bitsOf(places, set)})),
  ];
  return projectOf(plan, items);
}

/** A bit for each place that is not in the set, the last place's the lowest. */
function bitsOf(places: readonly number[], set: readonly number[]): Expression {
  const value = places.reduce((bits, place) => bits * 2 + (set.includes(place) ? 0 : 1), 0);
  return {kind: 'literal', value, type: INT4};
}

/** Tables whose key is among the expressions: the rest of their row follows from it. */
function determinedRelations(
  relations: readonly Relation[],
  keys: readonly Expression[],
): readonly Relation[] {
  return relations.filter(({table, columns}) => {
    if (!table || table.keyColumns.length === 0) return false;
    return table.keyColumns.every((position) => {
      const column = columns[position]?.expression;
      return column && keys.some((key) => sameExpression(key, column));
    });
  });
}

const has = ({columns}: Relation, expression: Expression): boolean =>
  columns.some((column) => sameExpression(column.expression, expression));

/** The one value that a group has of a column: the least of values that are all the same. */
function anyOf(expression: Expression): AggregateCall {
  const found = sqlAggregate('min', [expression.type]);
  if (!found) throw new Error('there is no min');
  return {
    function: found.function,
    args: [expression],
    distinct: false,
    filter: undefined,
    orderBy: [],
    type: expression.type,
  };
}

const nameOf = ({visible}: Scope, expression: Expression): string =>
  visible.find((column) => sameExpression(column.expression, expression))?.name ?? 'a column';

/** What is said of a column that has no one value in a group. */
export const ungrouped = (
  context: Pick<Context, 'text'>,
  location: number,
  name: string,
): Problem =>
  problemAt(context, location, problems['sql-grouping'], {
    message: `the column "${name}" must appear in GROUP BY or be used in an aggregate function`,
    hint: `GROUP BY ${name}, or select max(${name})`,
  });
