/**
 * What the collector decides, without doing it: which rows to write and which alerts to
 * raise or clear, from what was measured and what the table says.
 */

/** How a metric is kept in step with its measurement. */
interface Follow {
  /** A measurement nearer than this to the last one written is not written. */
  readonly step: number;
}

const FOLLOW: Readonly<Record<string, Follow>> = {
  cpu_usage: {step: 0.01},
  memory_usage: {step: 0.1},
  disk_usage: {step: 0.1},
  network_in: {step: 0.01},
  network_out: {step: 0.01},
  active_connections: {step: 1},
  load_average: {step: 0.01},
};

/** How long a value that was set by hand is left alone, at least. */
export const HOLD_MS = 60_000;

/** What the collector remembers of one metric. */
export interface Followed {
  /** The measurement it wrote last. */
  readonly written: number;
  /** The value it saw in the table last, whoever wrote it. */
  readonly seen: number;
  readonly heldUntilMs: number;
}

/**
 * What to do with one metric: its new memory, and the value to write, if any.
 *
 * A value in the table that is not the one seen last was set by hand, and is left alone
 * for HOLD_MS. After that it goes when the measurement has moved by its step since it was
 * last written: for the processor at once, for the disk when something fills or frees it.
 */
export function follow(
  name: string,
  {
    known,
    inTable,
    measured,
    nowMs,
  }: {
    known: Followed | undefined;
    inTable: number;
    measured: number;
    nowMs: number;
  },
): {followed: Followed; write: number | undefined} {
  if (!known) {
    const followed = {written: measured, seen: measured, heldUntilMs: 0};
    return {followed, write: inTable === measured ? undefined : measured};
  }
  if (inTable !== known.seen) {
    const followed = {...known, seen: inTable, heldUntilMs: nowMs + HOLD_MS};
    return {followed, write: undefined};
  }
  // Hundredths: the difference of two of them is not exact in binary.
  const moved = Math.round(Math.abs(measured - known.written) * 100) / 100;
  if (nowMs < known.heldUntilMs || moved < (FOLLOW[name]?.step ?? 0.01)) {
    return {followed: known, write: undefined};
  }
  return {followed: {written: measured, seen: measured, heldUntilMs: 0}, write: measured};
}

/** When somebody should look, by metric. Cleared `CLEAR_BELOW` under the threshold. */
export const THRESHOLDS: Readonly<Record<string, number>> = {
  cpu_usage: 80,
  memory_usage: 85,
  disk_usage: 90,
};
const CLEAR_BELOW = 5;
const CLEAR_AFTER_MS = 5000;

/** Whether an alert stands, and since when its value has been low again. */
export type AlertState =
  | {readonly kind: 'clear'}
  | {readonly kind: 'raised'; readonly lowSinceMs: number | undefined};

/**
 * What becomes of an alert. Raised above the threshold; cleared once the value has stayed
 * well below it for a while, so that a value on the edge does not raise and clear by turns.
 */
export function alertState(
  name: string,
  {state, value, nowMs}: {state: AlertState; value: number; nowMs: number},
): AlertState {
  const threshold = THRESHOLDS[name] ?? Number.POSITIVE_INFINITY;
  if (value > threshold) return {kind: 'raised', lowSinceMs: undefined};
  if (state.kind === 'clear') return state;
  if (value > threshold - CLEAR_BELOW) return {kind: 'raised', lowSinceMs: undefined};
  const lowSinceMs = state.lowSinceMs ?? nowMs;
  return nowMs - lowSinceMs >= CLEAR_AFTER_MS ? {kind: 'clear'} : {kind: 'raised', lowSinceMs};
}

/** The text of an alert; by it the collector knows its own again after a restart. */
export const alertMessage = (name: string): string =>
  `${name} is above ${THRESHOLDS[name]} percent`;
