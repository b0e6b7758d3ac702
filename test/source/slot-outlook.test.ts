import {expect, test} from 'vitest';
import type {SlotReading} from '../../src/postgres/slot-reading.ts';
import {slotOutlook, type TimedReading} from '../../src/source/slot-outlook.ts';

const reading: SlotReading = {
  name: 's',
  walStatus: 'reserved',
  loss: undefined,
  activePid: 1,
  retainedBytes: 1000,
  unconfirmedBytes: 0,
  safeBytes: undefined,
  logEnd: 10_000n,
  catalogXminAge: undefined,
  failover: false,
  blocker: {kind: 'none'},
  furtherSlots: [],
};
const at = (seconds: number, more: Partial<SlotReading> = {}): TimedReading => ({
  atMs: seconds * 1000,
  reading: {...reading, ...more},
});

test('one reading tells no rate', () => {
  expect(slotOutlook([at(0)], 5000)).toMatchObject({
    growthBytesPerSecond: undefined,
    walBytesPerSecond: undefined,
    endsInMs: undefined,
    endsBy: 'limit',
  });
});

test('what grows ends at the limit, at the pace of all the readings', () => {
  const readings = [
    at(0),
    at(5, {retainedBytes: 1100, logEnd: 10_500n}),
    at(10, {retainedBytes: 2000, logEnd: 13_000n}),
  ] as const;
  expect(slotOutlook(readings, 5000)).toMatchObject({
    growthBytesPerSecond: 100,
    walBytesPerSecond: 300,
    endsBy: 'limit',
    endsInMs: 30_000,
  });
});

test.each<[what: string, later: Partial<SlotReading>]>([
  ['stands', {}],
  ['shrinks', {retainedBytes: 10}],
])('what %s does not end', (_what, later) => {
  expect(slotOutlook([at(0), at(10, later)], 5000)).toMatchObject({
    growthBytesPerSecond: 0,
    endsInMs: undefined,
  });
});

test.each<
  [safe: number | undefined, limit: number | undefined, by: string | undefined, ms: unknown]
>([
  [500, 5000, 'server', 5000],
  [5000, 2500, 'limit', 5000],
  [500, undefined, 'server', 5000],
  [undefined, 2500, 'limit', 5000],
  [-100, 5000, 'server', 0],
  [undefined, 1500, 'limit', 0],
  [undefined, undefined, undefined, undefined],
])('with %s bytes safe and a limit of %s it ends by %s', (safeBytes, limit, by, ms) => {
  const readings = [at(0), at(10, {retainedBytes: 2000, safeBytes})] as const;
  const {endsBy, endsInMs} = slotOutlook(readings, limit);
  expect([endsBy, endsInMs]).toEqual([by, ms]);
});

test('two readings of one moment tell no rate', () => {
  expect(slotOutlook([at(3), at(3, {retainedBytes: 9000})], 5000).endsInMs).toBeUndefined();
});
