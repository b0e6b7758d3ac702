import {expect, test} from 'vitest';
import {Decimal} from '../../src/data/decimal.ts';
import {MalformedText} from '../../src/data/malformed.ts';
import {textReader, textWriter} from '../../src/data/text.ts';
import {
  ANY,
  arrayOf,
  BOOL,
  BPCHAR,
  BYTEA,
  DATE,
  FLOAT4,
  FLOAT8,
  INT4,
  INT8,
  INTERVAL,
  NUMERIC,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  TIMETZ,
  type Type,
} from '../../src/data/type.ts';
import {Interval, type Value} from '../../src/data/value.ts';
import {byteReader} from '../../src/postgres/values.ts';

/** That the forms are those of the table in `value.ts`; Postgres judges the texts themselves. */
test.each<[type: Type, text: string, value: Value]>([
  [INT8, '9007199254740991', 9_007_199_254_740_991],
  [INT8, '9007199254740992', 9_007_199_254_740_992n],
  [INT8, '-0', 0],
  [FLOAT4, '0.1', Math.fround(0.1)],
  [FLOAT8, '-0', -0],
  [FLOAT8, 'NaN', Number.NaN],
  [NUMERIC, '-12.50', new Decimal(-1250, 2)],
  [NUMERIC, '0.00', new Decimal(0, 2)],
  [NUMERIC, '12345678901234567890.10', new Decimal(1_234_567_890_123_456_789_010n, 2)],
  [NUMERIC, '-Infinity', new Decimal(-Infinity, 0)],
  [BPCHAR, 'ab  ', 'ab  '],
  [BYTEA, '\\x0aff', '\\x0aff'],
  [DATE, '1970-01-02', 1],
  [DATE, '0001-12-31 BC', -719_163],
  [DATE, '-infinity', -Infinity],
  [TIME, '24:00:00', 86_400_000_000],
  [TIMETZ, '10:00:00+05:30', '10:00:00+05:30'],
  [TIMESTAMP, '1969-12-31 23:59:59.999999', -1],
  [TIMESTAMPTZ, '2026-03-01 10:00:00+00', Date.UTC(2026, 2, 1, 10) * 1000],
  [TIMESTAMPTZ, '2026-03-01 10:00:00+02', Date.UTC(2026, 2, 1, 8) * 1000],
  [TIMESTAMPTZ, '2026-03-01 10:00:00-03:30', Date.UTC(2026, 2, 1, 13, 30) * 1000],
  [TIMESTAMPTZ, '294276-12-31 23:59:59.999999+00', 9_224_318_015_999_999_999n],
  [TIMESTAMP, 'infinity', Infinity],
  [INTERVAL, '1 year 2 mons -3 days +04:05:06.5', new Interval(14, -3, 14_706_500_000)],
  [INTERVAL, '2562047788:00:54.775807', new Interval(0, 0, 2n ** 63n - 1n)],
  [INTERVAL, 'infinity', new Interval(Infinity, Infinity, Infinity)],
  [
    arrayOf(INT4),
    '{{1,2},{NULL,4}}',
    [
      [1, 2],
      [null, 4],
    ],
  ],
  [arrayOf(INT4), '[0:1]={1,2}', [1, 2]],
  [arrayOf(TEXT), '{NULL,"NULL","a\\"b,}",é}', [null, 'NULL', 'a"b,}', 'é']],
  [arrayOf(BOOL), '{t,f}', [true, false]],
])('of %o, %s', (type, text, value) => {
  expect(textReader(type)(text)).toEqual(value);
  const bytes = Buffer.from(` ${text} `);
  expect(byteReader(type)(bytes, 1, bytes.length - 1)).toEqual(value);
});

test.each<[type: Type, texts: string[]]>([
  [BOOL, ['', 'x', 'tt', 'TRUE']],
  [INT4, ['', '-', '+1', '1a', ' 1', '1.0', '0x1f', '12345678901234567x']],
  [FLOAT8, ['', ' ', '1x', '0x1g', '-', 'infinity', 'nan']],
  [NUMERIC, ['', '-', '.', '1.2.3', '1e', '--1', '1e999999', '1e-999999']],
  [DATE, ['', '2026-3-01', '2026-13-01', '2026-00-10', '2026-02-29', '2026/02/28', '0000-01-01']],
  [TIME, ['', '1:00:00', '24:00:00.1', '10:60:00', '10:00:00.', '10:00:00.1234567', '10:00:0x']],
  [TIMESTAMP, ['', '2026-03-01', '2026-03-01T10:00:00', '2026-03-01 10:00', '2026-03-01 25:00:00']],
  [
    TIMESTAMPTZ,
    ['+00', '2026-02-30 10:00:00+00', '2026-03-01 10:00:00+0', '10000-02-30 10:00:00+00'],
  ],
  [INTERVAL, ['', '1', '1 week', 'x days', '1:00', '00:00:00 1 day', '1 day 1 day 00:0:00']],
  [
    arrayOf(INT4),
    ['', '{', '{1', '{1,', '{1}}', '{1;2}', '1', '{"1}', '{x}', '[0:1]', '{{{{{{{1}}}}}}}'],
  ],
])('of %o, nothing else is read', (type, texts) => {
  for (const text of texts) {
    expect(() => textReader(type)(text), text).toThrow(MalformedText);
    const bytes = Buffer.from(text);
    expect(() => byteReader(type)(bytes, 0, bytes.length), text).toThrow(MalformedText);
  }
});

test('an error shows the beginning of a long text only', () => {
  expect(() => textReader(INT4)('secret'.repeat(100))).toThrow(/^"(secret){6}secr…" is no text/);
});

test('values of type any are written without what Postgres would add', () => {
  const write = textWriter(ANY);
  const values = [
    true,
    1,
    2n ** 60n,
    'a',
    new Decimal(10, 1),
    new Interval(1, 0, 0),
    [1, ['a', null]],
  ];
  expect(values.map(write)).toEqual([
    ...['true', '1', '1152921504606846976', 'a', '1.0', '1 mon', '[1,["a",null]]'],
  ]);
});
