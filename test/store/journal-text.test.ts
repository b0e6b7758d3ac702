import fc from 'fast-check';
import {expect, it} from 'vitest';
import {Decimal} from '../../src/data/decimal.ts';
import {storedRow} from '../../src/data/stored-row.ts';
import {Interval, type Row, type Value} from '../../src/data/value.ts';
import {ByteText} from '../../src/lib/byte-text.ts';
import type {Change, JournalEntry} from '../../src/store/journal.ts';
import {entryTexts} from '../../src/store/journal-text.ts';

const digits = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.constantFrom(-0, Number.NaN, Infinity),
);
const text = fc.oneof(fc.string({unit: 'binary'}), fc.constantFrom('"', '\\', '\ud800', '\u0001'));
/** Without backslashes in JSON: V8 from 12.8 on may read one such name for another. */
const name = text.filter((one) => !JSON.stringify(one).includes('\\'));
const value: fc.Arbitrary<Value> = fc.oneof(
  text,
  fc.double(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom<Value>(null, -0, Number.NaN, Infinity),
  fc.tuple(digits, fc.integer({min: 0, max: 20})).map(([all, scale]) => new Decimal(all, scale)),
  fc.array(fc.oneof(fc.integer(), text), {maxLength: 2}),
  fc.constant(new Interval(1, -2, 3)),
);
const row: fc.Arbitrary<Row> = fc.array(value, {maxLength: 4});
const key = fc.oneof(text, fc.maxSafeInteger());
const change = fc.tuple(key, fc.oneof<fc.Arbitrary<Change>[]>(row, text, fc.constant(null)));
const entry: fc.Arbitrary<JournalEntry<Change>> = fc.record({
  sources: fc.dictionary(name, fc.record({lsn: text, commitTime: fc.maxSafeInteger()})),
  queries: fc.dictionary(name, fc.option(text)),
  sequences: fc.dictionary(name, fc.nat()),
  cleared: fc.array(text, {maxLength: 2}),
  changes: fc.array(
    fc.tuple(
      text,
      fc.array(change, {maxLength: 3}).map((all) => all.flat(1)),
    ),
    {
      maxLength: 2,
    },
  ),
});

/** The entries that its texts say, with an entry's rows as they are stored. */
function written(one: JournalEntry<Change>, textBytes?: number): JournalEntry[] {
  const texts = entryTexts(one, new ByteText(64), textBytes);
  return Array.from(texts, (text) => JSON.parse(Buffer.from(text).toString()));
}

const stored = (one: JournalEntry<Change>): JournalEntry => ({
  ...one,
  changes: one.changes.map(([name, flat]) => [
    name,
    flat.map((each) => (Array.isArray(each) ? storedRow(each as Row) : each)),
  ]),
});
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it('writes what JSON has of the stored rows', () => {
  fc.assert(
    fc.property(entry, (one) => {
      expect(written(one)).toEqual([asJson(stored(one))]);
    }),
    {numRuns: 1000},
  );
});

it('says in several texts what one would say, positions and memos in the last', () => {
  fc.assert(
    fc.property(entry, fc.integer({min: 1, max: 300}), (one, textBytes) => {
      const pieces = written(one, textBytes);
      const {changes, cleared, ...rest} = asJson(stored(one)) as JournalEntry;
      const told = pieces.map(({changes: _, cleared: __, ...other}) => other);
      const none = {sources: {}, queries: {}, sequences: {}};
      expect(told).toEqual([...pieces.slice(1).map(() => none), rest]);
      expect(pieces.map((piece) => piece.cleared)).toEqual([
        cleared,
        ...told.slice(1).map(() => []),
      ]);
      expect(joined(pieces.flatMap((piece) => piece.changes))).toEqual(joined(changes));
    }),
    {numRuns: 500},
  );
});

/** Changes of one collection that follow on each other, as one list. */
function joined(changes: JournalEntry['changes']): unknown[] {
  const lists: [string, unknown[]][] = [];
  for (const [name, flat] of changes) {
    const last = lists.at(-1);
    if (last?.[0] === name) last[1].push(...flat);
    else lists.push([name, [...flat]]);
  }
  return lists;
}

it('makes no text longer than it may be by more than a row', () => {
  const wide: Row = ['x'.repeat(27_000)];
  const flat = Array.from({length: 400}, (_, key): Change[] => [key, wide]).flat(1);
  const one = {
    sources: {},
    queries: {},
    sequences: {},
    cleared: [],
    changes: [['t', flat] as const],
  };
  const texts = entryTexts(one, new ByteText(64));
  const lengths = Array.from(texts, ({length}) => length);
  expect(lengths).toHaveLength(3);
  expect(Math.max(...lengths)).toBeLessThan(4 * 1024 * 1024 + 28_000);
});
