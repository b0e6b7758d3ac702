import type {Integer} from '../../data/integer.ts';
import {
  dateOf,
  dayOfMicros,
  daysInMonth,
  daysOf,
  MICROS_PER_DAY,
  microsOf,
  timeOfMicros,
} from '../../data/temporal-calendar.ts';
import {isFiniteInterval} from '../../data/temporal-interval.ts';
import {Interval} from '../../data/value.ts';
import {fieldNamed, unknownField, weekday} from './calendar-fields.ts';
import {between, negated} from './interval-arithmetic.ts';

const CLOCK: Readonly<Record<string, number>> = {
  microseconds: 1,
  milliseconds: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
  day: MICROS_PER_DAY,
};

/** date_trunc: the beginning of the minute, day, month … that a moment is in. */
export function truncated(unit: string, moment: Integer): Integer {
  const field = fieldNamed(unit);
  const infinite = moment === Infinity || moment === -Infinity;
  const micros = Object.hasOwn(CLOCK, field) ? CLOCK[field] : undefined;
  if (micros !== undefined) {
    if (infinite) return moment;
    const time = timeOfMicros(moment);
    return microsOf(dayOfMicros(moment), time - (time % micros));
  }
  const start = infinite ? firstDay(field, 0) : firstDay(field, dayOfMicros(moment));
  if (start === undefined) throw unknownField(field, 'timestamp');
  return infinite ? moment : microsOf(start, 0);
}

function firstDay(field: string, days: number): number | undefined {
  const {year, month} = dateOf(days);
  switch (field) {
    case 'week':
      return days - weekday(days) + 1;
    case 'month':
      return daysOf(year, month, 1);
    case 'quarter':
      return daysOf(year, month - ((month - 1) % 3), 1);
    case 'year':
      return daysOf(year, 1, 1);
    case 'decade':
      return daysOf(Math.floor(year / 10) * 10, 1, 1);
    case 'century':
      return daysOf(Math.floor((year - 1) / 100) * 100 + 1, 1, 1);
    case 'millennium':
      return daysOf(Math.floor((year - 1) / 1000) * 1000 + 1, 1, 1);
    default:
      return undefined;
  }
}

const MONTHS: Readonly<Record<string, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12_000,
};

export function truncatedInterval(unit: string, interval: Interval): Interval {
  const field = fieldNamed(unit);
  const {months, days, micros} = interval;
  const size = Object.hasOwn(MONTHS, field) ? MONTHS[field] : undefined;
  if (!isFiniteInterval(interval)) return interval;
  if (size !== undefined) return new Interval(months - (months % size) + 0, 0, 0);
  const part = Object.hasOwn(CLOCK, field) ? CLOCK[field] : undefined;
  if (part === undefined) throw unknownField(field, 'interval');
  if (field === 'day') return new Interval(months, days, 0);
  return new Interval(months, days, Number(micros) - (Number(micros) % part) + 0);
}

/** age: the time between two moments in years, months and days of the calendar. */
export function age(later: Integer, earlier: Integer): Interval {
  if ([later, earlier].some((one) => one === Infinity || one === -Infinity)) {
    return between(later, earlier);
  }
  return later < earlier ? negated(calendarAge(earlier, later)) : calendarAge(later, earlier);
}

/** Days that are missing are those of the month of the earlier moment. */
function calendarAge(later: Integer, earlier: Integer): Interval {
  const to = dateOf(dayOfMicros(later));
  const from = dateOf(dayOfMicros(earlier));
  let micros = timeOfMicros(later) - timeOfMicros(earlier);
  let days = to.day - from.day;
  let months = (to.year - from.year) * 12 + to.month - from.month;
  if (micros < 0) {
    micros += MICROS_PER_DAY;
    days -= 1;
  }
  if (days < 0) {
    days += daysInMonth(from.year, from.month);
    months -= 1;
  }
  return new Interval(months, days, micros);
}
