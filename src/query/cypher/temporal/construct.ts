import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {CypherMap} from '../values/map.ts';
import {isWhole} from '../values/number.ts';
import {dateFrom, FIELD_NAMES, timeFrom} from './fields.ts';
import {Moment, type MomentKind, NANOS_PER_DAY} from './moment.ts';
import {readMoment} from './read.ts';
import {offsetAt, readZone, UTC, type Zone} from './zone.ts';

/** date(…), time(…) and so on: of a map, a text, or another temporal value. */
export function momentOf(kind: MomentKind, value: Value): Moment {
  if (typeof value === 'string') return readMoment(kind, value);
  if (value instanceof CypherMap) return ofMap(kind, value.entries);
  if (value instanceof Moment) return converted(kind, value);
  const message = `a ${kind} is made of a map, a string or a temporal value, and not of ${anyText(value)}`;
  throw problems['cypher-value']({message});
}

const hasDate = (kind: MomentKind): boolean => kind !== 'time' && kind !== 'localtime';
const hasZone = (kind: MomentKind): boolean => kind === 'time' || kind === 'datetime';

/** The parts of another value that the kind has; a zone that is missing is UTC. */
function converted(kind: MomentKind, from: Moment): Moment {
  if (hasDate(kind) && !from.hasDate) return refusePart(kind, 'date', from);
  if (kind !== 'date' && !hasDate(kind) && !from.hasTime) return refusePart(kind, 'time', from);
  const {days, nanos} = from;
  const zone = hasZone(kind) ? zoneFor(kind, from) : undefined;
  if (kind === 'date') return new Moment(kind, {days});
  return new Moment(kind, hasDate(kind) ? {days, nanos, zone} : {nanos, zone});
}

/** A mere time has an offset, since no date tells which one a named zone would have. */
function zoneFor(kind: MomentKind, {zone, offset}: Moment): Zone {
  if (!zone) return UTC;
  return kind === 'time' ? {kind: 'offset', seconds: offset} : zone;
}

function refusePart(kind: MomentKind, part: string, from: Moment): never {
  throw problems['cypher-value']({message: `a ${kind} needs a ${part}, which ${from} has not`});
}

type Entries = ReadonlyMap<string, Value>;

function ofMap(kind: MomentKind, entries: Entries): Moment {
  refuseNames(kind, entries);
  const epoch = ofEpoch(kind, entries);
  if (epoch) return epoch;
  const both = source(entries, 'datetime', kind);
  const date = both ?? source(entries, 'date', kind);
  const time = both ?? source(entries, 'time', kind);
  const named = entries.get('timezone');
  const zone = named === undefined ? undefined : zoneOf(named);
  const inherited = hasZone(kind) && time?.zone ? time : undefined;
  const days = hasDate(kind) ? dateFrom(entries, date?.days) : 0;
  const moved = inherited && zone ? sameMoment(inherited, zone, days) : (time?.nanos ?? 0);
  const nanos = kind === 'date' ? 0 : timeFrom(entries, moved);
  if (!hasZone(kind)) return new Moment(kind, {days, nanos});
  const chosen = zone ?? (inherited ? zoneFor(kind, inherited) : UTC);
  if (kind === 'datetime' || chosen.kind === 'offset') {
    return new Moment(kind, {days, nanos, zone: chosen});
  }
  const seconds = offsetAt(chosen, 0);
  return new Moment(kind, {nanos, zone: {kind: 'offset', seconds}});
}

/** The time of day at which clocks in another zone show the same moment. */
function sameMoment(time: Moment, zone: Zone, days: number): number {
  const date = time.hasDate ? time.days : days;
  const second = date * 86_400 + Math.floor(time.nanos / 1e9) - time.offset;
  const nanos = time.nanos + (offsetAt(zone, second) - time.offset) * 1e9;
  return ((nanos % NANOS_PER_DAY) + NANOS_PER_DAY) % NANOS_PER_DAY;
}

function source(entries: Entries, name: 'date' | 'time' | 'datetime', kind: MomentKind) {
  const value = entries.get(name);
  if (value === undefined) return undefined;
  if (!(value instanceof Moment)) {
    throw problems['cypher-value']({
      message: `${name} is a temporal value, and not ${anyText(value)}`,
    });
  }
  if (name !== 'time' && !value.hasDate) return refusePart(kind, 'date', value);
  if (name !== 'date' && !value.hasTime) return refusePart(kind, 'time', value);
  return value;
}

function zoneOf(value: Value): Zone {
  if (typeof value === 'string') return readZone(value);
  throw problems['cypher-value']({message: `a time zone is a string, and not ${anyText(value)}`});
}

/** `{epochSeconds: …}` and `{epochMillis: …}`, with nanoseconds beside them. */
function ofEpoch(kind: MomentKind, entries: Entries): Moment | undefined {
  const seconds = entries.get('epochSeconds');
  const millis = entries.get('epochMillis');
  const value = seconds ?? millis;
  if (value === undefined || value === null || kind !== 'datetime') return undefined;
  if (!isWhole(value)) {
    throw problems['cypher-value']({message: `an epoch is an integer, and not ${anyText(value)}`});
  }
  const nano = entries.get('nanosecond') ?? 0;
  const unit = seconds === undefined ? 1_000_000n : 1_000_000_000n;
  const named = entries.get('timezone');
  const zone = named === undefined ? UTC : zoneOf(named);
  const total = BigInt(value) * unit + BigInt(isWhole(nano) ? nano : 0);
  const offset = offsetAt(zone, Number(total / 1_000_000_000n));
  const local = total + BigInt(offset) * 1_000_000_000n;
  const perDay = BigInt(NANOS_PER_DAY);
  const nanos = ((local % perDay) + perDay) % perDay;
  return new Moment(kind, {days: Number((local - nanos) / perDay), nanos: Number(nanos), zone});
}

function refuseNames(kind: MomentKind, entries: Entries): void {
  const known = [
    ...(hasDate(kind) ? [...FIELD_NAMES.date, 'date'] : []),
    ...(kind === 'date' ? [] : [...FIELD_NAMES.time, 'time']),
    ...(hasZone(kind) ? ['timezone'] : []),
    ...(kind === 'datetime' ? ['epochSeconds', 'epochMillis'] : []),
    ...(kind === 'datetime' || kind === 'localdatetime' ? ['datetime'] : []),
  ];
  const wrong = [...entries.keys()].find((name) => !known.includes(name));
  if (wrong === undefined) return;
  const hint = `it takes ${known.join(', ')}`;
  throw problems['cypher-value']({message: `a ${kind} has no component "${wrong}"`, hint});
}
