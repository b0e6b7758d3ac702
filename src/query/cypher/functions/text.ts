import {ANY, BOOL, INT8, TEXT} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {isList} from '../values/any.ts';
import {CypherMap} from '../values/map.ts';
import {isWhole} from '../values/number.ts';
import {entry, type FunctionEntry, refuse, textArgument} from './entry.ts';

const ONE: readonly [string, number] = ['one string', 1];

/** A function of one text. */
const ofText = (name: string, compute: (text: string) => string): FunctionEntry =>
  entry(name, ONE, TEXT, (text) => compute(textArgument(name, text)));

export const TEXT_FUNCTIONS: readonly FunctionEntry[] = [
  ofText('toUpper', (text) => text.toUpperCase()),
  ofText('upper', (text) => text.toUpperCase()),
  ofText('toLower', (text) => text.toLowerCase()),
  ofText('lower', (text) => text.toLowerCase()),
  ofText('trim', (text) => text.trim()),
  ofText('lTrim', (text) => text.trimStart()),
  ofText('rTrim', (text) => text.trimEnd()),
  entry('reverse', ['a string or a list', 1], ANY, (value) => {
    if (isList(value)) return value.toReversed();
    return Array.from(textArgument('reverse', value)).reverse().join('');
  }),
  entry('left', ['a string and a length', 2], TEXT, (text, length) =>
    characters('left', text).slice(0, count('left', length)).join(''),
  ),
  entry('right', ['a string and a length', 2], TEXT, (text, length) => {
    const all = characters('right', text);
    return all.slice(Math.max(all.length - count('right', length), 0)).join('');
  }),
  entry('replace', ['a string, what to find and what to put there', 3], TEXT, (text, find, by) =>
    textArgument('replace', text).replaceAll(textArgument('replace', find), () =>
      textArgument('replace', by),
    ),
  ),
  entry('split', ['a string and the delimiter, or a list of delimiters', 2], ANY, split),
  entry('substring', ['a string, a start from 0 and a length', 2, 3], TEXT, substring),
  ...['size', 'char_length', 'character_length'].map((name) =>
    entry(name, ['a string or a list', 1], INT8, (value) => {
      if (isList(value)) return value.length;
      return characters(name, value).length;
    }),
  ),
  entry('isEmpty', ['a string, a list or a map', 1], BOOL, (value) => {
    if (isList(value)) return value.length === 0;
    if (value instanceof CypherMap) return value.entries.size === 0;
    return textArgument('isEmpty', value) === '';
  }),
];

/** A text's characters: what Postgres counts, and not UTF-16's halves. */
const characters = (name: string, text: Value): readonly string[] =>
  Array.from(textArgument(name, text));

function count(name: string, value: Value): number {
  if (isWhole(value) && value >= 0) return Number(value);
  return refuse(name, 'an integer that is not negative', value);
}

function substring(text: Value, start: Value, length?: Value): Value {
  const from = count('substring', start);
  const to = length === undefined ? undefined : from + count('substring', length);
  return characters('substring', text).slice(from, to).join('');
}

function split(text: Value, delimiter: Value): Value {
  const whole = textArgument('split', text);
  const delimiters = isList(delimiter) ? delimiter : [delimiter];
  return delimiters.reduce<readonly string[]>(
    (parts, by) => parts.flatMap((part) => part.split(textArgument('split', by))),
    [whole],
  );
}
