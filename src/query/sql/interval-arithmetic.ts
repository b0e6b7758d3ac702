import {
  addIntegers,
  divideIntegers,
  type Integer,
  integer,
  negateInteger,
  remainderOfIntegers,
} from '../../data/integer.ts';
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
import {roundedToEven} from './numbers.ts';
import {problems} from './problems.ts';

const outOfRange = () => problems['sql-out-of-range']({type: 'interval'});

const isInfinite = (moment: Integer): boolean => moment === Infinity || moment === -Infinity;

/** A moment some months, days and microseconds later; a day that a month lacks is its last. */
export function addInterval(moment: Integer, interval: Interval): Integer {
  if (isInfinite(moment) || !isFiniteInterval(interval)) return addInfinite(moment, interval);
  let days = dayOfMicros(moment);
  if (interval.months !== 0) days = addMonths(days, interval.months);
  const date = microsOf(days + interval.days, timeOfMicros(moment));
  return inRange(addIntegers(date, interval.micros));
}

function addInfinite(moment: Integer, interval: Interval): Integer {
  if (!isInfinite(moment)) return interval.months;
  if (!isFiniteInterval(interval) && interval.months !== moment) {
    throw problems['sql-out-of-range']({type: 'timestamp'});
  }
  return moment;
}

export function addMonths(days: number, months: number): number {
  const {year, month, day} = dateOf(days);
  const count = year * 12 + month - 1 + months;
  const [newYear, newMonth] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1];
  return daysOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** Postgres's timestamps reach from 4713 BC to the year 294276. */
const FIRST = -210_866_803_200_000_000n;
const AFTER_LAST = 9_224_318_016_000_000_000n;

function inRange(moment: Integer): Integer {
  if (moment < FIRST || moment >= AFTER_LAST) {
    throw problems['sql-out-of-range']({type: 'timestamp'});
  }
  return moment;
}

/** The time between two moments, in days of 24 hours and the rest. */
export function between(later: Integer, earlier: Integer): Interval {
  if (isInfinite(later) || isInfinite(earlier)) {
    if (later === earlier) throw outOfRange();
    const sign = isInfinite(later) ? Number(later) : -Number(earlier);
    return new Interval(sign, sign, sign);
  }
  const micros = addIntegers(later, negateInteger(earlier));
  const days = divideIntegers(micros, MICROS_PER_DAY);
  return new Interval(0, Number(days), remainderOfIntegers(micros, MICROS_PER_DAY));
}

export const negated = ({months, days, micros}: Interval): Interval =>
  new Interval(
    0 - months,
    0 - days,
    micros === Infinity || micros === -Infinity ? -Number(micros) : negateInteger(micros),
  );

export function addIntervals(a: Interval, b: Interval): Interval {
  if (!isFiniteInterval(a) || !isFiniteInterval(b)) {
    if (isFiniteInterval(a)) return b;
    if (!isFiniteInterval(b) && a.months !== b.months) throw outOfRange();
    return a;
  }
  return new Interval(a.months + b.months, a.days + b.days, addIntegers(a.micros, b.micros));
}

const DAYS_PER_MONTH = 30;
const SECONDS_PER_DAY = 86_400;

/** To microseconds, as Postgres rounds fractions of seconds (TSROUND). */
const rounded = (seconds: number): number => roundedToEven(seconds * 1e6) / 1e6;

/** interval × factor; what is left of a month becomes days, and of a day a time. */
export function multiplied(
  {months, days, micros}: Interval,
  by: (part: number) => number,
): Interval {
  const [wholeMonths, wholeDays] = [Math.trunc(by(months)), Math.trunc(by(days))];
  const monthDays = rounded((by(months) - wholeMonths) * DAYS_PER_MONTH);
  const restOfDays = by(days) - wholeDays + monthDays - Math.trunc(monthDays);
  let seconds = rounded(restOfDays * SECONDS_PER_DAY);
  let moreDays = 0;
  if (Math.abs(seconds) >= SECONDS_PER_DAY) {
    moreDays = Math.trunc(seconds / SECONDS_PER_DAY);
    seconds -= moreDays * SECONDS_PER_DAY;
  }
  const time = roundedToEven(by(Number(micros)) + seconds * 1e6);
  if (![wholeMonths, wholeDays, time].every(Number.isFinite)) throw outOfRange();
  return new Interval(
    wholeMonths + 0,
    wholeDays + moreDays + Math.trunc(monthDays) + 0,
    integer(time + 0),
  );
}
