import {RANK} from '../../../data/any.ts';
import type {Value} from '../../../data/value.ts';
import type {StoredBox} from '../values/stored-box.ts';
import {Temporal} from '../values/temporal.ts';
import {dateComponent, epochComponent, timeComponent, zoneComponent} from './component.ts';
import {dateText, timeText} from './write.ts';
import {offsetAt, offsetAtLocal, offsetText, type Zone} from './zone.ts';

export const NANOS_PER_SECOND = 1_000_000_000;
export const NANOS_PER_DAY = 86_400 * NANOS_PER_SECOND;

/** Years from −999,999,999 to 999,999,999, and some days to compute with. */
const DAYS_MAX = 365_300_000_000;

/** Which parts a type has: what types are told apart by. */
export type MomentKind = 'date' | 'localtime' | 'time' | 'localdatetime' | 'datetime';

const RANKS: Readonly<Record<MomentKind, number>> = {
  date: RANK.interval + 1,
  localtime: RANK.interval + 2,
  time: RANK.interval + 3,
  localdatetime: RANK.interval + 4,
  datetime: RANK.interval + 5,
};

const LETTERS: Readonly<Record<MomentKind, string>> = {
  date: 'D',
  localtime: 'T',
  time: 'Z',
  localdatetime: 'L',
  datetime: 'M',
};

/**
 * A date, a time of day, or both, with a time zone or without. Times with a zone are
 * equal, and ordered, by the moment they name, wherever it is told.
 */
export class Moment extends Temporal {
  readonly kind: MomentKind;
  /** Days since 1970-01-01, 0 for a mere time. */
  readonly days: number;
  /** Nanoseconds since midnight, 0 for a mere date. */
  readonly nanos: number;
  readonly zone: Zone | undefined;
  /** Seconds that the zone is ahead of UTC then; 0 without a zone. */
  readonly offset: number;

  constructor(kind: MomentKind, parts: {days?: number; nanos?: number; zone?: Zone | undefined}) {
    super();
    const {days = 0, nanos = 0, zone} = parts;
    this.kind = kind;
    this.zone = zone;
    const second = Math.floor(nanos / NANOS_PER_SECOND);
    const read = zone ? offsetAtLocal(zone, days, second) : 0;
    this.offset = zone ? offsetAt(zone, days * 86_400 + second - read) : 0;
    // Clocks that go forward leave times out: such a time is as much later as they go.
    const shown = nanos + (this.offset - read) * NANOS_PER_SECOND;
    const carry = Math.floor(shown / NANOS_PER_DAY);
    this.days = Math.min(Math.max(days + carry, -DAYS_MAX), DAYS_MAX);
    this.nanos = shown - carry * NANOS_PER_DAY;
  }

  get hasDate(): boolean {
    return this.kind !== 'time' && this.kind !== 'localtime';
  }

  get hasTime(): boolean {
    return this.kind !== 'date';
  }

  /** Days and nanoseconds in UTC; of a mere time, a day before or after may come out. */
  utc(): {readonly days: number; readonly nanos: number} {
    const nanos = this.nanos - this.offset * NANOS_PER_SECOND;
    const carry = Math.floor(nanos / NANOS_PER_DAY);
    return {days: this.days + carry, nanos: nanos - carry * NANOS_PER_DAY};
  }

  compare(other: Temporal): number | null {
    if (!(other instanceof Moment) || other.kind !== this.kind) return null;
    const [a, b] = [this.utc(), other.utc()];
    return a.days - b.days || a.nanos - b.nanos;
  }

  component(name: string): Value | undefined {
    const {days, nanos, offset, zone} = this;
    const date = this.hasDate ? dateComponent(days, name) : undefined;
    const time = this.hasTime ? timeComponent(nanos, name) : undefined;
    const place = zone ? zoneComponent(zone, offset, name) : undefined;
    const epoch = this.kind === 'datetime' ? epochComponent(this.utc(), name) : undefined;
    return date ?? time ?? place ?? epoch;
  }

  key(): string {
    const {days, nanos} = this.utc();
    return `${LETTERS[this.kind]}${days}.${nanos}`;
  }

  toString(): string {
    const date = this.hasDate ? dateText(this.days) : '';
    const time = this.hasTime ? timeText(this.nanos) : '';
    const zone = this.zone ? offsetText(this.offset) : '';
    const name = this.zone?.kind === 'named' ? `[${this.zone.name}]` : '';
    return `${date}${date && time ? 'T' : ''}${time}${zone}${name}`;
  }

  stored(): StoredBox {
    return ['moment', this.kind, this.days, this.nanos, this.zone ?? null];
  }

  override kindRank(): number {
    return RANKS[this.kind];
  }

  override orderAgainst(other: Value): number {
    return (other instanceof Moment && this.compare(other)) || 0;
  }
}
