/**
 * The machine's time in microseconds since 1970, as Postgres reads it: `Date.now` tells
 * milliseconds, and a stopwatch that was set by one of its ticks tells what is between.
 */
export function wallClock(): () => number {
  let tick = Date.now();
  const first = tick;
  while (tick === first) tick = Date.now();
  const zero = tick * 1000 - performance.now() * 1000;
  return () => zero + performance.now() * 1000;
}
