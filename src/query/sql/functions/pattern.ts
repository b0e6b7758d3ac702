import type {Type} from '../../../data/type.ts';
import {lowerOf} from '../letters.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {regularExpression} from '../regular-expression.ts';
import {define, defineTyped, operatorTyped} from './define.ts';

/** A LIKE pattern as a regular expression; the escape is one letter or none. */
function likeExpression(pattern: string, mark: string): RegExp {
  let source = '';
  const letters = Array.from(pattern);
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] as string;
    if (letter === mark) {
      i += 1;
      const next = letters[i];
      if (next === undefined) {
        throw problems['sql-value']({message: 'LIKE pattern must not end with escape character'});
      }
      source += quoted(next);
    } else if (letter === '%') source += '.*';
    else source += letter === '_' ? '.' : quoted(letter);
  }
  return new RegExp(`^${source}$`, 'su');
}

const quoted = (letter: string): string => letter.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');

/** Remembers the last pattern: in most queries there is only one. */
export function remembered<T>(make: (pattern: string) => T): (pattern: string) => T {
  let last: {pattern: string; made: T} | undefined;
  return (pattern) => {
    if (last?.pattern !== pattern) last = {pattern, made: make(pattern)};
    return last.made;
  };
}

const like =
  ({folded, negated}: {folded: boolean; negated: boolean}) =>
  ([type]: readonly Type[]) => {
    const expression = remembered((pattern) => likeExpression(pattern, '\\'));
    const fold = folded ? lowerOf(type) : (text: string) => text;
    return (text: string, pattern: string) =>
      expression(fold(pattern)).test(fold(text)) !== negated;
  };

const lettersOf = (type: Type | undefined): Letters => type?.collation?.letters ?? 'single';

type Letters = NonNullable<Type['collation']>['letters'];

const matches =
  ({folded, negated}: {folded: boolean; negated: boolean}) =>
  ([type]: readonly Type[]) => {
    const letters = lettersOf(type);
    const expression = remembered((pattern) => regularExpression(pattern, {folded, letters}));
    return (text: string, pattern: string) => expression(pattern).test(text) !== negated;
  };

/** A pattern with another escape letter, or none, as one with a backslash. */
const escaped = (pattern: string, mark: string): string => {
  if (Array.from(mark).length > 1) {
    throw problems['sql-value']({message: 'invalid escape string: it must be one character'});
  }
  let result = '';
  const letters = Array.from(pattern);
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] as string;
    if (mark !== '' && letter === mark) {
      i += 1;
      result += `\\${letters[i] ?? ''}`;
    } else result += letter === '\\' && mark !== '\\' ? '\\\\' : letter;
  }
  return result;
};

/** A pattern of SIMILAR TO as a regular expression: Postgres's similar_escape. */
function similar(pattern: string, mark = '\\'): string {
  if (Array.from(mark).length > 1) {
    throw problems['sql-value']({message: 'invalid escape string: it must be one character'});
  }
  let source = '';
  let depth = 0;
  const letters = Array.from(pattern);
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] as string;
    if (mark !== '' && letter === mark) {
      i += 1;
      if (letters[i] === '"') {
        throw problems['sql-value']({message: 'SIMILAR TO with separators is not supported'});
      }
      source += `\\${letters[i] ?? ''}`;
    } else if (depth > 0) {
      if (letter === ']' && i > depth) depth = 0;
      source += letter === '\\' ? '\\\\' : letter;
    } else if (letter === '[') {
      // A bracket right behind the opening one, or behind its ^, closes nothing.
      depth = letters[i + 1] === '^' ? i + 2 : i + 1;
      source += letter;
    } else source += SIMILAR[letter] ?? letter;
  }
  return `^(?:${source})$`;
}

const SIMILAR: Readonly<Record<string, string>> = {
  '%': '.*',
  _: '.',
  '(': '(?:',
  '\\': '\\\\',
  '.': '\\.',
  '^': '\\^',
  $: '\\$',
};

const OPERATORS = [
  ['~~', like({folded: false, negated: false})],
  ['!~~', like({folded: false, negated: true})],
  ['~~*', like({folded: true, negated: false})],
  ['!~~*', like({folded: true, negated: true})],
  ['~', matches({folded: false, negated: false})],
  ['!~', matches({folded: false, negated: true})],
  ['~*', matches({folded: true, negated: false})],
  ['!~*', matches({folded: true, negated: true})],
] as const;

/** LIKE, ILIKE and regular expressions. */
export const pattern = (): readonly Overload[] => [
  ...OPERATORS.flatMap(([name, make]) =>
    // The blanks at the end of a char(n) count here, where everything else cuts them.
    ['text', 'bpchar'].map((type) => operatorTyped(`${name}(${type}, text) bool`, make)),
  ),
  define('like_escape(text, text) text', escaped),
  define('similar_to_escape(text) text', (a: string) => similar(a)),
  define('similar_to_escape(text, text) text', similar),
  defineTyped('regexp_like(text, text) bool', matches({folded: false, negated: false})),
];
