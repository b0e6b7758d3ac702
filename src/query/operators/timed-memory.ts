import {identical} from '../../data/compare.ts';
import {type Revive, restoredValue, storedRow, storedValue} from '../../data/stored-row.ts';
import type {Row} from '../../data/value.ts';
import {fingerprint} from '../../lib/fingerprint.ts';
import type {Timed, TimeState} from '../plan.ts';

/** How the states of a row's time functions are written, and read again after a restart. */
export interface StateTexts {
  write(row: Row, states: readonly TimeState[]): string;
  /** The states of a row whose own values are those of the row written; else undefined. */
  read(row: Row, text: string): readonly (TimeState | undefined)[] | undefined;
  /** Whether what is written of two states of each function is the same. */
  same(a: readonly TimeState[], b: readonly (TimeState | undefined)[]): boolean;
}

/** A state without what follows from it and the time: when it is due. */
type StoredState = readonly [value: unknown, since?: unknown, current?: unknown];

/**
 * A text is the fingerprint of the row's own values, then what each function keeps. Of one
 * without history nothing is written: it follows from the row and the time.
 */
export function stateTexts(
  {functions, width}: Pick<Timed, 'functions' | 'width'>,
  revive: Revive | undefined,
): StateTexts {
  const kept = functions.map((call) => call.function.history);
  const markOf = (row: Row): string => fingerprint(JSON.stringify(storedRow(row.slice(0, width))));

  return {
    write: (row, states) =>
      JSON.stringify([markOf(row), ...states.map((state, i) => (kept[i] ? stored(state) : 0))]),
    read(row, text) {
      const [mark, ...states] = JSON.parse(text) as [string, ...(StoredState | 0)[]];
      if (mark !== markOf(row)) return undefined;
      return states.map((state) => (state === 0 ? undefined : restored(state, revive)));
    },
    same: (a, b) => a.every((state, i) => !kept[i] || alike(state, b[i])),
  };
}

function stored({value, since, current}: TimeState): StoredState {
  const first = storedValue(value);
  if (current !== undefined) {
    return [first, since === undefined ? null : storedValue(since), storedValue(current)];
  }
  return since === undefined ? [first] : [first, storedValue(since)];
}

function restored(
  [value, since = null, current]: StoredState,
  revive: Revive | undefined,
): TimeState {
  return {
    value: restoredValue(value, revive),
    due: undefined,
    ...(since !== null && {since: restoredValue(since) as number}),
    ...(current !== undefined && {current: restoredValue(current, revive)}),
  };
}

const alike = (a: TimeState, b: TimeState | undefined): boolean =>
  a === b ||
  (b !== undefined &&
    a.since === b.since &&
    identical(a.value, b.value) &&
    identical(a.current ?? null, b.current ?? null));
