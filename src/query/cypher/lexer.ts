import {type Integer, integer} from '../../data/integer.ts';
import {problems} from './problems.ts';
import {placeOf, type Span} from './text.ts';

/**
 * A piece of a query's text.
 *
 * `word`: a name or a keyword; which, only the place tells. `name`: a name in backticks,
 * which is never a keyword. An integer is not negative: the sign is an operator.
 */
export type Token = Span &
  (
    | {readonly kind: 'word' | 'name' | 'string' | 'parameter'; readonly text: string}
    | {readonly kind: 'symbol'; readonly text: string}
    | {readonly kind: 'integer'; readonly value: Integer}
    | {readonly kind: 'float'; readonly value: number}
    | {readonly kind: 'end'}
  );

/** How long a query may be, in characters. */
export const TEXT_MAX = 200_000;

const SPACE = /(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)+/uy;
const WORD = /[\p{L}_][\p{L}\p{N}\p{M}\p{Pc}]*/uy;
const QUOTED_NAME = /`((?:[^`]|``)*)`/y;
const PARAMETER = /\$(?:([\p{L}\p{N}_]+)|`((?:[^`]|``)*)`)/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|0[oO][0-7]+|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /<=|>=|<>|!=|=~|\+=|\.\.|[()[\]{},.:;|+\-*/%^=<>$&!]/y;
const STRAIGHT = 'write the straight quotes \' or "';
/** Characters of other languages and of word processors, each with what to write. */
const STRANGE: Readonly<Record<string, string>> = {
  '#': 'a comment begins with //, or stands in /* */',
  '‘': STRAIGHT,
  '’': STRAIGHT,
  '“': STRAIGHT,
  '”': STRAIGHT,
};
const SPECIAL_MAX = 2n ** 63n;

/** The tokens of a query, an `end` last. Throws the Problem of the first that is none. */
export function tokens(text: string): readonly Token[] {
  if (text.length > TEXT_MAX) {
    const facts = {what: 'is too long', limit: TEXT_MAX, unit: 'characters'};
    throw problems['cypher-limit'](facts);
  }
  const found: Token[] = [];
  let start = skipSpace(text, 0);
  while (start < text.length) {
    const token = tokenAt(text, start);
    found.push(token);
    start = skipSpace(text, token.end);
  }
  // Told where the text ends, and not below it: blanks and comments may follow.
  const end = found.at(-1)?.end ?? 0;
  found.push({kind: 'end', start: end, end});
  return found;
}

function skipSpace(text: string, start: number): number {
  const end = start + (matchAt(SPACE, text, start)?.[0].length ?? 0);
  if (text.startsWith('/*', end)) throw literal(text, end, 'a comment is not closed', 'add */');
  return end;
}

function tokenAt(text: string, start: number): Token {
  const first = text[start] ?? '';
  if (first === "'" || first === '"') return stringAt(text, start, first);
  if (/\d/.test(first) || (first === '.' && /\d/.test(text[start + 1] ?? ''))) {
    return numberAt(text, start);
  }
  const word = matchAt(WORD, text, start)?.[0];
  if (word !== undefined) return {kind: 'word', text: word, start, end: start + word.length};
  const symbol = matchAt(SYMBOL, text, start)?.[0];
  const quoted = matchAt(QUOTED_NAME, text, start);
  if (quoted) return nameAt('name', quoted, quoted[1], start);
  const parameter = matchAt(PARAMETER, text, start);
  if (parameter) return nameAt('parameter', parameter, parameter[1] ?? parameter[2], start);
  if (symbol !== undefined) {
    return {kind: 'symbol', text: symbol, start, end: start + symbol.length};
  }
  if (first === '`') throw literal(text, start, 'a name in backticks is not closed', 'add `');
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const hint = Object.hasOwn(STRANGE, character) ? STRANGE[character] : undefined;
  throw literal(text, start, `there is no character "${character}" in openCypher`, hint);
}

function nameAt(
  kind: 'name' | 'parameter',
  match: RegExpExecArray,
  name: string | undefined,
  start: number,
): Token {
  const text = (name ?? '').replaceAll('``', '`');
  return {kind, text, start, end: start + match[0].length};
}

function numberAt(text: string, start: number): Token {
  const match = matchAt(NUMBER, text, start)?.[0] ?? '';
  const end = start + match.length;
  const rest = matchAt(WORD, text, end)?.[0];
  if (rest !== undefined) {
    const written = text.slice(start, end + rest.length);
    throw literal(text, start, `"${written}" is no number`, 'a name begins with a letter');
  }
  if (/^0[xo]/i.test(match) || /^\d+$/.test(match)) {
    const value = BigInt(match);
    // 2^63 itself is let through: after a minus it is the smallest integer.
    if (value > SPECIAL_MAX)
      throw literal(text, start, `${match} is no 64-bit integer`, FLOAT_HINT);
    return {kind: 'integer', value: integer(value), start, end};
  }
  const value = Number(match);
  if (!Number.isFinite(value)) throw literal(text, start, `${match} is too large for a float`);
  return {kind: 'float', value, start, end};
}

const FLOAT_HINT = 'write it with a point, as a float';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '/': '/',
};

function stringAt(text: string, start: number, quote: string): Token {
  let value = '';
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined)
      throw literal(text, start, 'a string is not closed', `add ${quote}`);
    if (character === quote) return {kind: 'string', text: value, start, end: at + 1};
    if (character !== '\\') {
      value += character;
      at += 1;
      continue;
    }
    const escaped = escapeAt(text, at);
    value += escaped.value;
    at = escaped.end;
  }
}

function escapeAt(text: string, at: number): {value: string; end: number} {
  const letter = text[at + 1] ?? '';
  const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
  if (simple !== undefined) return {value: simple, end: at + 2};
  const code = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(text.slice(at + 1, at + 10));
  const point = Number.parseInt(code?.[1] ?? code?.[2] ?? 'x', 16);
  if (!code || point > 0x10ffff) {
    throw literal(
      text,
      at,
      `\\${letter} is no escape of a string`,
      'write \\\\ for a backslash; the escapes are \\\\ \\\' \\" \\b \\f \\n \\r \\t \\uXXXX',
    );
  }
  return {value: String.fromCodePoint(point), end: at + 1 + code[0].length};
}

function matchAt(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start;
  return pattern.exec(text);
}

function literal(text: string, start: number, message: string, hint?: string): Error {
  const at = placeOf(text, {start});
  return problems['cypher-literal']({message, hint}, {place: at});
}
