import {problems} from '../problems.ts';
import {daysOf} from './calendar.ts';

/** A time zone: a fixed offset, or one of the tz database by name. */
export type Zone =
  | {readonly kind: 'offset'; readonly seconds: number}
  | {readonly kind: 'named'; readonly name: string};

export const UTC: Zone = {kind: 'offset', seconds: 0};

const SECONDS_PER_DAY = 86_400;
/** No zone is further from UTC than this. */
const OFFSET_MAX = 18 * 3600;

const OFFSET = /^([+-])(\d{2})(?::?(\d{2}))?(?::?(\d{2}))?$/;

/** Seconds of `Z`, `+01`, `+0100`, `+01:00`, `+00:53:28`; undefined where it is none. */
export function readOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const match = OFFSET.exec(text);
  if (!match) return undefined;
  const [, sign, hours, minutes = '0', seconds = '0'] = match;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (total > OFFSET_MAX || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return sign === '-' ? 0 - total : total;
}

/** `Z`, `+01:00`, `+00:53:28` */
export function offsetText(seconds: number): string {
  if (seconds === 0) return 'Z';
  const total = Math.abs(seconds);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  if (parts[2] === 0) parts.pop();
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return `${seconds < 0 ? '-' : '+'}${text}`;
}

/** A zone as a query names it: an offset, or a name such as `Europe/Stockholm`. */
export function readZone(text: string): Zone {
  const seconds = readOffset(text);
  if (seconds !== undefined) return {kind: 'offset', seconds};
  const name = text.replace(' ', '_');
  formatterOf(name);
  return {kind: 'named', name};
}

/**
 * The offset at a local time. A time that is there twice, when clocks go back, is the
 * earlier of the two; one that is not there is read with the offset before the gap.
 */
export function offsetAtLocal(zone: Zone, days: number, secondOfDay: number): number {
  if (zone.kind === 'offset') return zone.seconds;
  const local = days * SECONDS_PER_DAY + secondOfDay;
  const before = offsetAt(zone, local - SECONDS_PER_DAY);
  const after = offsetAt(zone, local + SECONDS_PER_DAY);
  if (before === after) return before;
  if (offsetAt(zone, local - before) === before) return before;
  return offsetAt(zone, local - after) === after ? after : before;
}

/** The offset at a moment, in seconds since 1970. */
export function offsetAt(zone: Zone, epochSecond: number): number {
  if (zone.kind === 'offset') return zone.seconds;
  const clamped = Math.min(Math.max(epochSecond, -EPOCH_MAX), EPOCH_MAX);
  const fields = Object.fromEntries(
    formatterOf(zone.name)
      .formatToParts(clamped * 1000)
      .map(({type, value}) => [type, value]),
  );
  const number = (name: string): number => Number(fields[name]);
  const year = fields.era === 'BC' ? 1 - number('year') : number('year');
  const days = daysOf({year, month: number('month'), day: number('day')});
  const second = number('hour') * 3600 + number('minute') * 60 + number('second');
  return days * SECONDS_PER_DAY + second - clamped;
}

/** JavaScript's calendar ends here; beyond it a zone has the offset it has at its end. */
const EPOCH_MAX = 8.64e12 - 2 * SECONDS_PER_DAY;

/** Making one costs a thousand times what using it does. There are some 600 zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(name: string): Intl.DateTimeFormat {
  const known = formatters.get(name);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(name, made);
    return made;
  } catch (cause) {
    const message = `there is no time zone '${name}'`;
    const hint = "write an offset such as '+01:00', or a name such as 'Europe/Stockholm'";
    throw problems['cypher-value']({message, hint}, {cause});
  }
}
