import fc from 'fast-check';
import * as types from '../../src/data/type.ts';

/** A type, what Postgres calls it, and texts that Postgres reads as its values. */
export interface TypeCase {
  readonly sql: string;
  readonly type: types.Type;
  readonly texts: fc.Arbitrary<string>;
  /** Tried in every run, beside the random ones. */
  readonly edges: readonly string[];
}

const LABELS = ['low', 'with space', 'Ünï|\\', 'high'];

/** What the tests run before they use the cases: the enum that one of them is of. */
export const PREPARE_TYPES = `CREATE TYPE level AS ENUM (${LABELS.map((label) => `E'${label.replaceAll('\\', '\\\\')}'`).join()})`;

const integers = (bits: bigint): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.bigInt({min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n}),
      fc.bigInt({min: -100n, max: 100n}),
    )
    .map(String);

const character = fc.constantFrom(
  ...['a', 'b', 'Z', ' ', '|', '\\', '"', "'", '{', '}', ',', '\n', '\t', 'é', 'ß', '中'],
  ...['\u007f', '\u0080', '\ud7ff', '\ue000', '\ufffd', '\uffff', '\u{10000}', '😀', '\u{10ffff}'],
);
const texts = fc.string({unit: character, maxLength: 6});

const doubles = fc
  .oneof(fc.double(), fc.double({min: -1e25, max: 1e25}), fc.integer({min: -50, max: 50}))
  .map((value) => (Object.is(value, -0) ? '-0' : String(value)));
const singles = fc
  .oneof(
    fc.float(),
    fc.float({min: Math.fround(-1e12), max: Math.fround(1e12)}),
    fc.integer({min: -50, max: 50}),
  )
  .map((value) => (Object.is(value, -0) ? '-0' : String(value)));

const digits = (max: number): fc.Arbitrary<string> =>
  fc.string({unit: fc.constantFrom(...'0001234569'), minLength: 1, maxLength: max});
const numerics = fc.oneof(
  fc.tuple(fc.constantFrom('', '-'), digits(4), digits(3)).map((parts) => joinNumber(parts)),
  fc.tuple(fc.constantFrom('', '-'), digits(40), digits(40)).map((parts) => joinNumber(parts)),
  fc
    .tuple(fc.constantFrom('', '-'), digits(20), digits(5), fc.integer({min: -420, max: 420}))
    .map(([sign, whole, fraction, power]) => `${joinNumber([sign, whole, fraction])}e${power}`),
);
const joinNumber = ([sign, whole, fraction]: readonly [string, string, string]): string =>
  `${sign}${whole}.${fraction}`;

const two = (value: number): string => String(value).padStart(2, '0');
const clock = fc
  .tuple(
    fc.integer({min: 0, max: 23}),
    fc.integer({min: 0, max: 59}),
    fc.integer({min: 0, max: 59}),
    fc.constantFrom('', '.5', '.25', '.000001', '.123456', '.100000'),
  )
  .map(([h, m, s, fraction]) => `${two(h)}:${two(m)}:${two(s)}${fraction}`);
/** Days by their Julian number, which Postgres reads, so that no calendar of ours is in it. */
const days = (max: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.integer({min: 0, max}),
      fc.integer({min: 2_415_021, max: 2_488_070}),
      fc.integer({min: 1_721_000, max: 1_721_900}),
    )
    .map((day) => `J${day}`);
const timestamps = fc.tuple(days(109_203_526), clock).map(([day, time]) => `${day} ${time}`);
const zones = fc.constantFrom('+00', '+02', '-07', '+05:30', '-03:30:15', '+15:59:59', '-15:59:59');

const counts = fc.oneof(
  fc.integer({min: -40, max: 40}),
  fc.integer({min: -2_000_000_000, max: 2_000_000_000}),
);
const intervals = fc
  .tuple(counts, counts, fc.oneof(counts, fc.bigInt({min: 1n - 2n ** 63n, max: 2n ** 63n - 1n})))
  .chain(([months, day, micros]) =>
    fc.constantFrom(
      `${months} mons ${day} days ${micros} microseconds`,
      `${months} mons`,
      `${day} days`,
      `${micros} microseconds`,
      `${BigInt(months) % 100n} days ${BigInt(micros) % 500_000_000_000n} microseconds`,
    ),
  );

const jsonText = fc.string({
  unit: fc.constantFrom('', 'a', 'b', '"', '\\', 'é', '\uffff', '😀', '1.0'),
  maxLength: 2,
});
const json = fc.letrec<{value: string}>((tie) => ({
  value: fc.oneof(
    {maxDepth: 3, withCrossShrink: true},
    fc.constantFrom('null', 'true', 'false', '0', '0.0', '1', '1.0', '1.00', '-1.50', '1e2', '100'),
    jsonText.map((text) => JSON.stringify(text)),
    fc.array(tie('value'), {maxLength: 3}).map((items) => `[ ${items.join(' ,\n')} ]`),
    fc
      .array(fc.tuple(jsonText, tie('value')), {maxLength: 3})
      .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)} :\t${value}`)}}`),
  ),
})).value;

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const arrays = (elements: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const item = fc.option(elements.map(quoted), {nil: 'NULL', freq: 4});
  const list = (of: fc.Arbitrary<string>, length: number): fc.Arbitrary<string> =>
    fc.array(of, {minLength: length, maxLength: length}).map((items) => `{${items.join()}}`);
  return fc.oneof(
    fc.integer({min: 0, max: 4}).chain((length) => list(item, length)),
    fc
      .tuple(fc.integer({min: 1, max: 3}), fc.integer({min: 1, max: 3}))
      .chain(([rows, columns]) => list(list(item, columns), rows)),
  );
};

const hex = fc
  .uint8Array({maxLength: 5})
  .map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);

/** Every kind of type with a form of its own, and arrays of the telling ones. */
export const typeCases: readonly TypeCase[] = [
  {sql: 'bool', type: types.BOOL, texts: fc.constantFrom('true', 'false'), edges: []},
  {sql: 'int2', type: types.INT2, texts: integers(16n), edges: ['0', '-32768', '32767']},
  {sql: 'int4', type: types.INT4, texts: integers(32n), edges: ['0', '-2147483648', '2147483647']},
  {
    sql: 'int8',
    type: types.INT8,
    texts: integers(64n),
    edges: [
      ...['0', '-9223372036854775808', '9223372036854775807', '9007199254740991'],
      ...['9007199254740992', '9007199254740993', '-9007199254740991', '-9007199254740993'],
      ...['999999999999999', '1000000000000000'],
    ],
  },
  {
    sql: 'float4',
    type: types.FLOAT4,
    texts: singles,
    edges: [
      ...['NaN', 'Infinity', '-Infinity', '0', '-0', '1e-45', '1.1754944e-38', '3.4028235e38'],
      ...['0.1', '16777216', '16777217', '8388608', '33554432', '1e10', '999999', '1000000'],
      ...[
        '1e-4',
        '0.00001',
        '8.589934592e9',
        '3417881.25',
        '-3417881.75',
        '0.25',
        '1.8446744e19',
        '9.8e-45',
        '2.5e-5',
      ],
    ],
  },
  {
    sql: 'float8',
    type: types.FLOAT8,
    texts: doubles,
    edges: [
      ...['NaN', 'Infinity', '-Infinity', '0', '-0', '5e-324', '2.2250738585072014e-308'],
      ...['1.7976931348623157e308', '1e20', '1e22', '1e23', '1e15', '1e16', '999999999999999'],
      ...['0.1', '1e-4', '0.00001', '1e-7', '9007199254740993', '9007199254740991', '9e15'],
      ...[
        '9223372036854775808',
        '18446744073709551616',
        '5e22',
        '-1e23',
        '123456789012345680',
        '1125899906842624.25',
        '1125899906842625.75',
      ],
    ],
  },
  {
    sql: 'numeric',
    type: types.NUMERIC,
    texts: numerics,
    edges: [
      ...['NaN', 'Infinity', '-Infinity', '0', '0.00', '-0', '-0.0', '95', '95.0', '95.00'],
      ...['1e-400', '1e400', '-1e-400', '123456789012345', '1234567890123456', '0.1e-20'],
      ...['12345678901234567890.10', '99999999999999.9', '-999999999999999.9'],
    ],
  },
  {
    sql: 'numeric(20,4)',
    type: {...types.NUMERIC, precision: 20, scale: 4},
    texts: integers(53n),
    edges: ['0', '1.5', '-0.00004'],
  },
  {sql: 'text', type: types.TEXT, texts, edges: ['', 'NULL', '\\N', '\uffff', '😀']},
  {
    sql: 'char(4)',
    type: types.BPCHAR,
    texts: texts.map((text) => [...text].slice(0, 4).join('')),
    edges: ['', 'a', 'a ', 'a\t'],
  },
  {sql: 'bytea', type: types.BYTEA, texts: hex, edges: ['\\x', '\\x00', '\\xff', '\\x0aff']},
  {
    sql: 'uuid',
    type: types.UUID,
    texts: fc.uuid(),
    edges: ['00000000-0000-0000-0000-000000000000'],
  },
  {
    sql: 'date',
    type: types.DATE,
    texts: days(2_147_483_493),
    edges: [
      ...['infinity', '-infinity', '0044-03-15 BC', '0001-12-31 BC', '0001-01-01', 'J0'],
      ...['1900-02-28', '2000-02-29', '9999-12-31', '10000-01-01', '5874897-12-31', '1970-01-01'],
    ],
  },
  {sql: 'time', type: types.TIME, texts: clock, edges: ['00:00', '24:00', '23:59:59.999999']},
  {
    sql: 'timetz',
    type: types.TIMETZ,
    texts: fc.tuple(clock, zones).map((parts) => parts.join('')),
    edges: ['24:00+00', '00:00+00', '12:00+02', '11:00+01', '10:00+00'],
  },
  ...(['timestamp', 'timestamptz'] as const).map((sql) => ({
    sql,
    type: sql === 'timestamp' ? types.TIMESTAMP : types.TIMESTAMPTZ,
    texts: timestamps,
    edges: [
      ...['infinity', '-infinity', '4713-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999'],
      ...[
        '0001-12-31 23:59:59.999999 BC',
        '1969-12-31 23:59:59.999999',
        '1970-01-01',
        '9999-12-31',
      ],
      ...['1684-07-28 00:12:25.2', '2255-06-05 23:47:34.740992', '10000-01-01 00:00:00.1'],
    ],
  })),
  {
    sql: 'interval',
    type: types.INTERVAL,
    texts: intervals,
    edges: [
      ...[
        '0',
        'infinity',
        '-infinity',
        '1 mon',
        '30 days',
        '720 hours',
        '-1 day +2 hours',
        '1 year',
      ],
      ...['-14 mons -3 days -00:00:00.5', '1 mon -1 day', '2562047788:00:54.775807', '-0.000001 s'],
      ...['-2562047788:00:54.775807', '178000000 years', '1 day -00:01', '12 mons 1 us', '-1 mons'],
    ],
  },
  {
    sql: 'jsonb',
    type: types.JSONB,
    texts: json,
    edges: [
      '[]',
      '{}',
      '[[]]',
      '[1]',
      '1',
      '"a.0"',
      '"a"',
      '"a!"',
      '"a\\n"',
      '"a\\\\"',
      '{"b":1,"a.10":1.0}',
      '1e-20',
    ],
  },
  {
    sql: 'level',
    type: {kind: 'enum', name: 'level', labels: LABELS},
    texts: fc.constantFrom(...LABELS),
    edges: LABELS,
  },
  {
    sql: 'int4[]',
    type: types.arrayOf(types.INT4),
    texts: arrays(integers(4n)),
    edges: ['{}', '{NULL}', '{{1,2}}', '{{1},{2}}', '{1,2}'],
  },
  {
    sql: 'bool[]',
    type: types.arrayOf(types.BOOL),
    texts: arrays(fc.constantFrom('t', 'f')),
    edges: ['{}'],
  },
  {
    sql: 'text[]',
    type: types.arrayOf(types.TEXT),
    texts: arrays(texts),
    edges: ['{}', '{""}', '{"null","NULL",NULL}'],
  },
  {
    sql: 'numeric[]',
    type: types.arrayOf(types.NUMERIC),
    texts: arrays(numerics),
    edges: ['{1.0}', '{1}', '{NaN}'],
  },
  {
    sql: 'float4[]',
    type: types.arrayOf(types.FLOAT4),
    texts: arrays(singles),
    edges: ['{0}', '{-0}', '{NaN}'],
  },
  {
    sql: 'timestamptz[]',
    type: types.arrayOf(types.TIMESTAMPTZ),
    texts: arrays(timestamps),
    edges: ['{infinity}'],
  },
  {
    sql: 'interval[]',
    type: types.arrayOf(types.INTERVAL),
    texts: arrays(fc.constantFrom('1 mon', '30 days', '1 day')),
    edges: [],
  },
  {sql: 'bytea[]', type: types.arrayOf(types.BYTEA), texts: arrays(hex), edges: ['{}']},
  {
    sql: 'jsonb[]',
    type: types.arrayOf(types.JSONB),
    texts: arrays(json),
    edges: ['{"1.0"}', '{"1"}'],
  },
];

/** Types that Postgres prints but does not order. */
export const unordered: readonly TypeCase[] = [
  {
    sql: 'json',
    type: types.JSON_TYPE,
    texts: json,
    edges: ['{"a" : 1.0,\n "a":2}', ' 1 ', '" \\n "'],
  },
  {
    sql: 'box[]',
    type: types.arrayOf({kind: 'other', name: 'box'}),
    texts: fc.constantFrom('{(1,2),(0,0);(3,4),(1,1)}', '{}'),
    edges: [],
  },
];
