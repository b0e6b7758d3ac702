import type {Decimal} from '../../../data/decimal.ts';
import {microsOf} from '../../../data/temporal-calendar.ts';
import {bigintToChar, decimalToChar, floatToChar, integerToChar} from '../format/to-char-number.ts';
import {intervalToChar, momentToChar} from '../format/to-char-time.ts';
import type {Overload} from '../overload.ts';
import {define} from './define.ts';

/** to_char, of numbers and of times. Its points and commas are those of the C locale. */
export const format = (): readonly Overload[] => [
  define('to_char(int4, text) text', integerToChar),
  define('to_char(int8, text) text', bigintToChar),
  define('to_char(numeric, text) text', (a: Decimal, b: string) => decimalToChar(a, b)),
  define('to_char(float4, text) text', (a: number, b: string) => floatToChar(a, b, 6)),
  define('to_char(float8, text) text', (a: number, b: string) => floatToChar(a, b, 15)),
  define('to_char(timestamp, text) text', (a: number, b: string) => momentToChar(a, b, '')),
  define('to_char(timestamptz, text) text', (a: number, b: string) => momentToChar(a, b, 'UTC')),
  define('to_char(date, text) text', (a: number, b: string) =>
    // As Postgres has it, a date is a timestamptz there.
    momentToChar(Number.isFinite(a) ? microsOf(a, 0) : a, b, 'UTC'),
  ),
  define('to_char(interval, text) text', intervalToChar),
];
