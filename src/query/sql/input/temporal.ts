import {type Integer, subtractIntegers} from '../../../data/integer.ts';
import {daysInMonth, daysOf, microsOf} from '../../../data/temporal-calendar.ts';

const DATE = /^(\d{4,6})-(\d{1,2})-(\d{1,2})/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?/;
const ZONE = /^\s*(?:(z|utc|gmt)|([+-])(\d{1,2})(?::?(\d{2}))?)$/i;

export interface Moment {
  readonly days: number;
  /** Microseconds since midnight. */
  readonly clock: number;
  /** Microseconds east of Greenwich; undefined where the text names no zone. */
  readonly offset: number | undefined;
}

/**
 * Reads dates and times in ISO 8601's forms, with `T` or a space between them and an
 * optional zone. Undefined for what is none, and for Postgres's many other forms, which
 * depend on a session's settings (`3/4/2026`).
 */
export function parseMoment(text: string): Moment | undefined {
  const body = text.trim();
  const date = DATE.exec(body);
  if (!date) return undefined;
  const [year, month, day] = [Number(date[1]), Number(date[2]), Number(date[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    return undefined;
  }
  const days = daysOf(year, month, day);
  const rest = body.slice(date[0].length);
  if (rest === '') return {days, clock: 0, offset: undefined};
  const timed = /^[t\s]\s*/i.exec(rest);
  if (!timed) return undefined;
  const clock = parseClock(rest.slice(timed[0].length));
  return clock && {days, clock: clock.micros, offset: clock.offset};
}

export function parseClock(text: string): {micros: number; offset: number | undefined} | undefined {
  const match = CLOCK.exec(text.trim());
  if (!match) return undefined;
  const [all, hours, minutes, seconds = '0', fraction = ''] = match;
  const rest = text.trim().slice(all.length);
  const micros =
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6 +
    Math.round(Number(`0.${fraction || '0'}`) * 1e6);
  if (Number(minutes) > 59 || Number(seconds) > 60 || micros > 86_400_000_000) return undefined;
  if (rest === '') return {micros, offset: undefined};
  const zone = ZONE.exec(rest);
  if (!zone) return undefined;
  const offset = (Number(zone[3] ?? 0) * 3600 + Number(zone[4] ?? 0) * 60) * 1e6;
  return {micros, offset: zone[2] === '-' ? -offset : offset};
}

export function parseDate(text: string): number | undefined {
  return specialOf(text) ?? parseMoment(text)?.days;
}

/** A timestamp takes no notice of a zone. */
export function parseTimestamp(text: string): Integer | undefined {
  const moment = parseMoment(text);
  return specialOf(text) ?? (moment && microsOf(moment.days, moment.clock));
}

/** Without a zone it is in UTC, the time zone of our sessions. */
export function parseTimestamptz(text: string): Integer | undefined {
  const moment = parseMoment(text);
  const special = specialOf(text);
  if (special !== undefined || !moment) return special;
  return subtractIntegers(microsOf(moment.days, moment.clock), moment.offset ?? 0);
}

function specialOf(text: string): number | undefined {
  switch (text.trim().toLowerCase()) {
    case 'infinity':
      return Infinity;
    case '-infinity':
      return -Infinity;
    case 'epoch':
      return 0;
    default:
      return undefined;
  }
}
