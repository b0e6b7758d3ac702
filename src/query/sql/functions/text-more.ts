import {type Integer, integer} from '../../../data/integer.ts';
import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {md5} from '../md5.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {define, defineTyped} from './define.ts';
import {printers} from './text.ts';

const wrong = (message: string) => problems['sql-value']({message});

const quotedLiteral = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
};

const PLACE = /%(?:(\d+)\$)?(-)?(\d+)?(.)/gsu;

/** format('%s of %2$s', …): %s, with a width and a place, %L and %%. */
const formatted = (types: readonly Type[]) => {
  const print = printers(types);
  return (text: Value, ...values: Value[]): Value => {
    if (text === null) return null;
    let next = 0;
    const result = (text as string).replace(PLACE, (_, place, left, width, kind: string) => {
      if (kind === '%') return '%';
      if (kind !== 's' && kind !== 'L') {
        throw wrong(`format() with "%${kind}" is not supported: it takes %s, %L and %%`);
      }
      const at = place === undefined ? next : Number(place) - 1;
      next = at + 1;
      if (at < 0 || at >= values.length) throw wrong('too few arguments for format()');
      const value = values[at] ?? null;
      const shown = value === null ? '' : (print[at + 1]?.(value) ?? '');
      const written = kind === 's' ? shown : value === null ? 'NULL' : quotedLiteral(shown);
      const missing = Number(width ?? 0) - Array.from(written).length;
      const pad = ' '.repeat(Math.max(missing, 0));
      return left === undefined ? pad + written : written + pad;
    });
    if (/%$/.test((text as string).replace(PLACE, '')))
      throw wrong('unterminated format() type specifier');
    return result;
  };
};

/** A list of a text's parts; without a separator, of its characters. */
function partsOf(text: string | null, separator: string | null, nulls: string | null = null) {
  if (text === null) return null;
  if (text === '') return [];
  const parts =
    separator === null ? Array.from(text) : separator === '' ? [text] : text.split(separator);
  return parts.map((part) => (part === nulls ? null : part));
}

/** The text with a part of it replaced, counted in characters from 1. */
function overlay(text: string, by: string, from: number, count?: number): string {
  const all = Array.from(text);
  const length = count ?? Array.from(by).length;
  if (from <= 0) throw wrong('negative substring length not allowed');
  const rest = all.slice(Math.max(from - 1 + length, 0));
  return all.slice(0, from - 1).join('') + by + rest.join('');
}

const hex = (value: Integer, bits: number): string =>
  BigInt.asUintN(bits, BigInt(value)).toString(16);

const counting =
  (isNull: boolean) =>
  (...values: Value[]): number =>
    values.filter((value) => (value === null) === isNull).length;

/** More functions of texts, less often used. */
export const textMore = (): readonly Overload[] => [
  define('md5(text) text', (text: string) => md5(Buffer.from(text))),
  define('format(text) text', (text: string) => formatted([])(text)),
  defineTyped('format(text, any...) text', formatted, {strict: false}),
  define('quote_literal(text) text', quotedLiteral),
  define(
    'quote_nullable(text) text',
    (a: string | null) => (a === null ? 'NULL' : quotedLiteral(a)),
    {
      strict: false,
    },
  ),
  define('string_to_array(text, text) text[]', partsOf, {strict: false}),
  define('string_to_array(text, text, text) text[]', partsOf, {strict: false}),
  define('overlay(text, text, int4) text', overlay),
  define('overlay(text, text, int4, int4) text', overlay),
  define('to_hex(int4) text', (a: Integer) => hex(a, 32)),
  define('to_hex(int8) text', (a: Integer) => hex(integer(BigInt(a)), 64)),
  define('num_nulls(any...) int4', counting(true), {strict: false}),
  define('num_nonnulls(any...) int4', counting(false), {strict: false}),
];
