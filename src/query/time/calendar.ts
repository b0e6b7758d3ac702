import type {Integer} from '../../data/integer.ts';
import {
  dateOf,
  dayOfMicros,
  daysInMonth,
  daysOf,
  MICROS_PER_DAY,
} from '../../data/temporal-calendar.ts';
import type {Interval} from '../../data/value.ts';

/**
 * Microseconds since 1970 some time later: months on the calendar of UTC, where a day that
 * a month lacks is its last; then days of 24 hours; then the rest.
 */
export function later(micros: number, {months, days, micros: rest}: Interval): number {
  const span = days * MICROS_PER_DAY + Number(rest);
  if (months === 0 || !Number.isFinite(micros) || !Number.isFinite(months)) return micros + span;
  const day = dayOfMicros(micros);
  return (monthsLater(day, months) - day) * MICROS_PER_DAY + micros + span;
}

/** A day some months later, in days since 1970. */
export function monthsLater(day: number, months: number): number {
  const from = dateOf(day);
  const count = from.year * 12 + from.month - 1 + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  return daysOf(year, month, Math.min(from.day, daysInMonth(year, month)));
}

/** A moment as a plain number: exact until the year 2255, and near enough after it. */
export const instant = (moment: Integer): number => Number(moment);

/** The first whole microsecond at or after a time; undefined for a time that never comes. */
export function dueAt(micros: number): number | undefined {
  return Number.isFinite(micros) ? Math.ceil(micros) : undefined;
}
