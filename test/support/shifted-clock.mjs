import {readFileSync} from 'node:fs';

/**
 * Loaded before a program (`node --import`): its clock is off by as many milliseconds as the
 * file that TAILRACE_TEST_CLOCK names says, and jumps when that is written anew, as it does when
 * somebody sets the machine's clock. Timers and `performance.now` go on, as they do then.
 */
const file = process.env.TAILRACE_TEST_CLOCK;
const systemNow = Date.now;
const LOOK_MS = 5;
let lookedMs = Number.NEGATIVE_INFINITY;
let shiftMs = 0;

Date.now = () => {
  if (performance.now() - lookedMs >= LOOK_MS) {
    lookedMs = performance.now();
    shiftMs = Number(readFileSync(file, 'utf8'));
  }
  return systemNow() + shiftMs;
};
