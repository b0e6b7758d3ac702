import type {Type} from '../../data/type.ts';
import {problems} from './problems.ts';

type Letters = NonNullable<Type['collation']>['letters'];

/** A regular expression of Postgres, as one of JavaScript. */
export interface Translated {
  readonly source: string;
  /** Alternatives and repetitions that may end a match early, where Postgres takes the longest. */
  readonly choosing: boolean;
  /** Repetitions that take as little as they can, next to others that do not. */
  readonly mixed: boolean;
  readonly lazy: boolean;
  /** Repeated brackets that may match nothing: what they matched last is told otherwise. */
  readonly looping: boolean;
}

export interface Reading {
  /** Whether upper and lower case are the same. */
  readonly folded: boolean;
  readonly letters: Letters;
}

/** The flags for JavaScript, which knows no upper and lower case of ASCII alone. */
export const flagsOf = ({folded, letters}: Reading): string =>
  folded && letters !== 'ascii' ? 'iu' : 'u';

/**
 * A regular expression of Postgres (its "advanced" ones) as one of JavaScript. Throws a
 * Problem for what means something else there, or nothing: collating elements, embedded
 * options. Classes of letters are those of Unicode, or of ASCII where the collation is C.
 */
export function translated(pattern: string, {folded, letters}: Reading): Translated {
  const sets = letters === 'ascii' ? ASCII_SETS : UNICODE_SETS;
  let source = '';
  let rest = pattern;
  let [greedy, lazy, alternatives, looping] = [false, false, false, false];
  const opened: number[] = [];
  let closed = '';
  while (rest !== '') {
    const token = TOKEN.exec(rest)?.[0];
    if (token === undefined) throw refused(pattern, rest);
    rest = rest.slice(token.length);
    if (/^(?:[*+?]|\{)/.test(token)) {
      if (token.endsWith('?') && token.length > 1) lazy = true;
      else greedy = true;
      looping ||= /^\([^?]/.test(closed) && canBeEmpty(closed);
    }
    closed = '';
    if (token.startsWith('(')) opened.push(source.length);
    if (token === ')') closed = source.slice(opened.pop() ?? 0) + token;
    alternatives ||= token === '|';
    const part = token.startsWith('[') ? setSource(token, sets, pattern) : tokenSource(token, sets);
    source += folded && letters === 'ascii' ? inBothCases(part) : part;
  }
  return {
    source,
    choosing: alternatives || greedy,
    mixed: lazy && (greedy || alternatives),
    lazy,
    looping,
  };
}

/** A back reference is taken for what may be anything. */
const canBeEmpty = (source: string): boolean =>
  /\\[1-9]/.test(source) || compiled(`^${source}$`, 'u', source).test('');

/** A letter, or a class, of ASCII in upper and lower case; anything else as it is. */
function inBothCases(part: string): string {
  const swap = (text: string): string =>
    text.replace(/[a-zA-Z]/g, (one) =>
      one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase(),
    );
  if (/^[a-zA-Z]$/.test(part)) return `[${part}${swap(part)}]`;
  if (!part.startsWith('[')) return part;
  const negated = part.startsWith('[^');
  const inner = part.slice(negated ? 2 : 1, -1);
  const letters = inner.match(/(?<!\\)[a-zA-Z](?:-[a-zA-Z])?/g) ?? [];
  const others = letters.filter((one) => one.length === 1 || sameCase(one)).map(swap);
  const all = letters.some((one) => one.length > 1 && !sameCase(one)) ? 'A-Za-z' : '';
  return `[${negated ? '^' : ''}${inner}${others.join('')}${all}]`;
}

const sameCase = (range: string): boolean => /[a-z]-[a-z]|[A-Z]-[A-Z]/.test(range);

export function regularExpression(pattern: string, reading: Reading): RegExp {
  return compiled(translated(pattern, reading).source, flagsOf(reading), pattern);
}

export function compiled(source: string, flags: string, pattern: string): RegExp {
  try {
    // Postgres's `.` matches a line's end too.
    return new RegExp(source, `s${flags}`);
  } catch (cause) {
    throw problems['sql-value']({message: `invalid regular expression: "${pattern}"`}, {cause});
  }
}

/**
 * Escapes, classes, groups, anchors, repetitions and plain signs. A back reference has one
 * digit here: two would be read as one number or as two by what stands before.
 */
const TOKEN = new RegExp(
  [
    String.raw`^(?:\\[1-9](?!\d)`,
    String.raw`\\[dDwWsSmMyYAZ]`,
    String.raw`\\[tnrfv]`,
    String.raw`\\[^\p{L}\p{N}\s]`,
    String.raw`\[\^?\]?(?:\[:[a-z]+:\]|\\[dwstnrfv]|\\[^\p{L}\p{N}\s]|[^\]\\[])*\]`,
    String.raw`\(\?(?::|<?[=!])`,
    '[()|^$.]',
    String.raw`[*+?]\??`,
    String.raw`\{\d+(?:,\d*)?\}\??`,
    String.raw`[^\\[\]{}()*+?|^$.])`,
  ].join('|'),
  'u',
);

const UNICODE_SETS: Readonly<Record<string, string>> = {
  alpha: String.raw`\p{Alphabetic}`,
  upper: String.raw`\p{Uppercase}`,
  lower: String.raw`\p{Lowercase}`,
  digit: '0-9',
  alnum: String.raw`\p{Alphabetic}0-9`,
  xdigit: '0-9A-Fa-f',
  space: String.raw`\p{White_Space}`,
  blank: String.raw`\p{Zs}\t`,
  punct: String.raw`\p{P}$+<=>^\x60|~`,
  cntrl: String.raw`\p{Cc}`,
  graph: String.raw`\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}`,
  print: String.raw`\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}\p{Zs}`,
  word: String.raw`\p{Alphabetic}0-9_`,
};

const ASCII_SETS: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  xdigit: '0-9A-Fa-f',
  space: String.raw` \t-\r`,
  blank: String.raw` \t`,
  punct: String.raw`!-\/:-@\[-\x60{-~`,
  cntrl: String.raw`\0-\x1f\x7f`,
  graph: '!-~',
  print: ' -~',
  word: 'A-Za-z0-9_',
};

type Sets = Readonly<Record<string, string>>;

const SHORT: Readonly<Record<string, string>> = {d: 'digit', w: 'word', s: 'space'};

function tokenSource(token: string, sets: Sets): string {
  if (!token.startsWith('\\')) return token;
  const word = `[${sets.word}]`;
  switch (token[1]) {
    case 'd':
    case 'w':
    case 's':
      return `[${sets[SHORT[token[1]] ?? '']}]`;
    case 'D':
    case 'W':
    case 'S':
      return `[^${sets[SHORT[token[1].toLowerCase()] ?? '']}]`;
    case 'm':
      return `(?<!${word})(?=${word})`;
    case 'M':
      return `(?<=${word})(?!${word})`;
    case 'y':
      return `(?:(?<!${word})(?=${word})|(?<=${word})(?!${word}))`;
    case 'Y':
      return `(?:(?<!${word})(?!${word})|(?<=${word})(?=${word}))`;
    case 'A':
      return '(?<![^])';
    case 'Z':
      return '(?![^])';
    default:
      return /^\\[1-9tnrfv]$/.test(token) ? token : quotedSign(token[1] ?? '');
  }
}

const quotedSign = (sign: string): string => sign.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');

const SET_PART = /\[:([a-z]+):\]|\\([dwstnrfv])|\\?([^\\])/gu;

/** A class of signs: `[^]a-z[:alpha:]\d]`. */
function setSource(token: string, sets: Sets, pattern: string): string {
  const negated = token.startsWith('[^');
  const inner = token.slice(negated ? 2 : 1, -1);
  let source = '';
  for (const [whole, name, short, sign = ''] of inner.matchAll(SET_PART)) {
    if (name !== undefined) {
      const set = sets[name];
      if (set === undefined) throw refused(pattern, whole);
      source += set;
    } else if (short !== undefined) {
      source += SHORT[short] ? sets[SHORT[short]] : `\\${short}`;
    } else source += sign === '-' && !whole.startsWith('\\') ? '-' : quotedSign(sign);
  }
  // A hyphen at an end stands for itself, which JavaScript wants to be told.
  const closed = source.replace(/^-/, '\\-').replace(/-$/, '\\-');
  return `[${negated ? '^' : ''}${closed.replace(/\\\\-$/, '\\-')}]`;
}

const refused = (pattern: string, rest: string) =>
  problems['sql-value']({
    message: `the regular expression "${pattern}" is not supported from "${rest}" on`,
    hint: 'write it with letters, ., [a-z], [[:alpha:]], ( ), |, *, +, ?, {n,m}, ^, $, \\d, \\w, \\s, \\m, \\M, \\y',
  });
