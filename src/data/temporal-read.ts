import {type Integer, integer} from './integer.ts';
import {malformedText} from './malformed.ts';
import {daysInMonth, daysOf, MICROS_PER_DAY, microsOf} from './temporal-calendar.ts';

/**
 * Reads the texts that Postgres prints for dates and times under DateStyle=ISO and
 * TimeZone=UTC. Four-digit years of our era are read by position; everything else (BC,
 * longer years, infinity, other time zones) takes the slower way round by a pattern.
 */

/** Days since 1970, or ±Infinity. */
export function readDate(text: string): number {
  if (text.length === 10) {
    const days = fourDigitDate(text);
    if (!Number.isNaN(days)) return days;
  }
  const special = infinityOf(text);
  if (special !== undefined) return special;
  const match = LONG_DATE.exec(text);
  const days = match ? longDate(match) : Number.NaN;
  if (Number.isNaN(days)) throw malformedText('date', text);
  return days;
}

/** Microseconds since midnight; Postgres's `24:00:00` is a time too. */
export function readTime(text: string): number {
  const micros = timeAt(text, 0, text.length);
  if (Number.isNaN(micros)) throw malformedText('time', text);
  return micros;
}

/** Microseconds since 1970, or ±Infinity; a zone is applied where the text has one. */
export function readTimestamp(text: string): Integer {
  const zoned = text.endsWith('+00');
  const end = zoned ? text.length - 3 : text.length;
  if (end >= 19 && text.charCodeAt(10) === 32) {
    const days = fourDigitDate(text);
    const time = timeAt(text, 11, end);
    if (!Number.isNaN(days) && !Number.isNaN(time)) return microsOf(days, time);
  }
  return longTimestamp(text);
}

const LONG_DATE = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/;
const LONG_TIMESTAMP =
  /^(\d{4,7})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;

function longTimestamp(text: string): Integer {
  const special = infinityOf(text);
  if (special !== undefined) return special;
  const match = LONG_TIMESTAMP.exec(text);
  if (!match) throw malformedText('timestamp', text);
  const [, year, month, day, time = '', sign, hours, minutes = 0, seconds = 0, era] = match;
  const days = daysOfParts(Number(year), Number(month), Number(day), era !== undefined);
  const micros = timeAt(time, 0, time.length);
  if (Number.isNaN(days) || Number.isNaN(micros)) throw malformedText('timestamp', text);
  const local = microsOf(days, micros);
  if (hours === undefined) return local;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6;
  return integer(BigInt(local) - BigInt(sign === '-' ? -offset : offset));
}

function longDate([, year, month, day, era]: RegExpExecArray): number {
  return daysOfParts(Number(year), Number(month), Number(day), era !== undefined);
}

function infinityOf(text: string): number | undefined {
  if (text === 'infinity') return Infinity;
  return text === '-infinity' ? -Infinity : undefined;
}

/** NaN where there is no such day. A year BC counts backwards: 1 BC is 0. */
function daysOfParts(year: number, month: number, day: number, beforeChrist: boolean): number {
  const astronomical = beforeChrist ? 1 - year : year;
  if (year < 1 || month < 1 || month > 12 || day < 1) return Number.NaN;
  if (day > daysInMonth(astronomical, month)) return Number.NaN;
  return daysOf(astronomical, month, day);
}

/** The days of `YYYY-MM-DD` at the beginning of a text; NaN where it is none. */
function fourDigitDate(text: string): number {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (Number.isNaN(year + month + day)) return Number.NaN;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return Number.NaN;
  return daysOfParts(year, month, day, false);
}

/** The microseconds of `HH:MM:SS[.ffffff]` from `start` to `end`; NaN where it is none. */
function timeAt(text: string, start: number, end: number): number {
  const hours = twoDigits(text, start);
  const minutes = twoDigits(text, start + 3);
  const seconds = twoDigits(text, start + 6);
  if (text.charCodeAt(start + 2) !== 58 || text.charCodeAt(start + 5) !== 58) return Number.NaN;
  if (minutes > 59 || seconds > 60) return Number.NaN;
  const fraction = end === start + 8 ? 0 : fractionAt(text, start + 8, end);
  const micros = (hours * 3600 + minutes * 60 + seconds) * 1e6 + fraction;
  return micros <= MICROS_PER_DAY ? micros : Number.NaN;
}

/** The microseconds of `.f` up to `.ffffff`. */
function fractionAt(text: string, start: number, end: number): number {
  if (text.charCodeAt(start) !== 46 || end < start + 2 || end > start + 7) return Number.NaN;
  let micros = 0;
  let unit = 100_000;
  for (let i = start + 1; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    micros += digit * unit;
    unit /= 10;
  }
  return micros;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** A timetz in parts: microseconds since local midnight, and seconds west of Greenwich. */
export interface ZonedTime {
  readonly micros: number;
  readonly west: number;
}

const ZONED_TIME = /^(\d\d:\d\d:\d\d(?:\.\d{1,6})?)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/;

/** Takes a timetz, which is kept as its text, apart. */
export function readZonedTime(text: string): ZonedTime {
  const match = ZONED_TIME.exec(text);
  if (!match) throw malformedText('timetz', text);
  const [, time = '', sign, hours, minutes = 0, seconds = 0] = match;
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return {micros: readTime(time), west: sign === '-' ? offset : 0 - offset};
}
