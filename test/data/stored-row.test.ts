import fc from 'fast-check';
import {expect, test} from 'vitest';
import {identicalRows} from '../../src/data/compare.ts';
import {Decimal} from '../../src/data/decimal.ts';
import {integer} from '../../src/data/integer.ts';
import {restoredValue, rowOf, storedRow, storedValue} from '../../src/data/stored-row.ts';
import {textReader} from '../../src/data/text.ts';
import {FLOAT8, INT8, INTERVAL, NUMERIC, TIMESTAMPTZ, type Type} from '../../src/data/type.ts';
import {Boxed, Interval, type Row, type Value} from '../../src/data/value.ts';

/** A value that only whoever made it can make again. */
class Wrapped extends Boxed {
  readonly inner: Value;
  constructor(inner: Value) {
    super();
    this.inner = inner;
  }
  key = (): string => this.json();
  json = (): string => JSON.stringify(storedValue(this.inner));
  override toString = (): string => this.json();
  stored = (): unknown => ['wrapped', storedValue(this.inner)];
}

const revive = (stored: unknown): Boxed => {
  const [kind, inner] = stored as [string, unknown];
  expect(kind).toBe('wrapped');
  return new Wrapped(restoredValue(inner, revive));
};

const special = fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0);
const integers = fc.oneof(fc.maxSafeInteger(), fc.bigInt()).map(integer);
const intervals = fc.oneof(
  fc
    .tuple(fc.maxSafeInteger(), fc.maxSafeInteger(), integers)
    .map(([months, days, micros]) => new Interval(months, days, micros)),
  fc.constantFrom(Infinity, -Infinity).map((end) => new Interval(end, end, end)),
);
const decimals = fc.oneof(
  fc.tuple(integers, fc.nat({max: 20})).map(([digits, scale]) => new Decimal(digits, scale)),
  fc.constantFrom(Number.NaN, Infinity, -Infinity).map((digits) => new Decimal(digits, 0)),
);
const texts = fc.oneof(fc.string({unit: 'binary'}), fc.constantFrom('', 'null', '{"n":"1"}'));

/** Every form a value has, and lists and boxes of them. */
const {value: values} = fc.letrec<{value: Value}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    special,
    integers,
    texts,
    decimals,
    intervals,
    fc.array(tie('value'), {maxLength: 4}),
    tie('value').map((inner) => new Wrapped(inner)),
  ),
}));
const rows: fc.Arbitrary<Row> = fc.array(values, {maxLength: 6});

test('a row that went through JSON is the row that was stored', () => {
  fc.assert(
    fc.property(rows, (row) => {
      const read: unknown = JSON.parse(JSON.stringify(storedRow(row)));
      const restored = rowOf(read, revive);
      expect(restored.map(formOf)).toEqual(row.map(formOf));
      expect(identicalRows(restored, row)).toBe(true);
    }),
    {numRuns: 1000},
  );
});

/** The class of a value, which `identicalRows` takes for granted where types are known. */
const formOf = (value: Value): string =>
  typeof value === 'object' && value !== null ? value.constructor.name : typeof value;

test.each<[type: Type, texts: readonly string[]]>([
  [INT8, ['9223372036854775807', '-9007199254740993', '7']],
  [NUMERIC, ['95.00', '-0.00', '12345678901234567890.10', 'NaN', '-Infinity']],
  [FLOAT8, ['-0', '1e+300', '5e-324', 'NaN', 'Infinity']],
  [TIMESTAMPTZ, ['2026-03-01 08:00:00.000001+00', 'infinity', '290000-01-01 00:00:00+00']],
  [INTERVAL, ['1 mon -2 days +03:00:00.5', '-178000000 years', '00:00:00']],
  [{kind: 'array', element: NUMERIC}, ['{{1.0,NULL},{2.00,NaN}}', '{}']],
])('what Postgres prints of $0.kind is stored and read again', (type, texts) => {
  const row = texts.map(textReader(type));
  const restored = rowOf(JSON.parse(JSON.stringify(storedRow(row))));
  expect(identicalRows(restored, row), JSON.stringify(storedRow(row))).toBe(true);
});

test('a row of plain values is stored as it is, and not copied', () => {
  const row: Row = [1, -1.5, 'text', true, null, ['a', [null]], 2 ** 60];
  expect(storedRow(row)).toBe(row);
  expect(rowOf([1, 'text', null])).toEqual([1, 'text', null]);
});

test('storing a row leaves it as it was', () => {
  const row: Row = [1, 2n ** 60n, new Decimal(9500, 2), [Number.NaN]];
  const before = [...row];
  storedRow(row);
  expect(identicalRows(row, before)).toBe(true);
});

test('-0 is not stored as 0, and 0 not as -0', () => {
  const [minus, zero] = [-0, 0].map((value) => storedValue(value));
  expect(JSON.stringify([minus, zero])).toBe('[{"f":"-0"},0]');
  expect(Object.is(restoredValue(minus), -0)).toBe(true);
  expect(Object.is(restoredValue(zero), 0)).toBe(true);
});

test('a boxed value without its reviver is a bug, and not another value', () => {
  expect(() => rowOf(storedRow([new Wrapped(1)]))).toThrow(/boxed value.*bug/);
});
