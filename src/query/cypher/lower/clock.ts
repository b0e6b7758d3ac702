import {MICROS_PER_DAY} from '../../../data/temporal-calendar.ts';
import {BOOL, INT8, INTERVAL, isInteger, isNumber, type Type} from '../../../data/type.ts';
import {Interval, type Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import type {TimeCall} from '../../plan.ts';
import {type ClockUnit, nowComparison} from '../../time/now.ts';
import {problems as timeProblems} from '../../time/problems.ts';
import type {Call, Comparison, ComparisonOperator, Expr} from '../ast.ts';
import {print} from '../print.ts';
import {problems} from '../problems.ts';
import {Moment, type MomentKind} from '../temporal/moment.ts';
import {asFloat, isNumeric} from '../values/number.ts';
import {anyInside} from '../walk.ts';
import {compare, toPlainFloat} from './comparison.ts';
import {literal, NULL, toAny} from './convert.ts';
import {call, strict} from './function.ts';
import {microsOf, negatedInterval, toInterval} from './instant.ts';
import type {Site} from './site.ts';

/** What a side of a comparison that holds the current time counts, and by what it is moved. */
interface ClockSide {
  readonly unit: ClockUnit;
  /** The type of value it is, or `number`. */
  readonly of: 'number' | MomentKind;
  readonly shift: Expression;
}

const CLOCK =
  /^(date|localtime|time|localdatetime|datetime)(?:\.(?:statement|transaction|realtime))?$/;

/** What a call without arguments reads from the clock; undefined for any other. */
function clockOf(expr: Expr): MomentKind | 'timestamp' | undefined {
  if (expr.kind !== 'call' || expr.args.length > 0) return undefined;
  const name = expr.name.toLowerCase();
  if (name === 'timestamp') return name;
  return CLOCK.exec(name)?.[1] as MomentKind | undefined;
}

/** Whether two readings are of one clock: within a step they tell the same time. */
export const isOneClock = (a: Expr, b: Expr): boolean =>
  clockOf(a) !== undefined && print(a) === print(b);

const holdsClock = (expr: Expr): boolean =>
  anyInside(expr, (inner) => clockOf(inner) !== undefined);

/** Whether a side of a comparison is computed from the current time. */
export const isClockComparison = (expr: Expr): expr is Comparison =>
  expr.kind === 'comparison' && expr.operands.some(holdsClock);

/**
 * A comparison with the current time: `column` gives the rows a column of time and answers
 * how to read it. Of a chain, pairs without a clock are compared as ever.
 */
export function clockComparison(
  site: Site,
  expr: Comparison,
  column: (call: TimeCall) => Expression,
): Expression {
  const pairs = expr.operators.map((operator, i): Expression => {
    const [left, right] = expr.operands.slice(i, i + 2);
    if (!left || !right) throw new Error('a comparison has two sides');
    if (!holdsClock(left) && !holdsClock(right)) {
      return compare(operator, site.lower(left), site.lower(right));
    }
    const turned = !holdsClock(left);
    const [timely, timeless] = turned ? [right, left] : [left, right];
    const call = nowCall(site, turned ? TURNED[operator] : operator, timely, timeless);
    return call ? column(call) : literal(null, BOOL);
  });
  const [only, ...others] = pairs;
  return only && others.length === 0 ? only : {kind: 'and', args: pairs, type: BOOL};
}

const TURNED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function nowCall(
  site: Site,
  operator: ComparisonOperator,
  timely: Expr,
  timeless: Expr,
): TimeCall | undefined {
  const side = holdsClock(timeless) ? undefined : clockSide(site, timely);
  if (!side) {
    const place = site.context.place(timely.span);
    const what = 'the current time';
    site.context.report(timeProblems['current-time']({what}, {place}));
    return undefined;
  }
  const other = otherSide(site, side, timeless);
  if (!other) return undefined;
  return {function: nowComparison(operator, side.unit), args: [other, side.shift], type: BOOL};
}

/** A clock, alone or with one duration (or number) added to it or taken away. */
function clockSide(site: Site, expr: Expr): ClockSide | undefined {
  if (expr.kind === 'binary' && (expr.operator === '+' || expr.operator === '-')) {
    const [base, shift] =
      expr.operator === '+' && holdsClock(expr.right)
        ? [expr.right, expr.left]
        : [expr.left, expr.right];
    const clock = plainClock(base);
    if (!clock || holdsClock(shift)) return undefined;
    return shifted(site, clock, {by: shift, back: expr.operator === '-'});
  }
  const clock = plainClock(expr);
  return clock && {...clock, shift: clock.of === 'number' ? ZERO : NO_INTERVAL};
}

const ZERO = literal(0, INT8);
const NO_INTERVAL = literal(new Interval(0, 0, 0), INTERVAL);

function plainClock(expr: Expr): Omit<ClockSide, 'shift'> | undefined {
  if (expr.kind === 'property' && clockOf(expr.of) === 'datetime') {
    if (expr.key.name === 'epochMillis') return {unit: 'millisecond', of: 'number'};
    return expr.key.name === 'epochSeconds' ? {unit: 'second', of: 'number'} : undefined;
  }
  const kind = clockOf(expr);
  if (kind === 'timestamp') return {unit: 'millisecond', of: 'number'};
  if (kind === 'date') return {unit: 'day', of: kind};
  return kind === 'datetime' || kind === 'localdatetime'
    ? {unit: 'microsecond', of: kind}
    : undefined;
}

function shifted(
  site: Site,
  clock: Omit<ClockSide, 'shift'>,
  {by, back}: {by: Expr; back: boolean},
): ClockSide | undefined {
  const shift = site.lower(by);
  if (clock.of !== 'number') {
    const interval = toInterval(shift);
    return {...clock, shift: back ? negatedInterval(interval) : interval};
  }
  if (!isInteger(shift.type)) return undefined;
  return {...clock, shift: back ? call(MINUS, [shift], INT8) : shift};
}

const MINUS = strict('minus', (value) => 0 - Number(value));

/** The types of columns that compare with a clock as they are. */
const COLUMN_TYPES: Readonly<Record<string, string>> = {
  date: 'date',
  localdatetime: 'timestamp',
  datetime: 'timestamptz',
};

/** The other side, as a number of the clock's units. */
function otherSide(site: Site, {of}: ClockSide, expr: Expr): Expression | undefined {
  const other = site.lower(expr);
  const {type} = other;
  if (of === 'number') {
    if (isNumber(type)) return toPlainFloat(other);
    return type.kind === 'any' ? call(NUMBER, [other], FLOAT) : refuseType(site, expr, {of, type});
  }
  if (type.kind === COLUMN_TYPES[of]) return other;
  if (type.kind === 'any') return call(COUNTS[of], [toAny(other)], FLOAT);
  return refuseType(site, expr, {of, type});
}

const FLOAT: Type = {kind: 'float8'};

const NUMBER = strict('number', (value) => (isNumeric(value) ? asFloat(value) : null));

const counted = (kind: MomentKind, count: (moment: Moment) => number) =>
  strict(`count_of_${kind}`, (value: Value) => {
    if (value === 'infinity') return Infinity;
    if (value === '-infinity') return -Infinity;
    return value instanceof Moment && value.kind === kind ? count(value) : null;
  });

/** What is no moment of the kind compares with none. */
const COUNTS: Readonly<Record<MomentKind, ReturnType<typeof counted>>> = {
  date: counted('date', ({days}) => days),
  localdatetime: counted('localdatetime', microsOf),
  datetime: counted('datetime', microsOf),
  localtime: counted('localtime', (moment) => microsOf(moment) % MICROS_PER_DAY),
  time: counted('time', (moment) => microsOf(moment) % MICROS_PER_DAY),
};

const CLOCKS: Readonly<Record<string, string>> = {
  date: 'date()',
  timestamp: 'localdatetime()',
  timestamptz: 'datetime()',
  int2: 'timestamp()',
  int4: 'timestamp()',
  int8: 'timestamp()',
};

function refuseType(site: Site, expr: Expr, {of, type}: {of: string; type: Type}): undefined {
  const place = site.context.place(expr.span);
  const message = `a value of type ${type.kind} does not compare with the current ${of}`;
  const clock = CLOCKS[type.kind];
  const hint = clock === undefined ? undefined : `compare it with ${clock}`;
  site.context.report(problems['cypher-type']({message, hint}, {place}));
  return undefined;
}

/** A clock that is read where nothing is compared with it. */
export function refuseClock(site: Site, expr: Call): Expression {
  const place = site.context.place(expr.span);
  const what = `the current time, ${expr.name}(),`;
  site.context.report(timeProblems['current-time']({what}, {place}));
  return NULL;
}
