import fc from 'fast-check';
import {expect, it} from 'vitest';
import {Decimal} from '../../src/data/decimal.ts';
import {jsonWriter} from '../../src/data/json.ts';
import {rowJson} from '../../src/data/row-json.ts';
import {
  ANY,
  BOOL,
  DATE,
  FLOAT8,
  INT4,
  INT8,
  JSONB,
  NUMERIC,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
} from '../../src/data/type.ts';
import type {Value} from '../../src/data/value.ts';

const text = fc.oneof(
  fc.string({unit: 'binary'}),
  fc.string({unit: 'binary-ascii', maxLength: 300}),
  fc.constantFrom('"', '\\', '\ud800', '\n', 'x'.repeat(250)),
);
const decimal = fc
  .tuple(
    fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.bigInt({min: 2n ** 53n, max: 2n ** 70n})),
    fc.integer({min: 0, max: 20}),
  )
  .map(([digits, scale]) => new Decimal(digits, scale));
const special = fc.constantFrom(Number.NaN, Infinity, -Infinity).map((one) => new Decimal(one, 0));
const micros = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({min: -5, max: 5}).map((days) => days * 86_400_000_000),
  fc.constantFrom<Value>(Infinity, -Infinity, 2n ** 60n, -(2n ** 60n)),
);
/** Types that are written digit by digit, and some that are not. */
const columns = [
  {type: INT4, values: fc.integer()},
  {type: INT8, values: fc.oneof(fc.maxSafeInteger(), fc.bigInt({min: 2n ** 53n, max: 2n ** 63n}))},
  {type: NUMERIC, values: fc.oneof(decimal, special)},
  {type: TIMESTAMP, values: micros},
  {type: TIMESTAMPTZ, values: micros},
  {type: TEXT, values: text},
  {type: ANY, values: fc.oneof<fc.Arbitrary<Value>[]>(text, decimal, fc.double(), fc.boolean())},
  {type: BOOL, values: fc.boolean()},
  {type: DATE, values: fc.integer({min: -999_999, max: 9_999_999})},
  {type: FLOAT8, values: fc.double()},
  {type: JSONB, values: fc.json()},
].map((column, i) => ({...column, name: i % 2 === 0 ? `c${i}` : `“ü"${i}`}));
const rows = fc.tuple(
  ...columns.map(({values}) => fc.option<Value>(values as fc.Arbitrary<Value>, {freq: 9})),
);

it('writes each value as it is written by itself', () => {
  const described = columns.map(({name, type}) => ({name, type}));
  const write = rowJson(described);
  const writers = columns.map(({type}) => jsonWriter(type));
  fc.assert(
    fc.property(rows, (row) => {
      const members = row.map(
        (value, i) => `${JSON.stringify(columns[i]!.name)}:${writers[i]!(value)}`,
      );
      expect(write(row)).toBe(`{${members.join(',')}}`);
    }),
    {numRuns: 2000},
  );
});

it('a row that cannot be written leaves nothing in the next one', () => {
  const write = rowJson([
    {name: 'a', type: INT4},
    {name: 'b', type: NUMERIC},
  ]);
  expect(() => write([1, undefined as never])).not.toThrow();
  expect(() => write([1, Symbol('no value') as never])).toThrow();
  expect(write([2, new Decimal(150, 2)])).toBe('{"a":2,"b":1.50}');
});
