export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before attempt `attempt` (1, 2, 3 …): doubling from `firstMs` to
 * `maxMs`, then spread over its upper half by `chance` in [0, 1), so that many clients of
 * one server do not come back at the same moment.
 */
export function backoffMs(attempt: number, limits: BackoffLimits, chance: number): number {
  const full = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * chance);
}
