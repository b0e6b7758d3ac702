import {afterAll, beforeAll, expect, test} from 'vitest';
import {
  type Constants,
  constantOf,
  constantsAgainstPostgres,
} from '../../support/constants-against-postgres.ts';

let constants: Constants;

beforeAll(async () => {
  constants = await constantsAgainstPostgres();
}, 60_000);

afterAll(() => constants.drop());

const agree = (expressions: readonly string[]): Promise<void> => constants.agree(expressions);

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

test('what regular expressions and format have not is told', () => {
  expect(constantOf("format('%I', 'a')")).toBe('fails');
  expect(constantOf("regexp_replace('a', '(a*)+', '')")).toBe('fails');
  expect(constantOf("regexp_replace('a', 'a+?b+', '')")).toBe('fails');
  expect(constantOf("regexp_replace('a', 'a', '', 'n')")).toBe('fails');
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
