import {Decimal} from '../../data/decimal.ts';
import {addIntegers, type Integer, multiplyIntegers} from '../../data/integer.ts';
import {dateOf, dayOfMicros, daysOf, timeOfMicros} from '../../data/temporal-calendar.ts';
import type {Interval} from '../../data/value.ts';
import {problems} from './problems.ts';

/** Postgres's words for the parts of a date or time, and their plurals. */
const ALIASES: Readonly<Record<string, string>> = {
  seconds: 'second',
  sec: 'second',
  minutes: 'minute',
  min: 'minute',
  hours: 'hour',
  days: 'day',
  weeks: 'week',
  months: 'month',
  mon: 'month',
  quarters: 'quarter',
  years: 'year',
  decades: 'decade',
  centuries: 'century',
  millisecond: 'milliseconds',
  microsecond: 'microseconds',
};

export function fieldNamed(text: string): string {
  const word = text.trim().toLowerCase();
  return Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? word) : word;
}

export const unknownField = (field: string, type: string) =>
  problems['sql-value']({message: `unit "${field}" not supported for type ${type}`});

const whole = (value: Integer): Decimal => new Decimal(value, 0);

/** A part of a day, days since 1970; undefined where the field is none of a date. */
export function dateField(field: string, days: number): number | undefined {
  const {year, month, day} = dateOf(days);
  switch (field) {
    case 'day':
      return day;
    case 'month':
      return month;
    case 'quarter':
      return Math.floor((month - 1) / 3) + 1;
    case 'year':
      return year > 0 ? year : year - 1;
    case 'decade':
      return Math.floor(year / 10);
    case 'century':
      return year > 0 ? Math.floor((year + 99) / 100) : -Math.floor((99 - (year - 1)) / 100);
    case 'millennium':
      return year > 0 ? Math.floor((year + 999) / 1000) : -Math.floor((999 - (year - 1)) / 1000);
    case 'dow':
      return weekday(days) % 7;
    case 'isodow':
      return weekday(days);
    case 'doy':
      return days - daysOf(year, 1, 1) + 1;
    case 'week':
      return isoWeek(days).week;
    case 'isoyear': {
      const iso = isoWeek(days).year;
      return iso > 0 ? iso : iso - 1;
    }
    default:
      return undefined;
  }
}

/** 1 for Monday to 7 for Sunday; 1970-01-01 was a Thursday. */
export const weekday = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1;

/** The week a day is in: weeks belong to the year that their Thursday is in. */
export function isoWeek(days: number): {year: number; week: number} {
  const thursday = days - weekday(days) + 4;
  const {year} = dateOf(thursday);
  return {year, week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1};
}

/** A part of a time within its day. */
export function clockField(field: string, micros: number): Decimal | undefined {
  const ofMinute = micros % 60_000_000;
  switch (field) {
    case 'hour':
      return whole(Math.floor(micros / 3_600_000_000));
    case 'minute':
      return whole(Math.floor(micros / 60_000_000) % 60);
    case 'second':
      return new Decimal(ofMinute, 6);
    case 'milliseconds':
      return new Decimal(ofMinute, 3);
    case 'microseconds':
      return whole(ofMinute);
    default:
      return undefined;
  }
}

const GROWING = new Set(['year', 'decade', 'century', 'millennium', 'isoyear', 'epoch']);

/** A part of an infinite date or time: an infinity, or nothing for what goes in circles. */
export function infiniteField(field: string, moment: Integer): Decimal | null {
  return GROWING.has(field) ? new Decimal(Number(moment), 0) : null;
}

export function timestampField(field: string, moment: Integer): Decimal | undefined {
  if (field === 'epoch') return new Decimal(moment, 6);
  const date = dateField(field, dayOfMicros(moment));
  return date === undefined ? clockField(field, timeOfMicros(moment)) : whole(date);
}

/** A part of an interval. A year has 365.25 days in its `epoch`. */
export function intervalField(
  field: string,
  {months, days, micros}: Interval,
): Decimal | undefined {
  const years = Math.trunc(months / 12);
  switch (field) {
    case 'epoch': {
      const seconds = (1461 * years + 120 * (months % 12) + 4 * days) * 21_600;
      return new Decimal(addIntegers(multiplyIntegers(seconds, 1e6), micros), 6);
    }
    case 'year':
      return whole(years + 0);
    case 'month':
      return whole((months % 12) + 0);
    case 'quarter':
      return whole(Math.trunc((months % 12) / 3) + 1);
    case 'decade':
      return whole(Math.trunc(years / 10) + 0);
    case 'century':
      return whole(Math.trunc(years / 100) + 0);
    case 'millennium':
      return whole(Math.trunc(years / 1000) + 0);
    case 'day':
      return whole(days);
    default:
      return intervalClock(field, Number(micros));
  }
}

function intervalClock(field: string, micros: number): Decimal | undefined {
  const sign = micros < 0 ? -1 : 1;
  if (field === 'hour') return whole(Math.trunc(micros / 3_600_000_000) + 0);
  const found = clockField(field, Math.abs(micros));
  return found && new Decimal(Number(found.digits) * sign + 0, found.scale);
}
