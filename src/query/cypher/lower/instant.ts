import type {Integer} from '../../../data/integer.ts';
import {MICROS_PER_DAY} from '../../../data/temporal-calendar.ts';
import {INTERVAL, isInteger, TIMESTAMPTZ} from '../../../data/type.ts';
import {Interval, type Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import {problems} from '../problems.ts';
import {CypherDuration} from '../temporal/duration.ts';
import {Moment} from '../temporal/moment.ts';
import {anyText} from '../values/any.ts';
import {isWhole} from '../values/number.ts';
import {toAny} from './convert.ts';
import {call, retyped, strict} from './function.ts';

const MICROS_PER_MILLI = 1000;

/**
 * A moment as microseconds since 1970: of a date, a date with a time (in UTC where it has
 * no zone), or a whole number of milliseconds.
 */
export function toInstant(expression: Expression): Expression {
  const {kind} = expression.type;
  if (kind === 'timestamptz' || kind === 'timestamp') return retyped(expression, TIMESTAMPTZ);
  if (kind === 'date') return call(START_OF_DAY, [expression], TIMESTAMPTZ);
  return call(INSTANT, [toAny(expression)], TIMESTAMPTZ);
}

const START_OF_DAY = strict('start_of_day', (days) => (days as number) * MICROS_PER_DAY);

const INSTANT = strict('instant', (value) => {
  if (isWhole(value)) return Number(value) * MICROS_PER_MILLI;
  if (value instanceof Moment && value.hasDate) return microsOf(value);
  // The infinities of Postgres come as texts.
  if (value === 'infinity') return Infinity;
  if (value === '-infinity') return -Infinity;
  const message = `a date, a time with a date or milliseconds are needed here, and not ${anyText(value)}`;
  throw problems['cypher-value']({message});
});

/** Microseconds since 1970, and parts of them, of a moment with a date. */
export function microsOf(moment: Moment): number {
  const {days, nanos} = moment.utc();
  return days * MICROS_PER_DAY + nanos / 1000;
}

/** A duration, or a whole number of milliseconds, as an interval. */
export function toInterval(expression: Expression): Expression {
  if (expression.type.kind === 'interval') return expression;
  return call(isInteger(expression.type) ? MILLIS : DURATION, [toAny(expression)], INTERVAL);
}

const MILLIS = strict('milliseconds', (value) => milliseconds(value as Integer));

const DURATION = strict('interval', (value) => {
  if (value instanceof CypherDuration) return intervalOf(value);
  if (isWhole(value)) return milliseconds(value);
  const message = `a duration or milliseconds are needed here, and not ${anyText(value)}`;
  throw problems['cypher-value']({message});
});

const milliseconds = (count: Integer): Interval =>
  new Interval(0, 0, Number(count) * MICROS_PER_MILLI);

function intervalOf({months, days, nanos}: CypherDuration): Interval {
  return new Interval(Number(months), Number(days), Math.trunc(Number(nanos) / 1000));
}

/** An interval taken away instead of added. */
export const negatedInterval = (interval: Expression): Expression =>
  call(NEGATED, [interval], INTERVAL);

const NEGATED = strict('negated', (value: Value) => {
  const {months, days, micros} = value as Interval;
  return new Interval(0 - months, 0 - days, 0 - Number(micros));
});
