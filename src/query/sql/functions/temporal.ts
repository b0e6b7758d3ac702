import {Decimal, decimalToFloat} from '../../../data/decimal.ts';
import {addIntegers, type Integer, integer, subtractIntegers} from '../../../data/integer.ts';
import {daysInMonth, daysOf, MICROS_PER_DAY, microsOf} from '../../../data/temporal-calendar.ts';
import {isFiniteInterval} from '../../../data/temporal-interval.ts';
import {Interval, type Value} from '../../../data/value.ts';
import {
  clockField,
  dateField,
  fieldNamed,
  infiniteField,
  intervalField,
  timestampField,
  unknownField,
} from '../calendar-fields.ts';
import {addInterval, addIntervals, between, multiplied, negated} from '../interval-arithmetic.ts';
import {fitting, roundedToEven} from '../numbers.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {age, truncated, truncatedInterval} from '../truncation.ts';
import {define, operator} from './define.ts';

const isInfinite = (moment: Integer): boolean => moment === Infinity || moment === -Infinity;
const midnight = (days: number): Integer => (isInfinite(days) ? days : microsOf(days, 0));

function daysBetween(a: number, b: number): Integer {
  if (isInfinite(a) || isInfinite(b)) {
    throw problems['sql-value']({message: 'cannot subtract infinite dates'});
  }
  return fitting(a - b, 'int4');
}

const clock = (micros: number): number =>
  ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;

const dates = (): Overload[] => [
  operator('+(date, int4) date', (a: number, b: number) => a + b),
  operator('+(int4, date) date', (a: number, b: number) => a + b),
  operator('-(date, int4) date', (a: number, b: number) => a - b),
  operator('-(date, date) int4', daysBetween),
  operator('+(date, interval) timestamp', (a: number, b: Interval) => addInterval(midnight(a), b)),
  operator('+(interval, date) timestamp', (a: Interval, b: number) => addInterval(midnight(b), a)),
  operator('-(date, interval) timestamp', (a: number, b: Interval) =>
    addInterval(midnight(a), negated(b)),
  ),
  operator('+(date, time) timestamp', (a: number, b: number) => addIntegers(midnight(a), b)),
  operator('+(time, date) timestamp', (a: number, b: number) => addIntegers(midnight(b), a)),
  operator('+(time, interval) time', (a: number, b: Interval) =>
    clock(a + (Number(b.micros) % MICROS_PER_DAY)),
  ),
  operator('-(time, interval) time', (a: number, b: Interval) =>
    clock(a - (Number(b.micros) % MICROS_PER_DAY)),
  ),
  operator('-(time, time) interval', (a: number, b: number) => new Interval(0, 0, a - b)),
];

const moments = (): Overload[] =>
  ['timestamp', 'timestamptz'].flatMap((type) => [
    operator(`+(${type}, interval) ${type}`, addInterval),
    operator(`+(interval, ${type}) ${type}`, (a: Interval, b: Integer) => addInterval(b, a)),
    operator(`-(${type}, interval) ${type}`, (a: Integer, b: Interval) =>
      addInterval(a, negated(b)),
    ),
    operator(`-(${type}, ${type}) interval`, between),
  ]);

function times(interval: Interval, factor: number): Interval {
  if (!isFiniteInterval(interval) || !Number.isFinite(factor)) {
    throw problems['sql-out-of-range']({type: 'interval'});
  }
  return multiplied(interval, (part) => part * factor);
}

function divided(interval: Interval, divisor: number): Interval {
  if (divisor === 0) throw problems['sql-division-by-zero']({});
  if (!isFiniteInterval(interval) || Number.isNaN(divisor)) {
    throw problems['sql-out-of-range']({type: 'interval'});
  }
  return multiplied(interval, (part) => part / divisor);
}

const intervals = (): Overload[] => [
  operator('+(interval, interval) interval', addIntervals),
  operator('-(interval, interval) interval', (a: Interval, b: Interval) =>
    addIntervals(a, negated(b)),
  ),
  operator('-(interval) interval', negated),
  operator('*(interval, float8) interval', times),
  operator('*(float8, interval) interval', (a: number, b: Interval) => times(b, a)),
  operator('/(interval, float8) interval', divided),
  define('justify_hours(interval) interval', ({months, days, micros}: Interval) => {
    const more = Math.trunc(Number(micros) / MICROS_PER_DAY);
    return new Interval(months, days + more, subtractIntegers(micros, more * MICROS_PER_DAY));
  }),
];

/** The part of a value of each type; undefined where it has no such part. */
const FIELDS: Readonly<Record<string, (field: string, value: never) => Value | undefined>> = {
  date: (field, days: number) => {
    if (isInfinite(days)) return infiniteField(field, days);
    if (field === 'epoch') return new Decimal(days * 86_400, 0);
    const found = dateField(field, days);
    return found === undefined ? undefined : new Decimal(found, 0);
  },
  time: (field, micros: number) =>
    field === 'epoch' ? new Decimal(micros, 6) : clockField(field, micros),
  timestamp: (field, moment: Integer) =>
    isInfinite(moment) ? infiniteField(field, moment) : timestampField(field, moment),
  timestamptz: (field, moment: Integer) => {
    if (isInfinite(moment)) return infiniteField(field, moment);
    return field.startsWith('timezone') ? new Decimal(0, 0) : timestampField(field, moment);
  },
  interval: (field, interval: Interval) =>
    isFiniteInterval(interval)
      ? intervalField(field, interval)
      : infiniteField(field === 'day' ? 'epoch' : field, interval.months),
};

const fields = (): Overload[] =>
  Object.entries(FIELDS).flatMap(([type, read]) => {
    const extract = (text: string, value: never): Value => {
      const field = fieldNamed(text);
      const found = read(field, value);
      if (found === undefined) throw unknownField(field, type);
      return found;
    };
    const asFloat = (text: string, value: never): Value => {
      const found = extract(text, value);
      return found instanceof Decimal ? decimalToFloat(found) : found;
    };
    return [
      define(`extract(text, ${type}) numeric`, extract, {
        sql: (field = '', of = '') => `extract(${field.replace(/^'|'.*$/g, '')} from ${of})`,
      }),
      // date_part of a date takes it as a timestamp.
      ...(type === 'date' ? [] : [define(`date_part(text, ${type}) float8`, asFloat)]),
    ];
  });

const outOfRange = (type: string) =>
  problems['sql-value']({message: `${type} field value out of range`});

function makeDate(year: number, month: number, day: number): number {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw outOfRange('date');
  }
  return daysOf(year, month, day);
}

function utcOnly(zone: string): void {
  if (!/^(utc|gmt|z|etc\/utc)$/i.test(zone)) {
    throw problems['sql-value']({
      message: `the time zone "${zone}" is not supported`,
      hint: "write AT TIME ZONE 'UTC', and shift to other zones where the result is shown",
    });
  }
}

const zoned = (zone: string, moment: Integer): Integer => {
  utcOnly(zone);
  return moment;
};

/** Functions and operators of dates, times and intervals. */
export const temporal = (): readonly Overload[] => [
  ...dates(),
  ...moments(),
  ...intervals(),
  ...fields(),
  define('date_trunc(text, timestamp) timestamp', truncated),
  define('date_trunc(text, timestamptz) timestamptz', truncated),
  define('date_trunc(text, interval) interval', truncatedInterval),
  define('age(timestamp, timestamp) interval', age),
  define('age(timestamptz, timestamptz) interval', age),
  define('make_date(int4, int4, int4) date', makeDate),
  define('to_timestamp(float8) timestamptz', (seconds: number) => {
    if (!Number.isFinite(seconds)) return seconds;
    return integer(roundedToEven(seconds * 1e6) + 0);
  }),
  define('timezone(text, timestamptz) timestamp', zoned),
  define('timezone(text, timestamp) timestamptz', zoned),
  define('isfinite(timestamp) bool', (a: Integer) => !isInfinite(a)),
  define('isfinite(timestamptz) bool', (a: Integer) => !isInfinite(a)),
  define('isfinite(date) bool', (a: number) => !isInfinite(a)),
];
