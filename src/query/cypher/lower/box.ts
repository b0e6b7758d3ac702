import type {Integer} from '../../../data/integer.ts';
import type {Type} from '../../../data/type.ts';
import {Interval, type Value} from '../../../data/value.ts';
import {CypherDuration} from '../temporal/duration.ts';
import {Moment, type MomentKind} from '../temporal/moment.ts';
import {readMoment} from '../temporal/read.ts';
import {UTC} from '../temporal/zone.ts';
import {isList} from '../values/any.ts';
import {boxFloat} from '../values/float.ts';
import {boxJson} from '../values/json.ts';

/**
 * How a value of a Postgres type becomes one of type `any`; undefined where its form is
 * the same. A type that openCypher has no name for comes as the text Postgres prints, and
 * so do the infinities of dates and times.
 */
export function boxing(type: Type): ((value: Value) => Value) | undefined {
  switch (type.kind) {
    case 'float4':
    case 'float8':
      return boxFloat;
    case 'date':
      return finite((days) => new Moment('date', {days: Number(days)}));
    case 'time':
      return finite((micros) => new Moment('localtime', {nanos: Number(micros) * 1000}));
    case 'timetz':
      return (value) => readMoment('time', value as string);
    case 'timestamp':
      return finite((micros) => moment('localdatetime', micros));
    case 'timestamptz':
      return finite((micros) => moment('datetime', micros));
    case 'interval':
      return boxInterval;
    case 'json':
    case 'jsonb':
      return boxJson;
    case 'array':
      return boxArray(type.element ? boxing(type.element) : undefined);
    default:
      return undefined;
  }
}

function finite(box: (value: Integer) => Value): (value: Value) => Value {
  return (value) => {
    if (value === Infinity) return 'infinity';
    return value === -Infinity ? '-infinity' : box(value as Integer);
  };
}

const MICROS_PER_DAY = 86_400_000_000;

function moment(kind: MomentKind, micros: Integer): Moment {
  const total = Number(micros);
  const days = Number.isSafeInteger(total)
    ? Math.floor(total / MICROS_PER_DAY)
    : Number((BigInt(micros) - floorMod(BigInt(micros))) / BigInt(MICROS_PER_DAY));
  const rest = Number(BigInt(micros) - BigInt(days) * BigInt(MICROS_PER_DAY));
  return new Moment(kind, {days, nanos: rest * 1000, zone: kind === 'datetime' ? UTC : undefined});
}

function floorMod(micros: bigint): bigint {
  const day = BigInt(MICROS_PER_DAY);
  return ((micros % day) + day) % day;
}

function boxInterval(value: Value): Value {
  if (!(value instanceof Interval)) return value;
  const nanos = BigInt(value.micros) * 1000n;
  const small = Number(nanos);
  return new CypherDuration(value.months, value.days, Number.isSafeInteger(small) ? small : nanos);
}

function boxArray(element: ((value: Value) => Value) | undefined) {
  if (!element) return undefined;
  const box = (value: Value): Value => {
    if (value === null) return null;
    return isList(value) ? value.map(box) : element(value);
  };
  return box;
}
