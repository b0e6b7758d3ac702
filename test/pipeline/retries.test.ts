import {expect, test} from 'vitest';
import type {Clock} from '../../src/lib/clock.ts';
import type {LiveQuery} from '../../src/pipeline/live-query.ts';
import {retries} from '../../src/pipeline/retries.ts';

/** A clock that stands still until it is moved. */
function manualClock(): Clock & {advance(ms: number): Promise<void>} {
  let nowMs = 1_000_000;
  let waits: {dueMs: number; resolve: () => void}[] = [];
  return {
    nowMs: () => nowMs,
    steadyMs: () => nowMs,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        waits.push({dueMs: nowMs + ms, resolve});
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    async advance(ms) {
      nowMs += ms;
      const due = waits.filter(({dueMs}) => dueMs <= nowMs);
      waits = waits.filter(({dueMs}) => dueMs > nowMs);
      for (const {resolve} of due) resolve();
      await Promise.resolve();
    },
  };
}

// What a query is, retries do not look at: it is a key to them.
const query = {id: 'q'} as LiveQuery;

function started(maxMs = 400) {
  const clock = manualClock();
  const stopping = new AbortController();
  const tried: string[] = [];
  const again = (one: LiveQuery): void => void tried.push(one.id);
  const policy = retries({clock, maxMs, signal: stopping.signal, again});
  return {clock, tried, policy, stopping};
}

test('the first change after a failure is tried at once, later ones after waits that double', async () => {
  const {clock, policy} = started();
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    policy.failed(query);
    let waited = 0;
    for (; !policy.due(query); waited += 50) await clock.advance(50);
    waits.push(waited);
  }
  expect(waits).toEqual([0, 50, 100, 200, 400, 400, 400]);
});

test('a change during a wait is tried at its end, however many came, and once', async () => {
  const {clock, policy, tried} = started();
  policy.failed(query);
  policy.failed(query);
  for (let i = 0; i < 10; i++) expect(policy.due(query)).toBe(false);
  await clock.advance(49);
  expect(tried).toEqual([]);
  await clock.advance(1);
  expect(tried).toEqual(['q']);
  await clock.advance(10_000);
  expect(tried).toEqual(['q']);
});

test('without a change nothing is tried', async () => {
  const {clock, policy, tried} = started();
  policy.failed(query);
  policy.failed(query);
  await clock.advance(10_000);
  expect(tried).toEqual([]);
});

test('a query that ran for long begins with no wait again, one that ran shortly does not', async () => {
  const {clock, policy} = started();
  for (let i = 0; i < 5; i++) policy.failed(query);
  await clock.advance(500);
  policy.failed(query);
  expect(policy.due(query)).toBe(false);
  await clock.advance(801);
  policy.failed(query);
  expect(policy.due(query)).toBe(true);
});

test('a query that is gone is not tried', async () => {
  const {clock, policy, tried} = started();
  policy.failed(query);
  policy.failed(query);
  policy.due(query);
  policy.forget(query);
  await clock.advance(1000);
  expect(tried).toEqual([]);
});

test('a service that stops tries nothing', async () => {
  const {clock, policy, tried, stopping} = started();
  policy.failed(query);
  policy.failed(query);
  policy.due(query);
  stopping.abort();
  await clock.advance(1000);
  expect(tried).toEqual([]);
});
