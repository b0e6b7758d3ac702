import {expect, test} from 'vitest';
import {Decimal} from '../../src/data/decimal.ts';
import {jsonWriter} from '../../src/data/json.ts';
import {rowJson} from '../../src/data/row-json.ts';
import {textReader} from '../../src/data/text.ts';
import {
  ANY,
  arrayOf,
  BYTEA,
  DATE,
  FLOAT4,
  FLOAT8,
  INT4,
  INT8,
  INTERVAL,
  JSON_TYPE,
  JSONB,
  NUMERIC,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../src/data/type.ts';
import {Interval} from '../../src/data/value.ts';

test.each<[type: Type, text: string, json: string]>([
  [INT8, '9223372036854775807', '9223372036854775807'],
  [NUMERIC, '12345678901234567890.10', '12345678901234567890.10'],
  [NUMERIC, 'NaN', '"NaN"'],
  [NUMERIC, '-Infinity', '"-Infinity"'],
  [FLOAT8, 'Infinity', '"Infinity"'],
  [FLOAT8, '-0', '-0'],
  [FLOAT8, '1e+20', '100000000000000000000'],
  [FLOAT4, '0.1', '0.1'],
  [FLOAT4, 'NaN', '"NaN"'],
  [TEXT, 'a"\n\u2028é', '"a\\"\\n\u2028é"'],
  [BYTEA, '\\x00ff10', '"AP8Q"'],
  [DATE, '2026-03-01', '"2026-03-01"'],
  [DATE, '0001-12-31 BC', '"0000-12-31"'],
  [DATE, '0044-03-15 BC', '"-000043-03-15"'],
  [DATE, '10000-01-01', '"+010000-01-01"'],
  [DATE, '5874897-12-31', '"+5874897-12-31"'],
  [DATE, 'infinity', '"infinity"'],
  [TIME, '10:00:00.5', '"10:00:00.5"'],
  [TIMESTAMP, '2026-03-01 10:00:00.000001', '"2026-03-01T10:00:00.000001"'],
  [TIMESTAMPTZ, '2026-03-01 10:00:00+00', '"2026-03-01T10:00:00Z"'],
  [TIMESTAMPTZ, '0044-03-15 10:00:00.5+00 BC', '"-000043-03-15T10:00:00.5Z"'],
  [TIMESTAMPTZ, '-infinity', '"-infinity"'],
  [INTERVAL, '-1 mons +2 days -00:00:00.5', '"P-1M2DT-0.5S"'],
  [INTERVAL, '00:00:00', '"PT0S"'],
  [JSON_TYPE, ' {"a" :\n [1.0 , "x \\n y"]}\r\n', '{"a":[1.0,"x \\n y"]}'],
  [JSONB, '{"a": [1.00, null]}', '{"a": [1.00, null]}'],
  [arrayOf(JSON_TYPE), '{"{\\"a\\":\n1}",NULL}', '[{"a":1},null]'],
  [arrayOf(INT4), '{{1,2},{3,NULL}}', '[[1,2],[3,null]]'],
  [arrayOf(TIMESTAMPTZ), '{"2026-03-01 10:00:00+00"}', '["2026-03-01T10:00:00Z"]'],
])('of %o, %s', (type, text, json) => {
  expect(jsonWriter(type)(textReader(type)(text))).toBe(json);
});

test('JavaScript reads an expanded year as Postgres means it', () => {
  const caesar = jsonWriter(TIMESTAMPTZ)(textReader(TIMESTAMPTZ)('0044-03-15 10:00:00+00 BC'));
  expect(new Date(JSON.parse(caesar)).getUTCFullYear()).toBe(-43);
});

test('values of type any are written by what they are', () => {
  const value = [null, true, 1, 2n ** 60n, 'a"', new Decimal(10, 1), new Interval(1, 0, 0), []];
  expect(jsonWriter(ANY)(value)).toBe('[null,true,1,1152921504606846976,"a\\"",1.0,"P1M",[]]');
  expect(jsonWriter(ANY)(new Decimal(Number.NaN, 0))).toBe('"NaN"');
});

test('a row is an object in the order of its columns', () => {
  const write = rowJson([
    {name: '2', type: INT4},
    {name: 'a "b"', type: TEXT},
    {name: '1', type: NUMERIC},
  ]);
  expect(write([7, 'x', null])).toBe('{"2":7,"a \\"b\\"":"x","1":null}');
  expect(rowJson([])([])).toBe('{}');
});
