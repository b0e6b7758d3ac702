import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {CypherMap} from '../values/map.ts';
import {
  dateOf,
  daysOf,
  firstMonday,
  firstOfQuarter,
  quarterOf,
  weekday,
  weekOf,
} from './calendar.ts';
import {momentOf} from './construct.ts';
import {Moment, type MomentKind} from './moment.ts';

/** Units of a time of day, in nanoseconds. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  hour: 3.6e12,
  minute: 6e10,
  second: 1e9,
  millisecond: 1e6,
  microsecond: 1e3,
};

/**
 * date.truncate(unit, value, fields) and so on: the value cut down to a unit, then the
 * fields put in place. What the kind needs and the value has not is refused.
 */
export function truncated(kind: MomentKind, [unit, value, fields]: readonly Value[]): Moment {
  if (typeof unit !== 'string' || !(value instanceof Moment)) {
    const message = `${kind}.truncate takes a unit and a temporal value, and not ${anyText(unit ?? null)} and ${anyText(value ?? null)}`;
    throw problems['cypher-value']({message});
  }
  const cut = cutDown(kind, unit, value);
  if (!(fields instanceof CypherMap) || fields.entries.size === 0) return cut;
  return withFields(cut, fields, unit);
}

function cutDown(kind: MomentKind, unit: string, value: Moment): Moment {
  const size = Object.hasOwn(TIME_UNITS, unit) ? TIME_UNITS[unit] : undefined;
  const days = value.hasDate && size === undefined ? firstDay(unit, value.days) : value.days;
  if (days === undefined || (size !== undefined && kind === 'date')) return refuseUnit(kind, unit);
  if (!value.hasDate && size === undefined && unit !== 'day') return refuseUnit(kind, unit);
  const nanos = size === undefined ? 0 : Math.floor(value.nanos / size) * size;
  const {zone} = value;
  const source = value.kind === 'date' ? 'localdatetime' : value.kind;
  return momentOf(kind, new Moment(source, {days, nanos, zone}));
}

function refuseUnit(kind: MomentKind, unit: string): never {
  throw problems['cypher-value']({message: `a ${kind} cannot be cut down to ${anyText(unit)}`});
}

/** The first day of the unit that a day is in; undefined where dates have no such unit. */
function firstDay(unit: string, days: number): number | undefined {
  const {year, month} = dateOf(days);
  const ofYears = (length: number): number =>
    daysOf({year: Math.floor(year / length) * length, month: 1, day: 1});
  switch (unit) {
    case 'millennium':
      return ofYears(1000);
    case 'century':
      return ofYears(100);
    case 'decade':
      return ofYears(10);
    case 'year':
      return ofYears(1);
    case 'weekYear':
      return firstMonday(weekOf(days).weekYear);
    case 'quarter':
      return firstOfQuarter(year, quarterOf(month));
    case 'month':
      return daysOf({year, month, day: 1});
    case 'week':
      return days - weekday(days) + 1;
    case 'day':
      return days;
    default:
      return undefined;
  }
}

/** Below a second, the fields come on top of what the unit has left there. */
function withFields(cut: Moment, {entries}: CypherMap, unit: string): Moment {
  const own = new Map(entries);
  const zone = own.get('timezone');
  const nano = own.get('nanosecond');
  if ((unit === 'millisecond' || unit === 'microsecond') && typeof nano === 'number') {
    own.set('nanosecond', (cut.nanos % 1e9) + nano);
  }
  if (cut.hasDate) own.set('date', cut);
  if (cut.hasTime) own.set('time', zone === undefined ? cut : momentOf('localtime', cut));
  return momentOf(cut.kind, new CypherMap(own));
}
