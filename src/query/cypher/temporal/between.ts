import {integer} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {dateOf, plusMonths} from './calendar.ts';
import {CypherDuration} from './duration.ts';
import {Moment, NANOS_PER_DAY, NANOS_PER_SECOND} from './moment.ts';
import {offsetAt, UTC, type Zone} from './zone.ts';

export type BetweenUnit = 'mixed' | 'months' | 'days' | 'seconds';

/** A local time in a zone, as both sides of a difference are made. */
interface Local {
  readonly days: number;
  readonly nanos: number;
  readonly zone: Zone;
}

/** duration.between, .inMonths, .inDays, .inSeconds. */
export function between(unit: BetweenUnit, a: Value, b: Value): CypherDuration {
  const [from, to] = aligned(momentArgument(a), momentArgument(b));
  const dated = hasDate(a) && hasDate(b);
  switch (unit) {
    case 'months':
      return new CypherDuration(monthsUntil(from, to), 0, 0);
    case 'days':
      return new CypherDuration(0, daysUntil(from, to), 0);
    case 'seconds':
      return new CypherDuration(0, 0, nanosUntil(from, to));
    case 'mixed': {
      const months = dated ? monthsUntil(from, to) : 0;
      const later = {...from, days: plusMonths(from.days, months)};
      const days = dated ? daysUntil(later, to) : 0;
      const rest = nanosUntil({...later, days: later.days + days}, to);
      return new CypherDuration(months, days, rest);
    }
  }
}

const hasDate = (value: Value): boolean => value instanceof Moment && value.hasDate;

function momentArgument(value: Value): Moment {
  if (value instanceof Moment) return value;
  const message = `a duration lies between temporal values, and ${anyText(value)} is none`;
  throw problems['cypher-value']({message});
}

/**
 * Both in the first one's zone. What one of them lacks it takes from the other: its date,
 * its zone; a date without a time is midnight.
 */
function aligned(a: Moment, b: Moment): readonly [Local, Local] {
  const zone = zoneOf(a) ?? zoneOf(b) ?? UTC;
  const other = zoneOf(b) ?? zone;
  const from = {days: a.hasDate || !b.hasDate ? a.days : b.days, nanos: a.nanos, zone};
  const to = {days: b.hasDate || !a.hasDate ? b.days : a.days, nanos: b.nanos, zone: other};
  return [from, inZone(to, zone)];
}

const zoneOf = ({zone}: Moment): Zone | undefined => zone;

const offsetOf = ({days, nanos, zone}: Local): number =>
  new Moment('datetime', {days, nanos, zone}).offset;

function inZone(local: Local, zone: Zone): Local {
  if (local.zone === zone) return local;
  const offset = offsetOf(local);
  const second = local.days * 86_400 + Math.floor(local.nanos / NANOS_PER_SECOND) - offset;
  const nanos = local.nanos + (offsetAt(zone, second) - offset) * NANOS_PER_SECOND;
  const carry = Math.floor(nanos / NANOS_PER_DAY);
  return {days: local.days + carry, nanos: nanos - carry * NANOS_PER_DAY, zone};
}

/** The last day of `to` that is complete, seen from `from`. */
function endDay(from: Local, to: Local): number {
  if (to.days > from.days && to.nanos < from.nanos) return to.days - 1;
  return to.days < from.days && to.nanos > from.nanos ? to.days + 1 : to.days;
}

const daysUntil = (from: Local, to: Local): number => endDay(from, to) - from.days;

function monthsUntil(from: Local, to: Local): number {
  const packed = (days: number): number => {
    const {year, month, day} = dateOf(days);
    return (year * 12 + month) * 32 + day;
  };
  return Math.trunc((packed(endDay(from, to)) - packed(from.days)) / 32) + 0;
}

function nanosUntil(from: Local, to: Local) {
  const offset = offsetOf(from) - offsetOf(to);
  const nanos = to.nanos - from.nanos + offset * NANOS_PER_SECOND;
  return integer(BigInt(to.days - from.days) * BigInt(NANOS_PER_DAY) + BigInt(nanos));
}
