import {expect, test} from 'vitest';
import {anyJson} from '../../../src/data/any.ts';
import {toAny} from '../../../src/query/cypher/lower/convert.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {anyText} from '../../../src/query/cypher/values/any.ts';
import {compile} from '../../../src/query/evaluate.ts';

/** An expression's value as openCypher writes it. */
function value(expression: string): string {
  const plan = compileCypher(`RETURN ${expression} AS x`, {tables: [], joins: []});
  if (plan.kind !== 'project' || !plan.expressions[0]) throw new Error('RETURN is a projection');
  return anyText(compile(toAny(plan.expressions[0]))([]));
}

test.each([
  ["toUpper('straße') + toLower('ÅB')", "'STRASSEåb'"],
  ["trim('  a ') + '|' + ltrim(' b') + '|' + rtrim('c ')", "'a|b|c'"],
  ["left('😀ab', 2) + right('😀ab', 1) + substring('😀abc', 1, 2)", "'😀abab'"],
  ["reverse('a😀b')", "'b😀a'"],
  ["replace('a.b.c', '.', '$&')", "'a$&b$&c'"],
  ["split('a,b;c', [',', ';'])", "['a', 'b', 'c']"],
  ["size('😀') + size([1, null])", '3'],
  ['toUPPER(null)', 'null'],
  ['round(2.5) + round(-2.5)', '1.0'],
  ['round(-2.5, 0)', '-3.0'],
  ["round(2.675, 2, 'HALF_EVEN')", '2.68'],
  ["round(-1.45, 1, 'UP') + round(-1.45, 1, 'DOWN')", '-2.9'],
  ['ceil(1.2) + floor(-1.2)', '0.0'],
  ['abs(-9007199254740993)', '9007199254740993'],
  ['sign(-2.5)', '-1'],
  ['7 % -3', '1'],
  ['2 ^ 3', '8.0'],
  ["toInteger('12.9') + toInteger(-2.9)", '10'],
  ["toInteger('twelve')", 'null'],
  ["toFloat('1e3')", '1000.0'],
  ["toBoolean(' TRUE ')", 'true'],
  ["toString(1.0) + toString(true) + toString(date('2020-01-01'))", "'1.0true2020-01-01'"],
  ['coalesce(null, 1, 2)', '1'],
  ['nullIf(1, 1.0)', 'null'],
  ['[1, 2, 3][-1] + [1, 2, 3][5..][0]', 'null'],
  ['[1, 2, 3, 4][1..-1]', '[2, 3]'],
  ['head([]) IS NULL AND last([1, 2]) = 2', 'true'],
  ['range(5, 1, -2)', '[5, 3, 1]'],
  ['coll.distinct([1, 1.0, null, null])', '[1, null]'],
  ['coll.insert([1, 3], 1, 2)', '[1, 2, 3]'],
  ['coll.indexOf([1, 2], 2)', '1'],
  ['drasi.listMax([1, null, 3]) - drasi.listMin([4, 2])', '1'],
  ['drasi.stdevp([2, 4, 4, 4, 5, 5, 7, 9])', '2.0'],
  ['keys({b: 1, a: null})', "['b', 'a']"],
  ['{a: {b: [1, {c: 2}]}}.a.b[1].c', '2'],
  ['[x IN [1, 2, 3] WHERE x > 1 | [y IN [x, 10] | x * y]]', '[[4, 20], [9, 30]]'],
  ["reduce(s = '', x IN [1, 2] | s + x)", "'12'"],
  ['all(x IN [] WHERE false)', 'true'],
  ['any(x IN [1, null] WHERE x > 1)', 'null'],
  ['single(x IN [1, 2, null] WHERE x = 1)', 'null'],
  ['none(x IN [null] WHERE x = 1)', 'null'],
  ["'abc' =~ '(?i)A.C'", 'true'],
  ["'ab' < 'b' AND '￿' < '😀'", 'true'],
  ["1 = '1'", 'false'],
  ["1 < '1'", 'null'],
  ['[1, null] = [1, 2]', 'null'],
  ['[1, null] = [2, null]', 'false'],
  ['{a: null} = {a: 1}', 'null'],
  ['0.0 / 0.0 = 0.0 / 0.0', 'false'],
  ['9007199254740993 = 9007199254740992.0', 'false'],
  ['9007199254740992 = 9007199254740992.0', 'true'],
  ['3 IN [1, null]', 'null'],
  ['null AND false', 'false'],
  ['true XOR null', 'null'],
  ['1 < 2 < 3 < 3', 'false'],
])('%s is %s', (expression, expected) => {
  expect(value(expression)).toBe(expected);
});

test.each([
  ["date('2024-02-29') + duration('P1Y')", '2025-02-28'],
  ["date('2024-03-31') - duration({months: 1})", '2024-02-29'],
  ['date({year: 2024, week: 1, dayOfWeek: 1})', '2024-01-01'],
  ["date('2024-366')", '2024-12-31'],
  ["date('2024-Q3-01')", '2024-07-01'],
  ["date('-0044-03-15')", '-0044-03-15'],
  ["time('12:30+01:00') + duration('PT13H')", '01:30+01:00'],
  [
    "localdatetime('2024-12-31T23:59:59.999999999') + duration({nanoseconds: 1})",
    '2025-01-01T00:00',
  ],
  // Clocks go forward: a day is not 24 hours.
  [
    "datetime('2024-03-30T12:00[Europe/Berlin]') + duration('P1D')",
    '2024-03-31T12:00+02:00[Europe/Berlin]',
  ],
  [
    "datetime('2024-03-30T12:00[Europe/Berlin]') + duration('PT24H')",
    '2024-03-31T13:00+02:00[Europe/Berlin]',
  ],
  // A time that there is not, and one that there is twice.
  ["datetime('2024-03-31T02:30[Europe/Berlin]')", '2024-03-31T03:30+02:00[Europe/Berlin]'],
  ["datetime('2024-10-27T02:30[Europe/Berlin]')", '2024-10-27T02:30+02:00[Europe/Berlin]'],
  ['datetime({epochSeconds: 1700000000, nanosecond: 5})', '2023-11-14T22:13:20.000000005Z'],
  ["datetime('2024-01-01T00:00Z').epochMillis", '1704067200000'],
  ["date.truncate('week', date('2024-05-16'))", '2024-05-13'],
  ["datetime.truncate('hour', datetime('2024-05-16T12:34:56+02:00'))", '2024-05-16T12:00+02:00'],
  ["duration('P1.5M')", 'P1M15DT5H14M33S'],
  ["duration('P1Y2M3DT4H5M6.7S') * 2", 'P2Y4M6DT8H10M13.4S'],
  ['duration({days: 1}) / 2', 'PT12H'],
  ["-duration('P1DT1H')", 'P-1DT-1H'],
  ["duration('-P1D')", 'P-1D'],
  ["duration('P2012-02-02T14:37:21.545')", 'P2012Y2M2DT14H37M21.545S'],
  ["duration.between(date('2024-01-31'), date('2024-03-01'))", 'P1M1D'],
  ["duration.inDays(datetime('2024-01-01T00:00+01:00'), datetime('2024-01-02T00:00Z')).days", '1'],
  ["datetime('2024-01-01T01:00+01:00') = datetime('2024-01-01T00:00Z')", 'true'],
  ["duration('P1M') = duration('P30D')", 'false'],
  ["duration('P1M') < duration('P30D')", 'null'],
  ["date('2024-01-01') < '2024-01-02'", 'null'],
])('%s is %s', (expression, expected) => {
  expect(value(expression)).toBe(expected);
});

test('values go out as JSON that reads back', () => {
  const written = value("{a: 1.5, b: [date('2020-01-01'), null], c: 'x\"'}");
  expect(written).toBe("{a: 1.5, b: [2020-01-01, null], c: 'x\"'}");
  const plan = compileCypher(
    "RETURN {a: 0.0 / 0.0, b: [date('2020-01-01'), 12345678901234567]} AS x",
    {tables: [], joins: []},
  );
  if (plan.kind !== 'project' || !plan.expressions[0]) throw new Error('RETURN is a projection');
  expect(anyJson(compile(plan.expressions[0])([]))).toBe(
    '{"a":"NaN","b":["2020-01-01",12345678901234567]}',
  );
});
