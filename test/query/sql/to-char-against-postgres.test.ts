import {afterAll, beforeAll, expect, test} from 'vitest';
import {random} from '../../../src/lib/random.ts';
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

test('what to_char has not is told', () => {
  const refused = [
    "to_char(1, 'L9')",
    "to_char(1, 'B9')",
    "to_char('2024-01-01'::date, 'TMMonth')",
  ];
  expect(refused.map(constantOf)).toEqual(refused.map(() => 'fails'));
});
