import {compareText} from './compare-text.ts';
import {compareDecimals, Decimal, parseDecimal} from './decimal.ts';
import {malformedText} from './malformed.ts';

/**
 * jsonb values are kept as Postgres's text, which is in one form but for the scale of
 * numbers: keys are in their stored order, each once, and nothing has an exponent.
 */

/** A text that equal jsonb values share: 1.0 is written 1. */
export function jsonbKey(text: string): string {
  if (!text.includes('.')) return text;
  let key = '';
  let start = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at);
    else if (!startsNumber(code)) at += 1;
    else {
      const end = numberEnd(text, at);
      key += text.slice(start, at) + shortNumber(text.slice(at, end));
      at = end;
      start = end;
    }
  }
  return key + text.slice(start);
}

function shortNumber(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A JSON text on one line: without the space between its tokens. */
export function compactJson(text: string): string {
  if (!/[ \t\n\r]/.test(text)) return text;
  let compact = '';
  let start = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at);
    else if (code === 32 || code === 9 || code === 10 || code === 13) {
      compact += text.slice(start, at);
      at += 1;
      start = at;
    } else at += 1;
  }
  return compact + text.slice(start);
}

/**
 * Postgres's order of jsonb: objects > arrays > booleans > numbers > strings > null; more
 * members > fewer; then member by member, strings in collation "C". As in Postgres, an
 * empty array at the top is less than every scalar.
 */
export function compareJsonb(a: string, b: string): number {
  if (a === b) return 0;
  const left = parse(a);
  const right = parse(b);
  if (isEmptyArray(left) && !isContainer(right)) return -1;
  if (isEmptyArray(right) && !isContainer(left)) return 1;
  return compare(left, right);
}

type Jsonb = null | string | Decimal | boolean | readonly Jsonb[] | JsonbObject;

/** Keys and values by turns, in Postgres's order. */
interface JsonbObject {
  readonly members: readonly Jsonb[];
}

const isContainer = (value: Jsonb): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof Decimal);
const isEmptyArray = (value: Jsonb): boolean => Array.isArray(value) && value.length === 0;

function rankOf(value: Jsonb): number {
  if (value === null) return 0;
  if (typeof value === 'string') return 1;
  if (value instanceof Decimal) return 2;
  if (typeof value === 'boolean') return 3;
  return Array.isArray(value) ? 4 : 5;
}

function compare(a: Jsonb, b: Jsonb): number {
  const difference = rankOf(a) - rankOf(b);
  if (difference !== 0) return difference;
  if (typeof a === 'string') return compareText(a, b as string);
  if (a instanceof Decimal) return compareDecimals(a, b as Decimal);
  if (a === null || typeof a === 'boolean') return Number(a) - Number(b);
  const left = membersOf(a as readonly Jsonb[] | JsonbObject);
  const right = membersOf(b as readonly Jsonb[] | JsonbObject);
  if (left.length !== right.length) return left.length - right.length;
  for (let i = 0; i < left.length; i++) {
    const order = compare(left[i] as Jsonb, right[i] as Jsonb);
    if (order !== 0) return order;
  }
  return 0;
}

const membersOf = (value: readonly Jsonb[] | JsonbObject): readonly Jsonb[] =>
  'members' in value ? value.members : value;

/** Postgres's limit is its stack, some thousands of levels deep; beyond this we refuse. */
const DEPTH_MAX = 5000;

/** Reads a jsonb text as Postgres prints it; numbers keep all their digits. */
function parse(text: string): Jsonb {
  let at = 0;
  const result = value(0);
  if (at !== text.length) throw malformedText('jsonb', text);
  return result;

  function value(depth: number): Jsonb {
    if (depth > DEPTH_MAX) throw malformedText('jsonb', text);
    const code = text.charCodeAt(at);
    if (code === LEFT_BRACE) return {members: members(RIGHT_BRACE, depth)};
    if (code === LEFT_BRACKET) return members(RIGHT_BRACKET, depth);
    if (code === QUOTE) return string();
    if (startsNumber(code)) return number();
    if (text.startsWith('true', at)) return word(4, true);
    if (text.startsWith('false', at)) return word(5, false);
    if (text.startsWith('null', at)) return word(4, null);
    throw malformedText('jsonb', text);
  }

  function members(closing: number, depth: number): Jsonb[] {
    const values: Jsonb[] = [];
    at += 1;
    while (text.charCodeAt(at) !== closing) {
      values.push(value(depth + 1));
      const code = text.charCodeAt(at);
      if (code === COMMA || code === COLON) at += text.charCodeAt(at + 1) === 32 ? 2 : 1;
      else if (code !== closing) throw malformedText('jsonb', text);
    }
    at += 1;
    return values;
  }

  function string(): string {
    const end = stringEnd(text, at);
    const raw = text.slice(at, end);
    at = end;
    return raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1);
  }

  function number(): Decimal {
    const end = numberEnd(text, at);
    const decimal = parseDecimal(text.slice(at, end));
    if (!decimal) throw malformedText('jsonb', text);
    at = end;
    return decimal;
  }

  function word<T>(length: number, meaning: T): T {
    at += length;
    return meaning;
  }
}

/** The position after the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  throw malformedText('json', text);
}

function numberEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && !isDelimiter(text.charCodeAt(at))) at += 1;
  return at;
}

const startsNumber = (code: number): boolean => code === 45 || (code >= 48 && code <= 57);

const isDelimiter = (code: number): boolean =>
  code === COMMA || code === RIGHT_BRACE || code === RIGHT_BRACKET || code === COLON;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const LEFT_BRACKET = 91;
const BACKSLASH = 92;
const RIGHT_BRACKET = 93;
const LEFT_BRACE = 123;
const RIGHT_BRACE = 125;
