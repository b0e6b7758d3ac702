import {expect, test} from 'vitest';
import {systemClock} from '../../src/lib/clock.ts';
import {paced} from '../../src/lib/paced.ts';
import {until} from '../support/until.ts';

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function counted(everyMs: number) {
  const ending = new AbortController();
  let done = 0;
  const clock = systemClock();
  const ask = paced(() => done++, {everyMs, clock, signal: ending.signal});
  return {ask, end: () => ending.abort(), done: () => done};
}

test('what is asked for in one turn is done once, after it', async () => {
  const {ask, done} = counted(60_000);
  ask();
  ask();
  expect(done()).toBe(0);
  await turn();
  expect(done()).toBe(1);
});

test('what is asked for too soon is done once, when it is time', async () => {
  const {ask, done} = counted(60);
  const begunMs = performance.now();
  ask();
  await turn();
  for (let i = 0; i < 50; i++) {
    ask();
    await turn();
  }
  expect(done()).toBeLessThanOrEqual(1 + (performance.now() - begunMs) / 60);
  await until(() => done() === 2);
  expect(performance.now() - begunMs).toBeGreaterThanOrEqual(59);
});

test('nothing is done once it has ended', async () => {
  const {ask, done, end} = counted(20);
  ask();
  end();
  await turn();
  ask();
  await turn();
  expect(done()).toBe(0);
});
