import {expect, test} from 'vitest';
import type {Event} from '../../src/data/event.ts';
import {diskLog} from '../../src/store/disk-log.ts';
import {memoryDisk} from '../crash/memory-file.ts';
import {life} from '../crash/mortal.ts';
import {A_PLACE} from '../support/a-place.ts';
import {simulatedClock} from '../support/simulated-clock.ts';

const event = (sequence: number): Event => ({
  ...{sequence, queryId: 'q', updated: [], deleted: [], transaction: A_PLACE},
  added: [{key: String(sequence), after: '{}'}],
});

test('whoever asks for events since before the first that is held gets all that are', () => {
  const file = memoryDisk({atomic: true}).file(life(undefined));
  const limits = {eventLogEvents: 3, eventLogBytes: 1e6, eventLogMs: 1e6};
  const log = diskLog(file, {epoch: 'e', last: 0, limits, clock: simulatedClock(0)});
  for (let sequence = 1; sequence <= 9; sequence++) {
    file.write(() => log.write([event(sequence)]));
    log.wrote();
    log.show([event(sequence)], {written: true});
  }
  const after = (sequence: number): number[] => [...log.after(sequence)].map((one) => one.sequence);
  expect(after(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  file.write(() => log.prune(4));
  expect([after(0), after(4), after(7)]).toEqual([
    [5, 6, 7, 8, 9],
    [5, 6, 7, 8, 9],
    [8, 9],
  ]);
  file.write(() => log.prune(9));
  expect(after(0)).toEqual([7, 8, 9]);
});
