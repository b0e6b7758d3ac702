/**
 * Waits until `holds` answers true, asking every few milliseconds. Past the limit it
 * throws what it was waiting for, or answers false where that was asked for.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  {
    limitMs = 10_000,
    everyMs = 5,
    what = holds.toString(),
    orElse = 'throw',
  }: {
    limitMs?: number;
    everyMs?: number;
    what?: string | (() => string);
    orElse?: 'throw' | 'false';
  } = {},
): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) {
      if (orElse === 'false') return false;
      throw new Error(
        `waited ${limitMs} ms in vain for ${typeof what === 'string' ? what : what()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}
