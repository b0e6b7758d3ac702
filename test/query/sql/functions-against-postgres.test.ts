import {loadModule} from 'libpg-query';
import type pg from 'pg';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {textWriter} from '../../../src/data/text.ts';
import {problemsOf} from '../../../src/lib/problem.ts';
import {random} from '../../../src/lib/random.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {compileSql} from '../../../src/query/sql/lower.ts';
import {type TestDatabase, testDatabase} from '../../support/postgres.ts';

/** Functions of constants, where Postgres says at once what is right. */
let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  await loadModule();
  const options = "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'";
  database = await testDatabase({options});
  client = await database.connect();
  await client.query("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3");
}, 60_000);

afterAll(() => database.drop());

type Answer = string | null | 'fails';

async function theirs(expression: string): Promise<Answer> {
  try {
    const {rows} = await client.query<{x: string | null}>(`SELECT (${expression})::text AS x`);
    return rows[0]?.x ?? null;
  } catch {
    return 'fails';
  }
}

function ours(expression: string): Answer {
  try {
    const plan = optimise(compileSql(`SELECT ${expression} AS x`, {tables: [], joins: []}));
    const value = dataflow(plan).hydrate(new Map())[0]?.after?.[0] ?? null;
    const {type} = plan.columns[0] ?? {type: {kind: 'text' as const}};
    return value === null ? null : textWriter(type)(value);
  } catch (error) {
    if (problemsOf(error).length > 0) return 'fails';
    throw error;
  }
}

async function agree(expressions: readonly string[]): Promise<void> {
  const differing: string[] = [];
  for (const expression of expressions) {
    const [left, right] = [ours(expression), await theirs(expression)];
    if (left !== right) differing.push(`${expression}\n  we ${left}\n  Postgres ${right}`);
  }
  expect(differing).toEqual([]);
}

const NUMBERS = [
  ...['0', '1', '-1', '12', '485', '-485', '1485', '0.1', '-0.1', '0.01', '12.345', '-12.5'],
  ...['148.5', '3148.5', '99.995', '123456.789', '0.5', '1e10', '-0.004', '100', '2', '13'],
];
const NUMBER_FORMATS = [
  ...['9', '99', '999', '9999', '9.9', '99.99', '999.999', '0', '00', '0000', '0.0', '000.00'],
  ...[
    'FM9',
    'FM999',
    'FM99.99',
    'FM0.00',
    'FM90.99',
    'FM999.009',
    'FM0099.9',
    '999,999',
    '9,999.99',
  ],
  ...['FM9,999,999', 'FM999,999.00', '0,000', 'S999', '999S', 'S99.9', '99.9S', 'FMS999', 'SG999'],
  ...['MI999', '999MI', 'FM999MI', 'PL999', '999PL', '999PR', '99.9PR', 'FM999PR', 'FM99.9PR'],
  ...['999TH', '999th', 'FM999th', '9G999', '9G999D99', 'FM9G999D99', '99V99', '9V9', 'RN', 'FMRN'],
  ...[
    'FMrn',
    '9.99EEEE',
    '9.9EEEE',
    '9EEEE',
    '"n: "999',
    '9 9 9',
    '9-9',
    '999 "of" 9',
    '.99',
    '9.',
  ],
  ...[
    '',
    'x',
    '9.9.9',
    '99.09',
    '0999.9990',
    'B9',
    '9S9',
    'S9S',
    'FM.99',
    '0V9',
    '09.90',
    'FM09.90',
  ],
];

test.each([
  ['int4', '::int4'],
  ['numeric', '::numeric'],
  ['float8', '::float8'],
])('to_char of %s has the form that Postgres gives it', async (_type, cast) => {
  const numbers = cast === '::int4' ? NUMBERS.filter((one) => /^-?\d{1,6}$/.test(one)) : NUMBERS;
  const formats = NUMBER_FORMATS.filter((format) => !/^B/.test(format));
  await agree(
    numbers.flatMap((one) => formats.map((format) => `to_char('${one}'${cast}, '${format}')`)),
  );
});

test('to_char of random formats of numbers', async () => {
  const next = random(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const pieces = ['9', '0', '9', '9', '.', ',', 'G', 'FM', 'S', 'MI', 'PR', ' ', 'x'];
  const cases = Array.from({length: 400}, () => {
    const format = Array.from({length: 1 + Math.floor(next() * 7)}, () => pick(pieces)).join('');
    return `to_char('${pick(NUMBERS)}'::numeric, '${format}')`;
  });
  await agree(cases);
});

const MOMENTS = [
  ...['2024-02-29 13:05:09.123456', '1999-12-31 23:59:59.999999', '2026-01-01 00:00:00'],
  ...['2021-01-03 12:00:00', '12024-11-10 08:00:00', 'infinity'],
  ...['0001-01-01 00:00:00', '1900-07-04 11:22:33.5', '0100-12-31 12:30:00'],
];
const TIME_FORMATS = [
  ...[
    'YYYY-MM-DD HH24:MI:SS',
    'YYYY-MM-DD"T"HH24:MI:SS.US',
    'Day, DD Mon YYYY',
    'DAY MONTH',
    'day',
  ],
  ...[
    'FMDay, FMDD FMMonth YYYY',
    'Dy DY dy',
    'month mon MON Mon',
    'HH:MI:SS AM',
    'HH12 p.m.',
    'am',
  ],
  ...[
    'Q',
    'WW IW W',
    'DDD D ID IDDD',
    'CC',
    'J',
    'Y,YYY YYY YY Y',
    'IYYY IYY IY I',
    'MS US FF1 FF3 FF6',
  ],
  ...['SSSS SSSSS', 'RM', 'rm', 'FMRM', 'AD BC A.D. b.c.', 'DDth DDTH FMDDth', 'TZ tz TZH TZM OF'],
  ...['HH24"h"MI"m"', 'FMHH24:FMMI', 'YYYYth', 'quote "YYYY" here', 'Month DD, YYYY', 'FXYYYY', ''],
  ...['FM MM', 'yyyymmdd', 'YYYYMMDDHH24MISS', 'DD/MM/YY', 'DD.MM.YYYY', 'Mon-YY', '\\"Y\\"'],
];

test.each(['timestamp', 'timestamptz', 'date'])(
  'to_char of %s has the form that Postgres gives it',
  async (type) => {
    const moments = MOMENTS.map(
      (one) => `'${one}'::timestamp${type === 'timestamp' ? '' : `::${type}`}`,
    );
    moments.push(`('0001-01-01 01:02:03'::timestamp - interval '44 years')::${type}`);
    await agree(
      moments.flatMap((one) => TIME_FORMATS.map((format) => `to_char(${one}, '${format}')`)),
    );
  },
);

test('to_char of intervals has the form that Postgres gives it', async () => {
  const intervals = [
    ...['1 day', '-1 mon 2 days 03:04:05.5', '15 mon', '100:30:00', '-00:00:01.25', '2 years'],
    ...['-2 years', '00:00:00', 'infinity', '1 year 2 mons 3 days 04:05:06.789'],
  ];
  const formats = [
    ...[
      'HH24:MI:SS',
      'DD HH24:MI',
      'YYYY-MM-DD',
      'HH12:MI:SS.MS',
      'FMDD "days"',
      'SSSS',
      'CC YY',
      'Q',
    ],
    ...['DDD', 'Mon', 'D', 'RM', 'AD', 'HH24th', 'MM', 'US', 'WW', 'W', 'AM'],
  ];
  await agree(
    intervals.flatMap((one) => formats.map((of) => `to_char('${one}'::interval, '${of}')`)),
  );
});

const TEXTS = [
  ...[
    "''",
    "'abc'",
    "'aab'",
    "'foo bar'",
    "'Hello, World 123'",
    "'é Ünï_x'",
    "'a.b.c'",
    "'2024-01-31'",
  ],
  ...["'x=1; y=22'", "E'tab\\there'", "'aaa'", "'abcabc'", "'[a]'", "'ab12cd345'"],
];
const PATTERNS = [
  ...[
    '[[:alpha:]]+',
    '[[:digit:]]+',
    '\\d+',
    '\\w+',
    '\\s',
    '\\W',
    '\\D+',
    '\\S+',
    '[[:upper:]]',
    'a|ab',
  ],
  ...[
    '(a|ab)(c|bcd)?',
    '\\mf',
    'o\\M',
    '\\yb',
    '\\Yb',
    '\\Aa',
    'c\\Z',
    '(a)\\1',
    '^a',
    'c$',
    '[^a-c]+',
  ],
  ...[
    '[]a]',
    '[a-]',
    '(foo|foo bar)',
    'a?(ab)?',
    'x*',
    'b*',
    'a+?',
    '(.)(.)',
    '(\\d+)-(\\d+)',
    '[[:punct:]]',
  ],
  ...[
    '[\\w.]+',
    '[[:space:][:digit:]]',
    'a{2}',
    'a{2,}',
    '(?:ab)+',
    'b(?=c)',
    'b(?!c)',
    '\\.',
    '.',
    '',
  ],
  ...['[[:alnum:]_]+$', '(', '[z-a]', '(a|b)+', '(?:a*)+', '[^[:alpha:]]'],
];

test.each([
  ['~', (a: string, p: string) => `${a} ~ '${p}'`],
  ['~*', (a: string, p: string) => `upper(${a}) ~* '${p}'`],
  ['~ in C', (a: string, p: string) => `${a} COLLATE "C" ~ '${p}'`],
  ['~* in C', (a: string, p: string) => `upper(${a} COLLATE "C") ~* '${p}'`],
  ['regexp_replace', (a: string, p: string) => `regexp_replace(${a}, '${p}', '<\\&>')`],
  [
    'regexp_replace of all',
    (a: string, p: string) => `regexp_replace(${a}, '${p}', '<\\&\\0\\\\>', 'g')`,
  ],
  ['regexp_match', (a: string, p: string) => `regexp_match(${a}, '${p}', 'i')`],
  ['regexp_count', (a: string, p: string) => `regexp_count(${a}, '${p}')`],
  ['regexp_substr', (a: string, p: string) => `regexp_substr(${a}, '${p}')`],
  ['regexp_split_to_array', (a: string, p: string) => `regexp_split_to_array(${a}, '${p}')`],
  ['substring', (a: string, p: string) => `substring(${a} from '${p}')`],
])('%s finds what Postgres finds', async (_name, expression) => {
  await agree(TEXTS.flatMap((one) => PATTERNS.map((pattern) => expression(one, pattern))));
});

test('SIMILAR TO matches what Postgres matches', async () => {
  const patterns = [
    ...[
      'a%',
      '%b%',
      '(a|f)%',
      '[a-c]+',
      'a_c',
      'a{3}',
      '%\\_%',
      'a.b.c',
      '[^a]%',
      '%[]]',
      '%[[:digit:]]',
    ],
    ...['abc|aab', '', '%', '^abc$', '(abc){2}'],
  ];
  await agree(
    TEXTS.flatMap((one) => [
      ...patterns.map((pattern) => `${one} SIMILAR TO '${pattern}'`),
      `${one} NOT SIMILAR TO '%#_%' ESCAPE '#'`,
    ]),
  );
});

test('what to_char and format have not is told', () => {
  const refused = ["to_char(1, 'L9')", "to_char(1, 'B9')", "format('%I', 'a')"];
  expect(refused.map(ours)).toEqual(refused.map(() => 'fails'));
  expect(ours("to_char('2024-01-01'::date, 'TMMonth')")).toBe('fails');
  expect(ours("regexp_replace('a', '(a*)+', '')")).toBe('fails');
  expect(ours("regexp_replace('a', 'a+?b+', '')")).toBe('fails');
  expect(ours("regexp_replace('a', 'a', '', 'n')")).toBe('fails');
});

test('json is built as Postgres builds it', async () => {
  const values = [
    ...[
      '1',
      "'a\"b'::text",
      'NULL::int4',
      '1.50',
      'true',
      "'2024-02-29'::date",
      "'{1,NULL}'::int4[]",
    ],
    ...[`'{"b": 1,  "a": [1, 2.50]}'::json`, `'{"b": 1,  "a": [1, 2.50]}'::jsonb`, "'1.5'::float8"],
    ...["'2024-02-29 12:00:00.5+00'::timestamptz", "'NaN'::numeric", "'1 day'::interval"],
  ];
  await agree([
    ...values.flatMap((one) =>
      ['json', 'jsonb'].flatMap((kind) => [
        `${kind}_build_object('k', ${one}, 'n', 1)`,
        `${kind}_build_object(${one}, 'v')`,
        `${kind}_build_array(${one}, 'x', ${one})`,
        `to_${kind}(${one})`,
      ]),
    ),
    ...[
      'json_build_object()',
      'jsonb_build_array()',
      "json_build_object('a')",
      "jsonb_build_object('a', 1, 'a', 2)",
    ],
  ]);
});

test('jsonb is taken apart and put together as in Postgres', async () => {
  const docs = [
    ...[
      '{"a": 1, "b": [1, "x", null]}',
      '[1, 2.0, "a"]',
      '"a"',
      '1',
      'null',
      '{"a": {"c": 1}}',
      '[]',
    ],
    ...['{}', '[[1, 2], "b"]', '{"a": null, "b": {"d": null}}', '[{"a": 1}]'],
  ].map((one) => `'${one}'::jsonb`);
  await agree([
    ...docs.flatMap((a) => docs.flatMap((b) => [`${a} @> ${b}`, `${a} <@ ${b}`, `${a} || ${b}`])),
    ...docs.flatMap((a) => [
      ...[`${a} - 'a'::text`, `${a} - 0`, `${a} - (-1)`, `${a} - ARRAY['a', 'b']`],
      ...[`${a} ?| ARRAY['a', 'x']`, `${a} ?& ARRAY['a', 'b']`, `jsonb_strip_nulls(${a})`],
    ]),
  ]);
});

test('texts are made as in Postgres', async () => {
  await agree([
    ...TEXTS.flatMap((one) => [
      ...[`md5(${one})`, `quote_literal(${one})`, `string_to_array(${one}, '.')`],
      ...[
        `string_to_array(${one}, NULL)`,
        `string_to_array(${one}, ' ', 'foo')`,
        `string_to_array(${one}, '')`,
      ],
      ...[`overlay(${one} placing 'XX' from 2)`, `overlay(${one} placing 'É' from 2 for 0)`],
      ...[`format('%s-%10s|%-4s|%2$s|%1$L|%%', ${one}, 7)`, `format('%s', NULL::text)`],
    ]),
    ...[
      "md5(repeat('é', 100))",
      "md5(repeat('a', 55))",
      "md5(repeat('a', 56))",
      "md5(repeat('b', 64))",
    ],
    ...[
      "quote_literal('a\\b')",
      'quote_nullable(NULL::text)',
      'to_hex(255)',
      'to_hex(-1)',
      'to_hex(-1::int8)',
    ],
    ...[
      "format('%s')",
      "format('%')",
      "format('%I', 'a')",
      'num_nulls(1, NULL, 2)',
      "num_nonnulls('a', NULL)",
    ].filter((one) => !one.includes('%I')),
  ]);
});
