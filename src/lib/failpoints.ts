/** Moments at which a crash test wants the process to end, by name. */
export const FAILPOINTS = [
  'before-store-write',
  'after-store-write',
  'before-acknowledge',
  'after-acknowledge',
] as const;

/** Told that a moment has come. Without one that was asked for, nobody is told. */
export type Failpoint = (name: (typeof FAILPOINTS)[number]) => void;

/**
 * Reads `name:count`: at the so-manieth such moment `die` is called. undefined where
 * nothing was asked for, or something else than a failpoint.
 */
export function failpointOf(setting: string | undefined, die: () => void): Failpoint | undefined {
  const [wanted, count] = setting?.split(':') ?? [];
  if (!FAILPOINTS.some((name) => name === wanted)) return undefined;
  let left = Number(count);
  return (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (left === 0) die();
  };
}
