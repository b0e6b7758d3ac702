import fc from 'fast-check';
import {expect, it} from 'vitest';
import {Decimal} from '../../src/data/decimal.ts';
import {storedRow} from '../../src/data/stored-row.ts';
import {Interval, type Row, type Value} from '../../src/data/value.ts';
import {ByteText} from '../../src/lib/byte-text.ts';
import type {Change, JournalEntry} from '../../src/store/journal.ts';
import {writeEntry} from '../../src/store/journal-text.ts';

const digits = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.constantFrom(-0, Number.NaN, Infinity),
);
const text = fc.oneof(fc.string({unit: 'binary'}), fc.constantFrom('"', '\\', '\ud800', '\u0001'));
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
  sources: fc.dictionary(text, fc.record({lsn: text, commitTime: fc.maxSafeInteger()})),
  queries: fc.dictionary(text, fc.option(text)),
  sequences: fc.dictionary(text, fc.nat()),
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

it('writes what JSON has of the stored rows', () => {
  const bytes = new ByteText(64);
  fc.assert(
    fc.property(entry, (one) => {
      writeEntry(one, bytes);
      const stored = one.changes.map(([name, flat]) => [
        name,
        flat.map((each) => (Array.isArray(each) ? storedRow(each as Row) : each)),
      ]);
      const written = Buffer.from(bytes.take()).toString();
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify({...one, changes: stored})));
    }),
    {numRuns: 1000},
  );
});
