import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Event} from '../../src/data/event.ts';
import {memoryStore} from '../../src/store/memory-store.ts';
import type {Step} from '../../src/store/store.ts';
import {A_PLACE} from '../support/a-place.ts';

const options = {epoch: 'e1', eventLogEvents: 3, eventLogBytes: 1000};

function eventOf(sequence: number, bytes = 2): Event {
  const after = `"${'x'.repeat(Math.max(0, bytes - 2))}"`;
  return {
    sequence,
    queryId: 'q',
    added: [{key: '1', after}],
    updated: [],
    deleted: [],
    transaction: A_PLACE,
  };
}

function stepOf(lsn: bigint, events: readonly Event[]): Step {
  const changes = new Map();
  return {
    transaction: {kind: 'stream', sourceId: 's', lsn, xid: 1, commitTime: 0, changes},
    events,
  };
}

const done = (): void => {};

test('a commit is seen, and as durable as it gets, when it returns', () => {
  const store = memoryStore(options);
  let durable = false;
  store.commit([stepOf(7n, [eventOf(1)])], () => {
    durable = true;
  });
  expect([store.log.last, durable]).toEqual([1, true]);
});

test('an event that does not follow on the last is refused', async () => {
  const store = memoryStore(options);
  store.commit([stepOf(1n, [eventOf(1)])], done);
  const late = () => store.commit([stepOf(2n, [eventOf(3)])], done);
  expect(late).toThrow('event 3 does not follow on 1');
  const again = () => store.commit([stepOf(2n, [eventOf(1)])], done);
  expect(again).toThrow('event 1 does not follow on 1');
});

test('an event larger than the log trims everything, itself too', async () => {
  const store = memoryStore({...options, eventLogBytes: 10});
  store.commit([stepOf(1n, [eventOf(1), eventOf(2, 11)])], done);
  expect([store.log.trimmed, store.log.last, store.log.read(0, 9)]).toEqual([2, 2, []]);
  store.commit([stepOf(2n, [eventOf(3)])], done);
  expect(store.log.read(2, 9).map(({sequence}) => sequence)).toEqual([3]);
});

test('an event far larger than the log is not read through to find that out', async () => {
  let reads = 0;
  const row = {
    key: '1',
    get after() {
      reads += 1;
      return '"a row of some length"';
    },
  };
  const store = memoryStore(options);
  const event = {...eventOf(1), added: Array.from({length: 10_000}, () => row)};
  store.commit([stepOf(1n, [event])], done);
  expect([store.log.trimmed, store.log.last]).toEqual([1, 1]);
  expect(reads).toBeLessThan(200);
});

test('a step without events wakes nobody', async () => {
  const store = memoryStore(options);
  let woken = 0;
  store.log.watch(() => {
    woken += 1;
  });
  store.commit([stepOf(5n, [])], done);
  expect(woken).toBe(0);
  store.commit([stepOf(6n, [eventOf(1), eventOf(2)]), stepOf(7n, [eventOf(3)])], done);
  expect(woken).toBe(1);
});

test('who has stopped watching is told no more, and another with the same listener still is', async () => {
  const store = memoryStore(options);
  let woken = 0;
  const listener = (): void => {
    woken += 1;
  };
  const end = store.log.watch(listener);
  store.log.watch(listener);
  end();
  store.commit([stepOf(1n, [eventOf(1)])], done);
  expect(woken).toBe(1);
});

test('after close no step is taken', async () => {
  const store = memoryStore(options);
  await store.close();
  expect(() => store.commit([stepOf(1n, [])], done)).toThrow('closed store');
});

test('an epoch that an id can not carry is refused', () => {
  expect(() => memoryStore({...options, epoch: 'A-1'})).toThrow('names no epoch');
});

test('the log is the newest events that fit its limits, whatever the history', async () => {
  const steps = fc.array(fc.array(fc.integer({min: 2, max: 40}), {maxLength: 4}), {maxLength: 30});
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({min: 1, max: 8}),
      fc.integer({min: 1, max: 100}),
      async (sizes, eventLogEvents, eventLogBytes) => {
        const {log, commit} = memoryStore({epoch: 'e', eventLogEvents, eventLogBytes});
        let model: {sequence: number; bytes: number}[] = [];
        let last = 0;
        for (const [index, step] of sizes.entries()) {
          const added = step.map((bytes) => ({sequence: ++last, bytes}));
          const events = added.map(({sequence, bytes}) => eventOf(sequence, bytes));
          commit([stepOf(BigInt(index), events)], done);
          model = [...model, ...added];
          const total = (): number => model.reduce((sum, {bytes}) => sum + bytes, 0);
          while (model.length > eventLogEvents || total() > eventLogBytes) model = model.slice(1);

          expect(log.last).toBe(last);
          expect(log.trimmed).toBe(last - model.length);
          for (let after = 0; after <= last + 1; after++) {
            const wanted = model.filter(({sequence}) => sequence > after).slice(0, 3);
            expect(log.read(after, 3).map(({sequence}) => sequence)).toEqual(
              wanted.map(({sequence}) => sequence),
            );
          }
        }
      },
    ),
  );
});
