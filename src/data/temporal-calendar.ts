import {type Integer, integer} from './integer.ts';

/**
 * The proleptic Gregorian calendar, as Postgres counts it, in days since 1970-01-01.
 * Years are astronomical: 1 BC is 0, 2 BC is −1.
 */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const MICROS_PER_DAY = 86_400_000_000;
const DAYS_PER_ERA = 146_097; // of 400 years
const ERA_OF_1970 = 719_468; // days from 0000-03-01

/** Days since 1970 of a date. Years begin in March here, so that leap days come last. */
export function daysOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * DAYS_PER_ERA + yearOfEra * 365 + leapDays + dayOfYear - ERA_OF_1970;
}

/** The date that is `days` after 1970-01-01; the inverse of `daysOf`. */
export function dateOf(days: number): CalendarDate {
  const shifted = days + ERA_OF_1970;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days whose microseconds are safe numbers, whatever the time of the day. */
const SAFE_DAYS = 104_248;

/** Microseconds since 1970 of a day and a time within it. */
export function microsOf(days: number, microsOfDay: number): Integer {
  if (days <= SAFE_DAYS && days >= -SAFE_DAYS) return days * MICROS_PER_DAY + microsOfDay;
  return integer(BigInt(days) * BigInt(MICROS_PER_DAY) + BigInt(microsOfDay));
}

/** The day that finite microseconds since 1970 fall on, in days since 1970. */
export function dayOfMicros(micros: Integer): number {
  if (typeof micros === 'number') return Math.floor(micros / MICROS_PER_DAY);
  const day = micros / BigInt(MICROS_PER_DAY);
  return Number(micros < 0n && day * BigInt(MICROS_PER_DAY) !== micros ? day - 1n : day);
}

/** What is left of `micros` after its day: from 0 to 86,399,999,999. */
export function timeOfMicros(micros: Integer): number {
  const day = dayOfMicros(micros);
  if (typeof micros === 'number') return micros - day * MICROS_PER_DAY;
  return Number(micros - BigInt(day) * BigInt(MICROS_PER_DAY));
}
