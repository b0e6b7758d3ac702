import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Decimal} from '../../src/data/decimal.ts';
import type {Key} from '../../src/data/key.ts';
import {Interval, type Row, type Value} from '../../src/data/value.ts';
import {readTablePage, tablePage} from '../../src/store/table-page.ts';

function again(keys: readonly Key[], rows: readonly Row[]): Map<Key, Row> {
  const read = new Map<Key, Row>();
  readTablePage(tablePage(keys, rows), read);
  return read;
}

const text = fc.string({unit: 'binary', maxLength: 5});
const decimal = fc
  .tuple(fc.oneof(fc.integer(), fc.bigInt(), fc.constantFrom(Number.NaN, Infinity)), fc.nat(4))
  .map(([digits, scale]) => new Decimal(digits, scale));
const interval = fc
  .tuple(fc.integer(), fc.integer(), fc.bigInt())
  .map(([months, days, micros]) => new Interval(months, days, micros));
const value: fc.Arbitrary<Value> = fc.oneof(
  ...[fc.constant(null), fc.boolean(), fc.integer(), fc.double(), fc.bigInt(), text],
  ...[decimal, interval, fc.array(fc.oneof(fc.constant(null), decimal, text), {maxLength: 3})],
);
/** Columns of one kind each, of few values or of many, as tables have them. */
const column = (rows: number): fc.Arbitrary<Value[]> =>
  fc
    .constantFrom<fc.Arbitrary<Value>[]>(value, text, decimal, fc.integer(), fc.boolean())
    .chain((kind) => fc.array(fc.oneof(kind, fc.constant(null)), {minLength: 1, maxLength: rows}))
    .chain((few) => fc.array(fc.constantFrom(...few), {minLength: rows, maxLength: rows}));

test('what stands in a page is read as it was, to the last value', () => {
  const page = fc
    .integer({min: 1, max: 40})
    .chain((rows) => fc.tuple(fc.constant(rows), fc.array(column(rows), {maxLength: 4})));
  fc.assert(
    fc.property(page, ([count, columns]) => {
      const keys = Array.from({length: count}, (_, i) => (i % 3 === 0 ? `k${i}` : i));
      const rows = keys.map((_, i) => columns.map((values) => values[i] as Value));
      expect([...again(keys, rows)]).toStrictEqual(keys.map((key, i) => [key, rows[i]]));
    }),
  );
});

test('keys that a column has are not written again', () => {
  const keys = Array.from({length: 10}, (_, i) => i + 1_000_000);
  const rows = keys.map((key) => [null, key]);
  expect(tablePage(keys, rows).match(/1000003/g)).toHaveLength(1);
  expect([...again(keys, rows).keys()]).toEqual(keys);
});

test('rows that are read share the values of a column that has few', () => {
  const keys = Array.from({length: 100}, (_, i) => i);
  const rows = keys.map((i) => [new Decimal(i % 4, 2), new Interval(1, 2, 3)]);
  const read = again(keys, rows);
  expect(read.get(1)![0]).toBe(read.get(5)![0]);
  expect(new Set([...read.values()].map(([price]) => price)).size).toBe(4);
});
