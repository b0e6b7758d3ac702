import {textWriter} from '../../../data/text.ts';
import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {lowerOf, titledOf, upperOf} from '../letters.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {define, defineTyped, operatorTyped} from './define.ts';

/** Postgres counts characters, JavaScript UTF-16 units: the same where all are ASCII. */
const ASCII = /^[\0-\x7f]*$/;
const characters = (text: string): readonly string[] =>
  ASCII.test(text) ? text.split('') : Array.from(text);
const lengthOf = (text: string): number =>
  ASCII.test(text) ? text.length : Array.from(text).length;

/** From a place, from 1, as many characters; both may reach beyond the text. */
function substring(text: string, from: number, count?: number): string {
  if (count !== undefined && count < 0) {
    throw problems['sql-value']({message: 'negative substring length not allowed'});
  }
  const start = Math.max(from - 1, 0);
  const end = count === undefined ? undefined : Math.max(from - 1 + count, 0);
  return characters(text).slice(start, end).join('');
}

/** A negative count means all but so many. */
const left = (text: string, count: number): string => characters(text).slice(0, count).join('');

function right(text: string, count: number): string {
  const all = characters(text);
  return all.slice(count < 0 ? -count : Math.max(all.length - count, 0)).join('');
}

function position(text: string, part: string): number {
  const at = text.indexOf(part);
  return at < 0 ? 0 : lengthOf(text.slice(0, at)) + 1;
}

function padded(text: string, width: number, fill: string, side: 'left' | 'right'): string {
  const all = characters(text);
  if (all.length >= width) return all.slice(0, Math.max(width, 0)).join('');
  const filling = characters(fill);
  if (filling.length === 0) return text;
  const missing = width - all.length;
  const pad = Array.from({length: missing}, (_, i) => filling[i % filling.length]).join('');
  return side === 'left' ? pad + text : text + pad;
}

function trim(text: string, set: string, {start, end}: {start: boolean; end: boolean}): string {
  const cut = new Set(characters(set));
  const all = characters(text);
  let from = 0;
  let to = all.length;
  while (start && from < to && cut.has(all[from] as string)) from += 1;
  while (end && to > from && cut.has(all[to - 1] as string)) to -= 1;
  return all.slice(from, to).join('');
}

function splitPart(text: string, delimiter: string, field: number): string {
  if (field === 0) throw problems['sql-value']({message: 'field position must not be zero'});
  if (text === '') return '';
  const parts = delimiter === '' ? [text] : text.split(delimiter);
  return parts.at(field > 0 ? field - 1 : field) ?? '';
}

function replace(text: string, from: string, to: string): string {
  return from === '' ? text : text.split(from).join(to);
}

function translate(text: string, from: string, to: string): string {
  const targets = characters(to);
  const map = new Map<string, string>();
  for (const [i, letter] of characters(from).entries()) {
    if (!map.has(letter)) map.set(letter, targets[i] ?? '');
  }
  return characters(text)
    .map((letter) => map.get(letter) ?? letter)
    .join('');
}

/** Values as their output functions print them; booleans are `t` and `f` there. */
export function printers(types: readonly Type[]): ((value: Value) => string)[] {
  return types.map((type) =>
    type.kind === 'bool' ? (value) => (value === true ? 't' : 'f') : textWriter(type),
  );
}

const concat = (types: readonly Type[]) => {
  const print = printers(types);
  return (...values: Value[]) =>
    values.map((value, i) => (value === null ? '' : print[i]?.(value))).join('');
};

const concatWithSeparator = (types: readonly Type[]) => {
  const print = printers(types);
  return (...values: Value[]): Value => {
    if (values[0] === null) return null;
    const texts = values.flatMap((value, i) =>
      i === 0 || value === null ? [] : [print[i]?.(value)],
    );
    return texts.join(values[0] as string);
  };
};

const SIDES = {
  btrim: {start: true, end: true},
  ltrim: {start: true, end: false},
  rtrim: {start: false, end: true},
};

const trims = (): Overload[] =>
  Object.entries(SIDES).flatMap(([name, sides]) => [
    define(`${name}(text) text`, (text: string) => trim(text, ' ', sides)),
    define(`${name}(text, text) text`, (text: string, set: string) => trim(text, set, sides)),
  ]);

const cuts = (): Overload[] => [
  ...['substring', 'substr'].flatMap((name) => [
    define(`${name}(text, int4) text`, substring),
    define(`${name}(text, int4, int4) text`, substring),
  ]),
  define('left(text, int4) text', left),
  define('right(text, int4) text', right),
  define('lpad(text, int4) text', (a: string, n: number) => padded(a, n, ' ', 'left')),
  define('lpad(text, int4, text) text', (a: string, n: number, f: string) =>
    padded(a, n, f, 'left'),
  ),
  define('rpad(text, int4) text', (a: string, n: number) => padded(a, n, ' ', 'right')),
  define('rpad(text, int4, text) text', (a: string, n: number, f: string) =>
    padded(a, n, f, 'right'),
  ),
  define('split_part(text, text, int4) text', splitPart),
];

const REPEATED_MAX = 10_000_000;

function repeat(text: string, times: number): string {
  if (text.length * times > REPEATED_MAX) {
    throw problems['sql-value']({message: 'requested length too large'});
  }
  return text.repeat(Math.max(times, 0));
}

/** Functions and operators of texts. */
export const text = (): readonly Overload[] => [
  ...trims(),
  ...cuts(),
  defineTyped('lower(text) text', ([type]) => lowerOf(type)),
  defineTyped('upper(text) text', ([type]) => upperOf(type)),
  defineTyped('initcap(text) text', ([type]) => titledOf(type)),
  ...['length', 'char_length', 'character_length'].map((name) =>
    define(`${name}(text) int4`, lengthOf),
  ),
  ...['text', 'bpchar'].map((type) =>
    define(`octet_length(${type}) int4`, (a: string) => Buffer.byteLength(a)),
  ),
  define('bit_length(text) int4', (a: string) => Buffer.byteLength(a) * 8),
  define('position(text, text) int4', position, {
    sql: (a = '', b = '') => `strpos(${a}, ${b})`,
  }),
  define('strpos(text, text) int4', position),
  define('replace(text, text, text) text', replace),
  define('translate(text, text, text) text', translate),
  define('repeat(text, int4) text', repeat),
  define('reverse(text) text', (a: string) => [...characters(a)].reverse().join('')),
  define('starts_with(text, text) bool', (a: string, b: string) => a.startsWith(b)),
  define('ascii(text) int4', (a: string) => a.codePointAt(0) ?? 0),
  define('chr(int4) text', (code: number) => {
    if (code <= 0 || code > 0x10ffff) throw problems['sql-value']({message: 'not a character'});
    return String.fromCodePoint(code);
  }),
  defineTyped('concat(any...) text', concat, {strict: false}),
  defineTyped('concat_ws(text, any...) text', concatWithSeparator, {strict: false}),
  operatorTyped('||(text, text) text', () => (a: string, b: string) => a + b),
  operatorTyped('||(text, any) text', ([, type]) => {
    const print = textWriter(type as Type);
    return (a: string, b: Value) => a + print(b);
  }),
  operatorTyped('||(any, text) text', ([type]) => {
    const print = textWriter(type as Type);
    return (a: Value, b: string) => print(a) + b;
  }),
];
