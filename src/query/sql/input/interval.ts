import {type Decimal, parseDecimal} from '../../../data/decimal.ts';
import {addIntegers, type Integer} from '../../../data/integer.ts';
import {Interval} from '../../../data/value.ts';

const HOUR = 3_600_000_000;
const DAY = 86_400_000_000;

/** What one of a unit is: months, days or microseconds. */
const UNITS: readonly (readonly [RegExp, {months?: number; days?: number; micros?: number}])[] = [
  [/^(microseconds?|us|usecs?)$/, {micros: 1}],
  [/^(milliseconds?|ms|msecs?)$/, {micros: 1000}],
  [/^(seconds?|secs?|s)$/, {micros: 1e6}],
  [/^(minutes?|mins?|m)$/, {micros: 60e6}],
  [/^(hours?|hrs?|h)$/, {micros: HOUR}],
  [/^(days?|d)$/, {days: 1}],
  [/^(weeks?|w)$/, {days: 7}],
  [/^(months?|mons?)$/, {months: 1}],
  [/^(years?|yrs?|y)$/, {months: 12}],
  [/^(decades?|decs?)$/, {months: 120}],
  [/^(centur(y|ies)|cent|c)$/, {months: 1200}],
  [/^(millenni(um|a)|mils?)$/, {months: 12_000}],
];

const TOKEN =
  /\s*(?:([+-]?)(\d+):(\d\d)(?::(\d\d)(\.\d{0,6})?)?|([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*([a-z]+)?)/y;

/**
 * Reads an interval as people write it: `1 day 02:03:04.5`, `-3 mons`, `90 minutes`,
 * `1.5 hours ago`, ISO 8601's `P1Y2DT3H`. Undefined where it is none.
 */
export function parseInterval(text: string): Interval | undefined {
  const words = text.trim().toLowerCase();
  if (words === 'infinity') return new Interval(Infinity, Infinity, Infinity);
  if (words === '-infinity') return new Interval(-Infinity, -Infinity, -Infinity);
  if (words.startsWith('p')) return parseIso(words);
  const ago = /\s+ago$/.test(words);
  const body = words.replace(/^@\s*/, '').replace(/\s+ago$/, '');
  if (body === '') return undefined;
  const sum = new Parts();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const match = TOKEN.exec(body);
    if (!match) return undefined;
    const [, sign, hours, minutes, seconds, fraction, count, unit] = match;
    if (hours !== undefined) sum.clock(sign === '-', [hours, minutes, seconds, fraction]);
    else if (!sum.add(count ?? '', unit ?? 'seconds')) return undefined;
    if (body.slice(TOKEN.lastIndex).trim() === '') break;
  }
  return sum.interval(ago);
}

const ISO = /^p(?:([+-]?[\d.]+y)?([+-]?[\d.]+m)?([+-]?[\d.]+w)?([+-]?[\d.]+d)?)(?:t(.+))?$/;
const ISO_CLOCK = /^([+-]?[\d.]+h)?([+-]?[\d.]+m)?([+-]?[\d.]+s)?$/;

function parseIso(text: string): Interval | undefined {
  const match = ISO.exec(text);
  const clock = match && ISO_CLOCK.exec(match[5] ?? '');
  if (!match || !clock || text === 'p') return undefined;
  const sum = new Parts();
  const given = [...match.slice(1, 5), ...clock.slice(1)];
  const units = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];
  for (const [i, part] of given.entries()) {
    if (part !== undefined && !sum.add(part.slice(0, -1), units[i] ?? '')) return undefined;
  }
  return sum.interval(false);
}

/** The three parts, with a fraction of a part in the next smaller one, as Postgres has it. */
class Parts {
  #months = 0;
  #days = 0;
  #micros: Integer = 0;

  /** False where there is no such unit. */
  add(count: string, name: string): boolean {
    const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1];
    const decimal = parseDecimal(count);
    if (!unit || !decimal) return false;
    const amount = Number(decimal.toString());
    if (unit.micros !== undefined) this.#addMicros(decimal, unit.micros);
    if (unit.days !== undefined) this.#addDays(amount * unit.days);
    if (unit.months !== undefined) this.#addMonths(amount * unit.months);
    return true;
  }

  clock(negative: boolean, [hours, minutes, seconds, fraction]: (string | undefined)[]): void {
    const rest = Number(minutes) * 60 + Number(seconds ?? 0) + Number(fraction || 0);
    const micros = Number(hours) * HOUR + Math.round(rest * 1e6);
    this.#micros = addIntegers(this.#micros, negative ? -micros : micros);
  }

  interval(negated: boolean): Interval {
    const micros = typeof this.#micros === 'bigint' ? -this.#micros : 0 - this.#micros;
    return negated
      ? new Interval(0 - this.#months, 0 - this.#days, micros)
      : new Interval(this.#months, this.#days, this.#micros);
  }

  #addMicros({digits, scale}: Decimal, each: number): void {
    const micros = scale === 0 ? Number(digits) * each : (Number(digits) * each) / 10 ** scale;
    this.#micros = addIntegers(this.#micros, Math.round(micros));
  }

  #addDays(days: number): void {
    const whole = Math.trunc(days);
    this.#days += whole;
    this.#micros = addIntegers(this.#micros, Math.round((days - whole) * DAY));
  }

  /** A fraction of a year is rounded to months; one of a month is days of 30. */
  #addMonths(months: number): void {
    const whole = Math.trunc(months);
    this.#months += whole;
    const days = (months - whole) * 30;
    if (Math.abs(days) > 1e-9) this.#addDays(Number(days.toFixed(9)));
  }
}
