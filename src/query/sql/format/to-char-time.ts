import type {Integer} from '../../../data/integer.ts';
import {dateOf, dayOfMicros, daysOf, timeOfMicros} from '../../../data/temporal-calendar.ts';
import {isFiniteInterval} from '../../../data/temporal-interval.ts';
import type {Interval} from '../../../data/value.ts';
import {isoWeek, weekday} from '../calendar-fields.ts';
import {problems} from '../problems.ts';
import {textAt} from './number-format.ts';
import {ordinal} from './ordinal.ts';

/** The parts of a moment or of an interval that formats speak of. */
interface Fields {
  readonly interval: boolean;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  readonly dayOfYear: number;
  /** Days since 1970; 0 of an interval. */
  readonly days: number;
  /** The name of the time zone, empty where the type has none. */
  readonly zone: string;
}

/** to_char of a timestamp; null where it is infinite. */
export function momentToChar(moment: Integer, format: string, zone: string): string | null {
  if (moment === Infinity || moment === -Infinity || format === '') return null;
  const days = dayOfMicros(moment);
  const {year, month, day} = dateOf(days);
  return written(format, {
    ...clockOf(timeOfMicros(moment)),
    ...{interval: false, year, month, day, days, zone},
    dayOfYear: days - daysOf(year, 1, 1) + 1,
  });
}

export function intervalToChar(interval: Interval, format: string): string | null {
  if (!isFiniteInterval(interval) || format === '') return null;
  const {months, days} = interval;
  return written(format, {
    ...clockOf(Number(interval.micros)),
    interval: true,
    year: Math.trunc(months / 12),
    month: months % 12,
    day: days,
    dayOfYear: months * 30 + days,
    days: 0,
    zone: '',
  });
}

function clockOf(micros: number) {
  return {
    hour: Math.trunc(micros / 3_600_000_000),
    minute: Math.trunc(micros / 60_000_000) % 60,
    second: Math.trunc(micros / 1_000_000) % 60,
    micros: micros % 1_000_000,
  };
}

/** In the order of Postgres's own table, where the first that fits is taken. */
const KEYS = [
  ...['A.D.', 'A.M.', 'AD', 'AM', 'B.C.', 'BC', 'CC', 'DAY', 'DDD', 'DD', 'DY', 'Day', 'Dy', 'D'],
  ...['FF1', 'FF2', 'FF3', 'FF4', 'FF5', 'FF6', 'FX', 'HH24', 'HH12', 'HH', 'IDDD', 'ID', 'IW'],
  ...['IYYY', 'IYY', 'IY', 'I', 'J', 'MI', 'MM', 'MONTH', 'MON', 'MS', 'Month', 'Mon', 'OF'],
  ...['P.M.', 'PM', 'Q', 'RM', 'SSSSS', 'SSSS', 'SS', 'TZH', 'TZM', 'TZ', 'US', 'WW', 'W'],
  ...['Y,YYY', 'YYYY', 'YYY', 'YY', 'Y'],
];
const ALL_KEYS = [...KEYS, ...KEYS.map((key) => key.toLowerCase())];

function written(format: string, fields: Fields): string {
  let text = '';
  let at = 0;
  while (at < format.length) {
    const prefix = /^(FM|fm|TM|tm)/.exec(format.slice(at, at + 2))?.[0] ?? '';
    if (prefix.toUpperCase() === 'TM') {
      throw problems['sql-value']({message: 'to_char with "TM" is not supported'});
    }
    at += prefix.length;
    if (at >= format.length) break;
    const key = ALL_KEYS.find((one) => format.startsWith(one, at));
    if (!key) {
      const literal = textAt(format, at);
      text += literal.text;
      at = literal.end;
      continue;
    }
    at += key.length;
    const value = fieldText(key, fields, {fill: prefix !== ''});
    const suffix = /^(TH|th)/.exec(format.slice(at, at + 2))?.[0] ?? '';
    at += suffix.length;
    const counted = suffix !== '' && /\d$/.test(value) && !/^(?:OF|TZ)/i.test(key);
    text += counted ? value + ordinal(value, {upper: suffix === 'TH'}) : value;
  }
  return text;
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'];

/** What an interval has none of. */
const NOT_OF_INTERVALS =
  /^(?:A\.?D\.?|B\.?C\.?|TZ|TZH|TZM|OF|MONTH|MON|DAY|DY|D|ID|IDDD|IW|I|IY|IYY|IYYY|J|W|WW|DDD)$/i;

function fieldText(key: string, fields: Fields, {fill}: {fill: boolean}): string {
  if (fields.interval && NOT_OF_INTERVALS.test(key) && !INTERVAL_TOO.has(key.toUpperCase())) {
    throw problems['sql-value']({
      message: 'invalid format specification for an interval value',
      detail: 'Intervals are not tied to specific calendar dates.',
    });
  }
  const name = nameText(key, fields, fill);
  return (
    name ?? numberOf(key.toUpperCase(), fields, (value, width) => padded(value, fill ? 0 : width))
  );
}

/** Postgres counts on for them as if a month had 30 days. */
const INTERVAL_TOO = new Set(['DDD', 'WW', 'W']);

/** So many figures, and the sign before them. */
function padded(value: number, width: number): string {
  const figures = String(Math.abs(value));
  if (value >= 0) return figures.padStart(width, '0');
  return `-${figures.padStart(width, '0')}`;
}

/** Names, in the case of the key: MONTH, Month, month. */
function nameText(key: string, fields: Fields, fill: boolean): string | undefined {
  const cased = (name: string): string =>
    key === key.toUpperCase()
      ? name.toUpperCase()
      : key === key.toLowerCase()
        ? name.toLowerCase()
        : name;
  const wide = (name: string, width: number): string => (fill ? name : name.padEnd(width));
  const {hour, month, year, days} = fields;
  switch (key.toUpperCase()) {
    case 'A.M.':
    case 'P.M.':
      return cased(hour % 24 >= 12 ? 'P.M.' : 'A.M.');
    case 'AM':
    case 'PM':
      return cased(hour % 24 >= 12 ? 'PM' : 'AM');
    case 'A.D.':
    case 'B.C.':
      return cased(year <= 0 ? 'B.C.' : 'A.D.');
    case 'AD':
    case 'BC':
      return cased(year <= 0 ? 'BC' : 'AD');
    case 'MONTH':
      return wide(cased(MONTHS[month - 1] ?? ''), 9);
    case 'MON':
      return cased((MONTHS[month - 1] ?? '').slice(0, 3));
    case 'DAY':
      return wide(cased(DAYS[weekday(days) % 7] ?? ''), 9);
    case 'DY':
      return cased((DAYS[weekday(days) % 7] ?? '').slice(0, 3));
    case 'RM':
      return romanMonth(fields, (name) => wide(cased(name), 4));
    case 'TZ':
      return cased(fields.zone);
    case 'TZH':
    case 'OF':
      return '+00';
    case 'TZM':
      return '00';
    case 'FX':
      return '';
    default:
      return undefined;
  }
}

function romanMonth({month, year}: Fields, write: (name: string) => string): string {
  if (month === 0 && year === 0) return '';
  // Of an interval of whole years it is the last one, and of a negative one counted back.
  const at = month === 0 ? (year >= 0 ? 11 : 0) : month < 0 ? 12 + month : month - 1;
  return write(ROMAN[at] ?? '');
}

type Pad = (value: number, width: number) => string;

function numberOf(key: string, fields: Fields, pad: Pad): string {
  const {hour, minute, second, micros, month, day, dayOfYear, days} = fields;
  switch (key) {
    case 'HH':
    case 'HH12':
      return pad(hour % 12 === 0 ? 12 : hour % 12, 2);
    case 'HH24':
      return pad(hour, 2);
    case 'MI':
      return pad(minute, 2);
    case 'SS':
      return pad(second, 2);
    case 'MS':
      return padded(Math.trunc(micros / 1000), 3);
    case 'US':
      return padded(micros, 6);
    case 'SSSS':
    case 'SSSSS':
      return String(hour * 3600 + minute * 60 + second);
    case 'MM':
      return pad(month, 2);
    case 'DDD':
      return pad(dayOfYear, dayOfYear < 0 ? 2 : 3);
    case 'DD':
      return pad(day, 2);
    case 'D':
      return String((weekday(days) % 7) + 1);
    case 'ID':
      return String(weekday(days));
    case 'WW':
      return pad(weekOfYear(dayOfYear), weekOfYear(dayOfYear) < 0 ? 1 : 2);
    case 'IW':
      return pad(isoWeek(days).week, 2);
    case 'IDDD':
      return pad((isoWeek(days).week - 1) * 7 + weekday(days), 3);
    case 'W':
      return String(Math.trunc((day - 1) / 7) + 1);
    case 'Q':
      return month === 0 ? '' : String(Math.trunc((month - 1) / 3) + 1);
    case 'J':
      return String(days + 2_440_588);
    default:
      return /^FF\d$/.test(key)
        ? padded(Math.trunc(micros / 10 ** (6 - Number(key[2]))), Number(key[2]))
        : yearText(key, fields, pad);
  }
}

const weekOfYear = (dayOfYear: number): number => Math.trunc((dayOfYear - 1) / 7) + 1;

function yearText(key: string, fields: Fields, pad: Pad): string {
  const iso = key.startsWith('I') && !fields.interval;
  const year = iso ? isoWeek(fields.days).year : fields.year;
  // Years before Christ have no number 0.
  const shown = fields.interval || year > 0 ? year : 1 - year;
  switch (key.replaceAll('I', 'Y')) {
    case 'CC':
      return centuryText(fields, pad);
    case 'Y,YYY': {
      const thousands = Math.trunc(shown / 1000);
      return `${thousands},${padded(shown - thousands * 1000, 3)}`;
    }
    case 'YYYY':
      return pad(shown, 4);
    case 'YYY':
      return pad(shown % 1000, 3);
    case 'YY':
      return pad(shown % 100, 2);
    default:
      return String(shown % 10);
  }
}

function centuryText({year, interval}: Fields, pad: Pad): string {
  const whole = Math.trunc(year / 100);
  const century = interval ? whole : year > 0 ? Math.trunc((year - 1) / 100) + 1 : whole - 1;
  return Math.abs(century) <= 99 ? pad(century, 2) : String(century);
}
