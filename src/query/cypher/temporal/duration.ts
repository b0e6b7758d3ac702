import {RANK} from '../../../data/any.ts';
import {type Integer, integer} from '../../../data/integer.ts';
import {storedValue} from '../../../data/stored-row.ts';
import type {Value} from '../../../data/value.ts';
import type {StoredBox} from '../values/stored-box.ts';
import {Temporal} from '../values/temporal.ts';

const SECOND = 1_000_000_000n;
/** A month on average: 365.2425 days a year. */
const SECONDS_PER_MONTH = 2_629_746n;
const SECONDS_PER_DAY = 86_400n;

/**
 * A duration: months, days, and nanoseconds, which no calendar makes one of. Two
 * durations are equal when all three are; they are not ordered, but for ORDER BY, which
 * takes months at their average length.
 */
export class CypherDuration extends Temporal {
  readonly months: Integer;
  readonly days: Integer;
  /** Seconds and parts of them, as nanoseconds. */
  readonly nanos: Integer;

  constructor(months: Integer, days: Integer, nanos: Integer) {
    super();
    this.months = months;
    this.days = days;
    this.nanos = nanos;
  }

  plus(other: CypherDuration): CypherDuration {
    const sum = (a: Integer, b: Integer): Integer => integer(BigInt(a) + BigInt(b));
    return new CypherDuration(
      sum(this.months, other.months),
      sum(this.days, other.days),
      sum(this.nanos, other.nanos),
    );
  }

  negated(): CypherDuration {
    const minus = (a: Integer): Integer => integer(-BigInt(a));
    return new CypherDuration(minus(this.months), minus(this.days), minus(this.nanos));
  }

  /** Durations do not compare: a month is longer than some 30 days, and not than others. */
  compare(): number | null {
    return null;
  }

  component(name: string): Value | undefined {
    const {months, days, nanos} = this;
    const found =
      ofMonths(BigInt(months), name) ?? ofDays(BigInt(days), name) ?? ofNanos(BigInt(nanos), name);
    return found === undefined ? undefined : integer(found);
  }

  key(): string {
    return `P${this.months}.${this.days}.${this.nanos}`;
  }

  toString(): string {
    const [months, days, nanos] = [this.months, this.days, this.nanos].map(BigInt) as [
      bigint,
      bigint,
      bigint,
    ];
    const date = `${part(months / 12n, 'Y')}${part(months % 12n, 'M')}${part(days, 'D')}`;
    const seconds = nanos / SECOND;
    const clock = `${part(seconds / 3600n, 'H')}${part((seconds / 60n) % 60n, 'M')}`;
    const time = `${clock}${secondsText(nanos % (60n * SECOND))}`;
    return date === '' && time === '' ? 'PT0S' : `P${date}${time === '' ? '' : `T${time}`}`;
  }

  stored(): StoredBox {
    const {months, days, nanos} = this;
    return ['duration', storedValue(months), storedValue(days), storedValue(nanos)];
  }

  override kindRank(): number {
    return RANK.interval;
  }

  override orderAgainst(other: Value): number {
    if (!(other instanceof CypherDuration)) return -1;
    const [a, b] = [average(this), average(other)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
}

function average({months, days, nanos}: CypherDuration): bigint {
  const seconds = BigInt(months) * SECONDS_PER_MONTH + BigInt(days) * SECONDS_PER_DAY;
  return seconds * SECOND + BigInt(nanos);
}

const part = (value: bigint, unit: string): string => (value === 0n ? '' : `${value}${unit}`);

/** `10S`, `-0.4S`, with the digits it needs and no more. */
function secondsText(nanos: bigint): string {
  if (nanos === 0n) return '';
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const whole = `${nanos < 0n ? '-' : ''}${size / SECOND}`;
  return fraction === '' ? `${whole}S` : `${whole}.${fraction}S`;
}

function ofMonths(months: bigint, name: string): bigint | undefined {
  switch (name) {
    case 'years':
      return months / 12n;
    case 'quarters':
      return months / 3n;
    case 'months':
      return months;
    case 'quartersOfYear':
      return (months / 3n) % 4n;
    case 'monthsOfQuarter':
      return months % 3n;
    case 'monthsOfYear':
      return months % 12n;
    default:
      return undefined;
  }
}

function ofDays(days: bigint, name: string): bigint | undefined {
  switch (name) {
    case 'weeks':
      return days / 7n;
    case 'days':
      return days;
    case 'daysOfWeek':
      return days % 7n;
    default:
      return undefined;
  }
}

/** How many nanoseconds the units have that a duration is told in. */
const UNITS: Readonly<Record<string, bigint>> = {
  hours: 3600n * SECOND,
  minutes: 60n * SECOND,
  seconds: SECOND,
  milliseconds: 1_000_000n,
  microseconds: 1000n,
  nanoseconds: 1n,
};

/** Seconds are whole downwards, so that their fraction is never negative. */
function ofNanos(nanos: bigint, name: string): bigint | undefined {
  const ofSecond = ((nanos % SECOND) + SECOND) % SECOND;
  const seconds = (nanos - ofSecond) / SECOND;
  switch (name) {
    case 'seconds':
      return seconds;
    case 'minutesOfHour':
      return (seconds / 60n) % 60n;
    case 'secondsOfMinute':
      return seconds % 60n;
    case 'millisecondsOfSecond':
      return ofSecond / 1_000_000n;
    case 'microsecondsOfSecond':
      return ofSecond / 1000n;
    case 'nanosecondsOfSecond':
      return ofSecond;
    default: {
      const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
      return unit === undefined ? undefined : nanos / unit;
    }
  }
}
