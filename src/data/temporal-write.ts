import type {Integer} from './integer.ts';
import {dateOf, dayOfMicros, timeOfMicros} from './temporal-calendar.ts';

/** A date as Postgres prints it: `2026-03-01`, `0044-03-15 BC`, `infinity`. */
export function dateText(days: number): string {
  if (!Number.isFinite(days)) return infinityText(days);
  const {year, month, day} = dateOf(days);
  return `${eraYear(year)}-${two(month)}-${two(day)}${year < 1 ? ' BC' : ''}`;
}

/** Microseconds since midnight as Postgres prints them: `03:04:05.25`. */
export function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const minutes = Math.floor(seconds / 60);
  const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return clock + fractionText(micros % 1e6);
}

/** `2026-03-01 03:04:05.25`. */
export function timestampText(micros: Integer): string {
  return eraTimestamp(micros, '');
}

/** `2026-03-01 03:04:05.25+00`: the session's time zone is UTC. */
export function timestamptzText(micros: Integer): string {
  return eraTimestamp(micros, '+00');
}

/**
 * A date in ISO 8601. Years outside 0 to 9999 are in its expanded form, a sign and at
 * least six digits, which JavaScript's `Date` reads: 44 BC is `-000043`.
 */
export function dateIso(days: number): string {
  if (!Number.isFinite(days)) return infinityText(days);
  const {year, month, day} = dateOf(days);
  return `${isoYear(year)}-${two(month)}-${two(day)}`;
}

/** `2026-03-01T03:04:05.25`, and `zone` behind it. */
export function timestampIso(micros: Integer, zone: '' | 'Z'): string {
  if (micros === Infinity || micros === -Infinity) return infinityText(micros);
  return `${dateIso(dayOfMicros(micros))}T${timeText(timeOfMicros(micros))}${zone}`;
}

/** A fraction of a second, 0 to 999,999 µs, without its trailing zeros; '' for none. */
export function fractionText(micros: number): string {
  if (micros === 0) return '';
  let digits = micros;
  let leading = 1_000_000;
  while (digits % 10 === 0) {
    digits /= 10;
    leading /= 10;
  }
  // The 1 in front of it holds the zeros.
  return `.${String(leading + digits).slice(1)}`;
}

export const infinityText = (value: Integer): string => (value > 0 ? 'infinity' : '-infinity');

export const two = (number: number): string => (number < 10 ? `0${number}` : String(number));

function eraTimestamp(micros: Integer, zone: string): string {
  if (micros === Infinity || micros === -Infinity) return infinityText(micros);
  const {year, month, day} = dateOf(dayOfMicros(micros));
  const date = `${eraYear(year)}-${two(month)}-${two(day)}`;
  return `${date} ${timeText(timeOfMicros(micros))}${zone}${year < 1 ? ' BC' : ''}`;
}

function eraYear(year: number): string {
  return String(year < 1 ? 1 - year : year).padStart(4, '0');
}

function isoYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
}
