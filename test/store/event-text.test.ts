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
      source: text,
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

const texts = (pieces: Iterable<Uint8Array>): string[] =>
  Array.from(pieces, (piece) => Buffer.from(piece).toString());

it('reads back an event of several pieces as it was, wherever it is cut', () => {
  fc.assert(
    fc.property(events, fc.integer({min: 1, max: 80}), ([event], pieceBytes) => {
      const [first, ...further] = texts(eventPieces(event!, pieceBytes));
      expect(readEvents(first!, () => further)).toEqual([event]);
    }),
    {numRuns: 300},
  );
});

it('makes no piece longer than it may be, but for a text that is longer by itself', () => {
  const [event] = fc.sample(events, {numRuns: 1, seed: 7})[0]!;
  const wide = (size: number): string => JSON.stringify('ü'.repeat(size));
  const updated = Array.from({length: 300}, (_, i) => ({
    key: `${i} ü`,
    before: wide(i),
    after: wide(3 * i),
  }));
  updated[7] = {key: 'x', before: wide(9000), after: wide(8000)};
  const large: Event = {...event!, added: [], updated, deleted: []};
  const pieces = texts(eventPieces(large, 4096));
  expect(readEvents(pieces[0]!, () => pieces.slice(1))).toEqual([large]);
  const long = pieces.filter((piece) => Buffer.byteLength(piece) > 4096);
  expect(long.toSorted()).toEqual([wide(8000), wide(9000)]);
  // About half of their room is used at least: a piece is a record of its own.
  const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  expect(pieces.length).toBeLessThan((2 * bytes) / 4096);
});

it.each([
  ['of few short rows shares records', true, 100, 10],
  ['of many rows has records of its own', false, 20_000, 10],
  ['of wide rows has records of its own', false, 300, 27_000],
])('an event %s', (_what, small, rows, width) => {
  const [event] = fc.sample(events, {numRuns: 1, seed: 7})[0]!;
  const after = JSON.stringify('x'.repeat(width));
  const added = Array.from({length: rows}, (_, i) => ({key: String(i), after}));
  const one: Event = {...event!, added, updated: [], deleted: []};
  expect(isSmall(one)).toBe(small);
  const lengths = texts(eventPieces(one)).map((piece) => Buffer.byteLength(piece));
  expect(Math.max(...lengths)).toBeLessThanOrEqual(4 * 1024 * 1024);
});

it('reads no text of a row to learn that an event of many rows is large', () => {
  const late = {
    key: 'k',
    get after(): string {
      return expect.unreachable('the text was made');
    },
  };
  const [event] = fc.sample(events, {numRuns: 1, seed: 7})[0]!;
  expect(isSmall({...event!, added: Array.from({length: 10_000}, () => late)})).toBe(false);
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
