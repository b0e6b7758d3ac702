import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {daysOf, firstMonday, firstOfQuarter, isLeap, monthLength} from './calendar.ts';
import {Moment, type MomentKind} from './moment.ts';
import {readOffset, readZone, UTC, type Zone} from './zone.ts';

const YEAR = '(?<year>[+-]\\d{4,9}|\\d{4})';

/** ISO 8601's forms of a date, with their dashes and without. */
const DATES: readonly RegExp[] = [
  `${YEAR}-(?<month>\\d{2})-(?<day>\\d{2})`,
  `${YEAR}(?<month>\\d{2})(?<day>\\d{2})`,
  `${YEAR}-(?<month>\\d{2})`,
  `${YEAR}(?<month>\\d{2})`,
  `${YEAR}-W(?<week>\\d{2})-(?<dayOfWeek>\\d)`,
  `${YEAR}W(?<week>\\d{2})(?<dayOfWeek>\\d)`,
  `${YEAR}-?W(?<week>\\d{2})`,
  `${YEAR}-Q(?<quarter>\\d)-(?<dayOfQuarter>\\d{1,2})`,
  `${YEAR}Q(?<quarter>\\d)(?<dayOfQuarter>\\d{2})`,
  `${YEAR}-?Q(?<quarter>\\d)`,
  `${YEAR}-(?<ordinalDay>\\d{3})`,
  `${YEAR}(?<ordinalDay>\\d{3})`,
  YEAR,
].map((form) => new RegExp(`^${form}$`));

const TIMES: readonly RegExp[] = [
  /^(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?$/,
  /^(\d{2})(\d{2})(\d{2})(?:[.,](\d{1,9}))?$/,
  /^(\d{2}):(\d{2})$/,
  /^(\d{2})(\d{2})$/,
  /^(\d{2})$/,
];

/** Reads a temporal value of a kind from a text in ISO 8601. */
export function readMoment(kind: MomentKind, text: string): Moment {
  const found = parts(kind, text.trim());
  if (found) return new Moment(kind, found);
  const message = `${anyText(text)} tells no ${kind}`;
  throw problems['cypher-value']({message, hint: `write it in ISO 8601: ${EXAMPLES[kind]}`});
}

const EXAMPLES: Readonly<Record<MomentKind, string>> = {
  date: '2015-07-21',
  localtime: '21:40:32.142',
  time: '21:40:32+01:00',
  localdatetime: '2015-07-21T21:40:32.142',
  datetime: '2015-07-21T21:40:32+01:00',
};

function parts(kind: MomentKind, text: string) {
  if (kind === 'date') return withDays(readDate(text));
  if (kind === 'localtime') return withNanos(readTime(text));
  if (kind === 'time') return readZonedTime(text);
  const [date = '', time = '', ...rest] = text.split('T');
  if (rest.length > 0) return undefined;
  const days = readDate(date);
  const clock =
    kind === 'datetime' ? readZonedTime(time || '00') : withNanos(readTime(time || '00'));
  return days === undefined || !clock ? undefined : {days, ...clock};
}

const withDays = (days: number | undefined) => (days === undefined ? undefined : {days});
const withNanos = (nanos: number | undefined) => (nanos === undefined ? undefined : {nanos});

function readZonedTime(text: string): {nanos: number; zone: Zone} | undefined {
  const match = /^([\d:.,]+)(Z|[+-][\d:]+)?(?:\[([^\]]+)\])?$/i.exec(text);
  const nanos = readTime(match?.[1] ?? '');
  if (!match || nanos === undefined) return undefined;
  const [, , offset, name] = match;
  const seconds = offset === undefined ? undefined : readOffset(offset);
  if (offset !== undefined && seconds === undefined) return undefined;
  if (name !== undefined) return {nanos, zone: readZone(name)};
  return {nanos, zone: seconds === undefined ? UTC : {kind: 'offset', seconds}};
}

/** Nanoseconds since midnight; undefined where the text tells no time. */
function readTime(text: string): number | undefined {
  const match = TIMES.map((form) => form.exec(text)).find((found) => found !== null);
  if (!match) return undefined;
  const [, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return seconds * 1e9 + Number(fraction.padEnd(9, '0'));
}

/** Days since 1970-01-01; undefined where the text tells no date that there is. */
function readDate(text: string): number | undefined {
  const match = DATES.map((form) => form.exec(text)).find((found) => found !== null);
  if (!match?.groups) return undefined;
  const {groups} = match;
  const number = (name: string): number | undefined =>
    groups[name] === undefined ? undefined : Number(groups[name]);
  const year = number('year') ?? 0;
  const [week, quarter, ordinalDay] = [number('week'), number('quarter'), number('ordinalDay')];
  if (week !== undefined) return weekDate(year, week, number('dayOfWeek') ?? 1);
  if (quarter !== undefined) return quarterDate(year, quarter, number('dayOfQuarter') ?? 1);
  if (ordinalDay !== undefined) return ordinalDate(year, ordinalDay);
  return calendarDate(year, number('month') ?? 1, number('day') ?? 1);
}

/** Undefined where there is no such date; so are the following. */
export function calendarDate(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  return daysOf({year, month, day});
}

export function weekDate(weekYear: number, week: number, dayOfWeek: number): number | undefined {
  if (week < 1 || week > 53 || dayOfWeek < 1 || dayOfWeek > 7) return undefined;
  const monday = firstMonday(weekYear) + (week - 1) * 7;
  return monday < firstMonday(weekYear + 1) ? monday + dayOfWeek - 1 : undefined;
}

export function quarterDate(year: number, quarter: number, dayOfQuarter: number) {
  if (quarter < 1 || quarter > 4 || dayOfQuarter < 1) return undefined;
  const first = firstOfQuarter(year, quarter);
  const next = firstOfQuarter(year, quarter + 1);
  return first + dayOfQuarter - 1 < next ? first + dayOfQuarter - 1 : undefined;
}

export function ordinalDate(year: number, ordinalDay: number): number | undefined {
  if (ordinalDay < 1 || ordinalDay > (isLeap(year) ? 366 : 365)) return undefined;
  return daysOf({year, month: 1, day: 1}) + ordinalDay - 1;
}
