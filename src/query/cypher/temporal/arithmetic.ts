import {floatDecimal} from '../../../data/any.ts';
import type {Decimal} from '../../../data/decimal.ts';
import type {Value} from '../../../data/value.ts';
import {CypherFloat} from '../values/float.ts';
import {asDecimal, isNumeric} from '../values/number.ts';
import {plusMonths} from './calendar.ts';
import {CypherDuration} from './duration.ts';
import {dividedBy, timesNumber} from './duration-of.ts';
import {Moment, NANOS_PER_DAY} from './moment.ts';
import {offsetAt} from './zone.ts';

/** `+` of temporal values; undefined where the two have no sum. */
export function addTemporal(a: Value, b: Value): Value | undefined {
  if (a instanceof CypherDuration && b instanceof CypherDuration) return a.plus(b);
  if (a instanceof Moment && b instanceof CypherDuration) return later(a, b);
  return a instanceof CypherDuration && b instanceof Moment ? later(b, a) : undefined;
}

/** `-`: two moments have no difference here, but a duration between them. */
export function subtractTemporal(a: Value, b: Value): Value | undefined {
  if (!(b instanceof CypherDuration)) return undefined;
  if (a instanceof CypherDuration) return a.plus(b.negated());
  return a instanceof Moment ? later(a, b.negated()) : undefined;
}

export function multiplyTemporal(a: Value, b: Value): Value | undefined {
  if (a instanceof CypherDuration && isNumeric(b)) return timesNumber(a, decimal(b));
  return b instanceof CypherDuration && isNumeric(a) ? timesNumber(b, decimal(a)) : undefined;
}

export function divideTemporal(a: Value, b: Value): Value | undefined {
  return a instanceof CypherDuration && isNumeric(b) ? dividedBy(a, decimal(b)) : undefined;
}

type Numeric = Parameters<typeof asDecimal>[0] | CypherFloat;

const decimal = (value: Numeric): Decimal =>
  value instanceof CypherFloat ? floatDecimal(value.value) : asDecimal(value);

/**
 * Months first, then days, on the calendar and the clock of the place; then the seconds,
 * as they pass: across a change of clocks, a day and 24 hours are not the same.
 */
function later(moment: Moment, {months, days, nanos}: CypherDuration): Moment {
  const {kind, zone} = moment;
  const date = moment.hasDate ? plusMonths(moment.days, Number(months)) + Number(days) : 0;
  const perDay = BigInt(NANOS_PER_DAY);
  if (kind === 'date') return new Moment(kind, {days: date + Number(BigInt(nanos) / perDay)});
  const start = new Moment(kind, {days: date, nanos: moment.nanos, zone});
  const total = BigInt(start.nanos) + BigInt(nanos);
  const clock = ((total % perDay) + perDay) % perDay;
  const moved = {days: date + Number((total - clock) / perDay), nanos: Number(clock)};
  if (!moment.hasDate) return new Moment(kind, {nanos: moved.nanos, zone});
  if (zone?.kind !== 'named') return new Moment(kind, {...moved, zone});
  const second = moved.days * 86_400 + Math.floor(moved.nanos / 1e9) - start.offset;
  const shift = (offsetAt(zone, second) - start.offset) * 1e9;
  const shown = moved.nanos + shift;
  const carry = Math.floor(shown / NANOS_PER_DAY);
  return new Moment(kind, {days: moved.days + carry, nanos: shown - carry * NANOS_PER_DAY, zone});
}
