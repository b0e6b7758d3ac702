import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {Event} from '../../src/data/event.ts';
import {ByteText} from '../../src/lib/byte-text.ts';
import {eventPieces, isSmall, readEvents, writeEvent} from '../../src/store/event-text.ts';

const json = fc.json({maxDepth: 1});
const text = fc.oneof(fc.string({unit: 'grapheme'}), fc.string({unit: 'binary-ascii'}));
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({
    sequence: fc.integer({min: 1, max: Number.MAX_SAFE_INTEGER}),
    queryId: text,
    added: fc.array(fc.record({key: text, after: json}), {maxLength: 3}),
    updated: fc.array(fc.record({key: text, before: json, after: json}), {maxLength: 3}),
    deleted: fc.array(fc.record({key: text, before: json}), {maxLength: 3}),
    transaction: fc.record({
      kind: fc.constantFrom('stream' as const, 'resync' as const, 'timer' as const),
      lsn: fc.constantFrom('0/0', '0/1A2B3C8', 'FFFFFFFF/FFFFFFFF'),
      xid: fc.option(fc.integer({min: 0, max: 2 ** 32 - 1}), {nil: undefined}),
      commitTime: fc.integer({min: -(2 ** 52), max: 2 ** 52}),
      part: fc.integer({min: 1, max: 9}),
      parts: fc.integer({min: 1, max: 10_000}),
    }),
  }),
  {minLength: 1, maxLength: 4},
);
const none = (): never => expect.unreachable('there are no further pieces');

it('reads back the events of a record as they were', () => {
  // Smaller than most records, so that it grows; used again, so that nothing is left in it.
  const record = new ByteText(64);
  fc.assert(
    fc.property(events, (some) => {
      for (const event of some) writeEvent(event, record);
      expect(readEvents(Buffer.from(record.take()).toString(), none)).toEqual(some);
      expect(record.length).toBe(0);
    }),
    {numRuns: 300},
  );
});

it('reads back an event of several pieces as it was', () => {
  const added = Array.from({length: 45_000}, (_, i) => ({key: `${i} ü`, after: `{"a":${i}}`}));
  const deleted = [{key: 'x\u0001', before: '"\\u0001"'}];
  const [event] = fc.sample(events, {numRuns: 1, seed: 7})[0]!;
  const large: Event = {...event!, added, updated: [], deleted};
  expect(isSmall(large)).toBe(false);
  const [first, ...further] = Array.from(eventPieces(large), (piece) =>
    Buffer.from(piece).toString(),
  );
  expect(further).toHaveLength(2);
  expect(readEvents(first!, () => further)).toEqual([large]);
});

it('writes whole numbers as JSON does', () => {
  const text = new ByteText(1);
  const written = (value: number): string => {
    text.integer(value);
    return Buffer.from(text.take()).toString();
  };
  for (let power = 1; power <= 1e15; power *= 10) {
    for (const value of [power - 1, power, power + 1]) expect(written(value)).toBe(String(value));
  }
  const wide = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(2 ** 30, 2 ** 30 + 1));
  fc.assert(fc.property(wide, (value) => written(value) === JSON.stringify(value)));
});
