import {identical} from '../../data/compare.ts';
import {Interval} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import type {TimeFunction} from '../plan.ts';
import {dueAt, later} from './calendar.ts';

/**
 * What an expression was before the row's last change; the second argument, or null, while
 * the row has not changed. A change that leaves the expression as it was is one too.
 */
export const PREVIOUS_VALUE: TimeFunction = {
  name: 'previous_value',
  history: true,
  step(was, [current = null, otherwise = null], {changed}) {
    if (!was) return {value: otherwise, due: undefined, current};
    if (!changed) return was;
    return {value: was.current ?? null, due: undefined, current};
  },
};

/** The last value of an expression that was another than it is; else as `previous_value`. */
export const PREVIOUS_DISTINCT_VALUE: TimeFunction = {
  name: 'previous_distinct_value',
  history: true,
  step(was, [current = null, otherwise = null]) {
    if (!was) return {value: otherwise, due: undefined, current};
    const before = was.current ?? null;
    if (identical(before, current)) return was;
    return {value: before, due: undefined, current};
  },
};

/** The time of the row's last change, in microseconds since 1970: a timestamptz. */
export const CHANGED_AT: TimeFunction = {
  name: 'changed_at',
  history: true,
  step(was, _, {now, changed}) {
    return was && !changed ? was : {value: now, due: undefined};
  },
};

/** Whether the row's last change is less than the interval ago: its place in a window. */
export const WITHIN: TimeFunction = {
  name: 'within',
  history: true,
  step(was, [interval = null], {now, changed}) {
    const since = was?.since !== undefined && !changed ? was.since : now;
    if (interval === null) return {value: false, due: undefined, since};
    assert(interval instanceof Interval, 'a window is as long as an interval');
    const end = later(since, interval);
    return now < end
      ? {value: true, due: dueAt(end), since}
      : {value: false, due: undefined, since};
  },
};
