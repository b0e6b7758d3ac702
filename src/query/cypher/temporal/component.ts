import {integer} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import {dateOf, daysOf, firstOfQuarter, quarterOf, weekday, weekOf} from './calendar.ts';
import {offsetText, type Zone} from './zone.ts';

/** A component of a date by its name; undefined where dates have none of the name. */
export function dateComponent(days: number, name: string): Value | undefined {
  const {year, month, day} = dateOf(days);
  switch (name) {
    case 'year':
      return year;
    case 'month':
      return month;
    case 'day':
      return day;
    case 'quarter':
      return quarterOf(month);
    case 'week':
      return weekOf(days).week;
    case 'weekYear':
      return weekOf(days).weekYear;
    case 'dayOfWeek':
    case 'weekDay':
      return weekday(days);
    case 'ordinalDay':
      return days - daysOf({year, month: 1, day: 1}) + 1;
    case 'dayOfQuarter':
    case 'quarterDay':
      return days - firstOfQuarter(year, quarterOf(month)) + 1;
    default:
      return undefined;
  }
}

/** Of a time of day. Parts of a second are told in whole: 645 ms are 645000 µs. */
export function timeComponent(nanos: number, name: string): Value | undefined {
  const ofSecond = nanos % 1e9;
  switch (name) {
    case 'hour':
      return Math.floor(nanos / 3.6e12);
    case 'minute':
      return Math.floor(nanos / 6e10) % 60;
    case 'second':
      return Math.floor(nanos / 1e9) % 60;
    case 'millisecond':
      return Math.floor(ofSecond / 1e6);
    case 'microsecond':
      return Math.floor(ofSecond / 1e3);
    case 'nanosecond':
      return ofSecond;
    default:
      return undefined;
  }
}

export function zoneComponent(zone: Zone, offset: number, name: string): Value | undefined {
  switch (name) {
    case 'timezone':
      return zone.kind === 'named' ? zone.name : offsetText(offset);
    case 'offset':
      return offsetText(offset);
    case 'offsetMinutes':
      return Math.trunc(offset / 60);
    case 'offsetSeconds':
      return offset;
    default:
      return undefined;
  }
}

export function epochComponent(
  {days, nanos}: {readonly days: number; readonly nanos: number},
  name: string,
): Value | undefined {
  const seconds = days * 86_400 + Math.floor(nanos / 1e9);
  if (name === 'epochSeconds') return seconds;
  if (name !== 'epochMillis') return undefined;
  return integer(BigInt(seconds) * 1000n + BigInt(Math.floor((nanos % 1e9) / 1e6)));
}
