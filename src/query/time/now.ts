import type {Integer} from '../../data/integer.ts';
import {MICROS_PER_DAY} from '../../data/temporal-calendar.ts';
import {Interval, type Value} from '../../data/value.ts';
import type {TimeFunction, TimeState} from '../plan.ts';
import {later} from './calendar.ts';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** What a clock counts, whole, since 1970. */
export type ClockUnit = 'microsecond' | 'millisecond' | 'second' | 'day';

const MICROS: Readonly<Record<ClockUnit, number>> = {
  microsecond: 1,
  millisecond: 1000,
  second: 1_000_000,
  day: MICROS_PER_DAY,
};

/**
 * `clock + shift <comparison> other`, with the current time on its left: what `now()` in a
 * condition comes to. The arguments are the other side, as a number of the clock's units,
 * and the shift: a number of them, or an interval, whose months go by the calendar.
 *
 * A side that is computed from the time grows as time does, one to one, but for months:
 * so a row changes when the two meet and when they part, and is due then.
 */
export function nowComparison(comparison: Comparison, unit: ClockUnit): TimeFunction {
  const holds = TESTS[comparison];
  const micros = MICROS[unit];
  return {
    name: `now ${comparison}`,
    history: false,
    step(_, [other = null, shift = null], {now}) {
      if (other === null || shift === null || Number.isNaN(other)) return NEVER;
      const target = Number(other as Integer);
      const at = (time: number): boolean => holds(reading(time, micros, shift) - target);
      const value = at(now);
      if (!Number.isFinite(target)) return {value, due: undefined};
      const due = looksAfter(now, {target, micros, shift}).find(
        (time) => at(time) !== value || hasMonths(shift),
      );
      return {value, due};
    },
  };
}

const NEVER: TimeState = {value: null, due: undefined};

const TESTS: Readonly<Record<Comparison, (difference: number) => boolean>> = {
  '=': (difference) => difference === 0,
  '<>': (difference) => difference !== 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

const hasMonths = (shift: Value): boolean => shift instanceof Interval && shift.months !== 0;

/** The clock's side at a time, in the clock's units. */
function reading(time: number, micros: number, shift: Value): number {
  const count = Math.floor(time / micros);
  if (!(shift instanceof Interval)) return count + Number(shift as Integer);
  return Math.floor(later(count * micros, shift) / micros);
}

interface Meeting {
  readonly target: number;
  readonly micros: number;
  readonly shift: Value;
}

/** Month ends come together, so that a day may be this much shorter than time made it. */
const SLACK_DAYS = 4;

/** The times after now, in order, at which the comparison may come out otherwise. */
function looksAfter(now: number, {target, micros, shift}: Meeting): readonly number[] {
  const away = target - reading(now, micros, shift);
  // The count at which the two meet if it grows one to one from here.
  const count = Math.floor(now / micros) + away;
  const meets = [Math.ceil(count) * micros, (Math.floor(count) + 1) * micros];
  if (!hasMonths(shift)) return meets.filter((time) => time > now);
  const days = (away * micros) / MICROS_PER_DAY;
  if (days < -SLACK_DAYS) return [];
  if (days > SLACK_DAYS) return [now + Math.floor((days - SLACK_DAYS) * MICROS_PER_DAY) + 1];
  const midnight = (Math.floor(now / MICROS_PER_DAY) + 1) * MICROS_PER_DAY;
  return [...meets.filter((time) => time > now && time < midnight), midnight];
}
