/** Ticks that are looked at: who is held up between one and the stopwatch sets that too late. */
const TICKS = 50;

/**
 * The machine's time in microseconds since 1970, as Postgres reads it: `Date.now` tells
 * milliseconds, and a stopwatch that was set by its ticks tells what is between.
 */
export function wallClock(): () => number {
  let zero = 0;
  for (let i = 0; i < TICKS; i++) {
    const before = Date.now();
    let tick = before;
    while (tick === before) tick = Date.now();
    zero = Math.max(zero, tick * 1000 - performance.now() * 1000);
  }
  return () => zero + performance.now() * 1000;
}
