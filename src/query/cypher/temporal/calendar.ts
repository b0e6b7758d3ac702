/** The proleptic Gregorian calendar, in days since 1970-01-01. All arithmetic is exact. */

export interface YearMonthDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day number of a date; `month` counts from 1 and may be out of range. */
export function daysOf({year, month, day}: YearMonthDay): number {
  const months = year * 12 + month - 1;
  // Years that begin in March have the leap day at their end.
  const y = Math.floor((months - 2) / 12);
  const m = months - 2 - y * 12;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * m + 2) / 5) + day - 1;
  const leaps = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leaps + dayOfYear - 719_468;
}

export function dateOf(days: number): YearMonthDay {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const leaps = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - (365 * yearOfEra + leaps);
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1,
  };
}

export const isLeap = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const monthLength = (year: number, month: number): number =>
  daysOf({year, month: month + 1, day: 1}) - daysOf({year, month, day: 1});

/** The date some months later; a day that its month does not have is the month's last. */
export function plusMonths(days: number, months: number): number {
  if (months === 0) return days;
  const {year, month, day} = dateOf(days);
  const total = year * 12 + month - 1 + months;
  const toYear = Math.floor(total / 12);
  const toMonth = total - toYear * 12 + 1;
  return daysOf({year: toYear, month: toMonth, day: Math.min(day, monthLength(toYear, toMonth))});
}

/** From 1, Monday, to 7. */
export const weekday = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1;

/** ISO 8601's week, and the year that it belongs to. */
export function weekOf(days: number): {readonly weekYear: number; readonly week: number} {
  const thursday = days - weekday(days) + 4;
  const {year: weekYear} = dateOf(thursday);
  const first = daysOf({year: weekYear, month: 1, day: 1});
  return {weekYear, week: Math.floor((thursday - first) / 7) + 1};
}

/** The Monday of week 1 of a week-year. */
export function firstMonday(weekYear: number): number {
  const fourth = daysOf({year: weekYear, month: 1, day: 4});
  return fourth - weekday(fourth) + 1;
}

export const quarterOf = (month: number): number => Math.ceil(month / 3);

export const firstOfQuarter = (year: number, quarter: number): number =>
  daysOf({year, month: quarter * 3 - 2, day: 1});
