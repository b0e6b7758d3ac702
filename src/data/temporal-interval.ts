import {
  addIntegers,
  divideIntegers,
  type Integer,
  multiplyIntegers,
  negateInteger,
  remainderOfIntegers,
} from './integer.ts';
import {malformedText} from './malformed.ts';
import {MICROS_PER_DAY} from './temporal-calendar.ts';
import {fractionText, infinityText, two} from './temporal-write.ts';
import {Interval} from './value.ts';

const MICROS_PER_HOUR = 3_600_000_000;
const DAYS_PER_MONTH = 30;
const CLOCK = /^([+-]?)(\d{2,10}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const COUNT = /^[+-]?\d{1,10}$/;

/** Whether it is neither `infinity` nor `-infinity`. */
export const isFiniteInterval = ({months}: Interval): boolean => Number.isFinite(months);

/** Reads IntervalStyle `postgres`: `1 year 2 mons -3 days +04:05:06.5`. */
export function readInterval(text: string): Interval {
  if (text === 'infinity') return new Interval(Infinity, Infinity, Infinity);
  if (text === '-infinity') return new Interval(-Infinity, -Infinity, -Infinity);
  const words = text.split(' ');
  let months = 0;
  let days = 0;
  let micros: Integer = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (i === words.length - 1 && word.includes(':')) {
      micros = readClock(word, text);
      continue;
    }
    if (!COUNT.test(word)) throw malformedText('interval', text);
    const count = Number(word);
    const unit = words[++i];
    if (unit === 'year' || unit === 'years') months += 12 * count;
    else if (unit === 'mon' || unit === 'mons') months += count;
    else if (unit === 'day' || unit === 'days') days += count;
    else throw malformedText('interval', text);
  }
  return new Interval(months, days, micros);
}

function readClock(word: string, text: string): Integer {
  const match = CLOCK.exec(word);
  if (!match) throw malformedText('interval', text);
  const [, sign, hours, minutes, seconds, fraction = ''] = match;
  const rest =
    Number(minutes) * 60_000_000 + Number(seconds) * 1e6 + Number(fraction.padEnd(6, '0'));
  const micros = addIntegers(multiplyIntegers(Number(hours), MICROS_PER_HOUR), rest);
  return sign === '-' ? negateInteger(micros) : micros;
}

/** As Postgres prints it under IntervalStyle `postgres`. */
export function intervalText(interval: Interval): string {
  if (!isFiniteInterval(interval)) return infinityText(interval.months);
  const {months, days, micros} = interval;
  let text = '';
  // After a negative part, a positive one says so: `-1 days +02:00:00`.
  let negative = false;
  const part = (count: number, unit: string): void => {
    if (count === 0) return;
    text += `${text && ' '}${negative && count > 0 ? '+' : ''}${count} ${unit}`;
    if (count !== 1) text += 's';
    negative = count < 0;
  };
  part(Math.trunc(months / 12), 'year');
  part(months % 12, 'mon');
  part(days, 'day');
  if (text !== '' && micros === 0) return text;
  const sign = micros < 0 ? '-' : negative ? '+' : '';
  return `${text}${text && ' '}${sign}${clockText(micros)}`;
}

function clockText(micros: Integer): string {
  const size = micros < 0 ? negateInteger(micros) : micros;
  const rest = Number(remainderOfIntegers(size, MICROS_PER_HOUR));
  const hours = String(divideIntegers(size, MICROS_PER_HOUR)).padStart(2, '0');
  const seconds = Math.floor(rest / 1e6);
  return `${hours}:${two(Math.floor(seconds / 60))}:${two(seconds % 60)}${fractionText(rest % 1e6)}`;
}

/** As Postgres prints it under IntervalStyle `iso_8601`: `P1Y2M-3DT4H5M6.5S`, `PT0S`. */
export function intervalIso(interval: Interval): string {
  if (!isFiniteInterval(interval)) return infinityText(interval.months);
  const {months, days, micros} = interval;
  const years = Math.trunc(months / 12);
  const date = `${isoPart(years, 'Y')}${isoPart(months % 12, 'M')}${isoPart(days, 'D')}`;
  if (micros === 0) return date === '' ? 'PT0S' : `P${date}`;
  const hours = divideIntegers(micros, MICROS_PER_HOUR);
  const rest = Number(remainderOfIntegers(micros, MICROS_PER_HOUR));
  const minutes = Math.trunc(rest / 60_000_000);
  const seconds = rest % 60_000_000;
  const clock = `${isoPart(hours, 'H')}${isoPart(minutes, 'M')}`;
  return `P${date}T${clock}${seconds === 0 ? '' : isoSeconds(seconds)}`;
}

const isoPart = (count: Integer, unit: string): string =>
  count === 0 || count === 0 ? '' : `${count}${unit}`;

function isoSeconds(micros: number): string {
  const size = Math.abs(micros);
  return `${micros < 0 ? '-' : ''}${Math.floor(size / 1e6)}${fractionText(size % 1e6)}S`;
}

/**
 * What Postgres orders intervals by: microseconds, with 30 days to the month and 24 hours
 * to the day, so that `1 mon` equals `30 days`. ±Infinity for infinite ones.
 */
export function intervalTotal(interval: Interval): Integer {
  if (!isFiniteInterval(interval)) return interval.months;
  const days = interval.months * DAYS_PER_MONTH + interval.days;
  return addIntegers(multiplyIntegers(days, MICROS_PER_DAY), interval.micros);
}
