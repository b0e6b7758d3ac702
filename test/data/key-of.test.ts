import {expect, test} from 'vitest';
import {compareAny, numberKey} from '../../src/data/any.ts';
import {comparer, equals, identical} from '../../src/data/compare.ts';
import {compareText} from '../../src/data/compare-text.ts';
import {Decimal} from '../../src/data/decimal.ts';
import {NULL_PART} from '../../src/data/key.ts';
import {keyOf, keyWriter} from '../../src/data/key-of.ts';
import {ANY, arrayOf, FLOAT8, INT4, INT8, NUMERIC, TEXT, type Type} from '../../src/data/type.ts';
import {Boxed, Interval, type Value} from '../../src/data/value.ts';

test.each<[name: string, types: Type[], row: Value[], key: string | number]>([
  ['one integer is its own key', [INT4], [7], 7],
  ['an integer beyond the safe ones is its text', [INT8], [2n ** 60n], '1152921504606846976'],
  ['no integer is the part of null', [INT4], [null], NULL_PART],
  ['one text is its part', [TEXT], ['a|b\\'], 'a\\|b\\\\'],
  ['a text that looks like null is not', [TEXT], ['\\N'], '\\\\N'],
  ['two columns are joined', [INT4, TEXT], [1, 'a|b'], '1|a\\|b'],
  ['three columns are joined', [INT4, NUMERIC, TEXT], [1, new Decimal(100, 2), null], '1|1|\\N'],
  ['no column makes one group of all', [], [], ''],
])('%s', (_name, types, row, key) => {
  expect(
    keyOf(
      types,
      types.map((_type, i) => i),
    )(row),
  ).toBe(key);
});

test('a key takes the columns at its positions, in their order', () => {
  expect(keyOf([INT4, TEXT, INT4], [2, 0])([1, 'x', 3])).toBe('3|1');
});

test('lists of parts that would read alike when joined have different keys', () => {
  const of = (values: Value[]): string => keyWriter(arrayOf(TEXT))(values);
  const keys = [
    [],
    [''],
    ['', ''],
    ['|'],
    [null],
    ['\\N'],
    ['a', 'b'],
    ['a|b'],
    [['a', 'b']],
    ['2:a'],
  ].map(of);
  expect(new Set(keys).size).toBe(keys.length);
});

/** A boxed float, as a language would have one. */
class Float extends Boxed {
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
  key = (): string => numberKey(this.value);
  json = (): string => String(this.value);
  override toString = (): string => String(this.value);
  stored = (): unknown => this.value;
}

test('numbers of type any share a key when they are equal, whatever their kind', () => {
  const key = keyWriter(ANY);
  expect(new Set([1, new Decimal(1, 0), new Decimal(100, 2), new Float(1)].map(key))).toHaveLength(
    1,
  );
  expect(new Set([0, new Float(-0), new Decimal(0, 3)].map(key))).toHaveLength(1);
  expect(key(new Float(0.1))).toBe(key(new Decimal(1, 1)));
  expect(key(new Float(2 ** 60))).toBe(key(2n ** 60n));
  expect(key(2 ** 53 - 1)).not.toBe(key(2n ** 53n));
});

test('values of type any of different kinds have different keys', () => {
  const values = [
    null,
    true,
    'true',
    'bt',
    1,
    '1',
    'n1',
    '\\N',
    [],
    [1],
    ['1'],
    [[1]],
    new Interval(1, 0, 0),
  ];
  expect(new Set(values.map(keyWriter(ANY))).size).toBe(values.length);
});

test('values of type any are in the order of openCypher', () => {
  const ordered: Value[] = [
    ...[[], [1], [1, null], [2], new Interval(0, 1, 0), '', 'a', false, true],
    ...[new Decimal(-Infinity, 0), -1, 0, new Decimal(5, 1), 1, 2n ** 60n],
    ...[new Decimal(Infinity, 0), new Decimal(Number.NaN, 0), null],
  ];
  ordered.forEach((a, i) => {
    ordered.forEach((b, j) => {
      expect(Math.sign(compareAny(a, b)), `${i} and ${j}`).toBe(Math.sign(i - j));
    });
  });
});

test('texts are in the order of their UTF-8 bytes', () => {
  const texts = [
    '',
    'a',
    'ab',
    'b',
    '\u007f',
    '\u0080',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '😀',
    '😀a',
    '\u{10ffff}',
  ];
  for (const a of texts) {
    for (const b of texts) {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }
  }
});

test('what is equal to SQL can still be told apart', () => {
  const [a, b] = [new Decimal(95, 0), new Decimal(950, 1)];
  expect(equals(NUMERIC)(a, b)).toBe(true);
  expect(identical(a, b)).toBe(false);
  expect(equals(FLOAT8)(0, -0)).toBe(true);
  expect(identical(0, -0)).toBe(false);
  expect(identical(Number.NaN, Number.NaN)).toBe(true);
  expect(identical([1, [null]], [1, [null]])).toBe(true);
  expect(identical([1], [1, null])).toBe(false);
});

test('an enum label that was added since its type was read is the last', () => {
  const compare = comparer({kind: 'enum', labels: ['b', 'a']});
  expect(['new', 'a', 'b'].sort(compare)).toEqual(['b', 'a', 'new']);
});
