import {z} from 'zod';

/**
 * The types that settings have. Each takes the text that stands in the file (or came from
 * a variable) and says, where it does not fit, what it expects: the end of the sentence
 * `"port" of source "a" must be …`. Drasi takes `"8080"` for a number; so does Tailrace.
 */

export const text = (expected = 'a text') => z.string({error: expected});

/** A text that is not empty. */
export const filled = (expected = 'a text that is not empty') =>
  text(expected).min(1, {error: expected});

export function matching(pattern: RegExp, expected: string) {
  return text(expected).regex(pattern, {error: expected});
}

export function integer({min, max, of = ''}: {min: number; max: number; of?: string}) {
  const error = `a whole number${of} from ${min} to ${max}`;
  return z.preprocess(toInteger, z.int({error}).min(min, {error}).max(max, {error}));
}

const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;

const toInteger = (input: unknown): unknown =>
  typeof input === 'string' && INTEGER.test(input) ? Number(input) : input;

export const flag = () => z.preprocess(toFlag, z.boolean({error: 'true or false'}));

function toFlag(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  if (/^(?:true|True|TRUE)$/.test(input)) return true;
  return /^(?:false|False|FALSE)$/.test(input) ? false : input;
}

/** One of a few words, in any letter case. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  const error = `one of ${words.join(', ')}`;
  const toWord = (input: unknown): unknown =>
    words.find((word) => typeof input === 'string' && word === input) ??
    words.find((word) => typeof input === 'string' && word.toLowerCase() === input.toLowerCase()) ??
    input;
  return z.preprocess(toWord, z.enum(words, {error}));
}

export function list<T extends z.ZodType>(item: T, {min = 0}: {min?: number} = {}) {
  const error = min === 0 ? 'a list' : `a list of at least ${min}`;
  return z.array(item, {error}).min(min, {error});
}

export const texts = (expected = 'a text that is not empty') => list(filled(expected));

export const map = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, {error: 'a map of settings'});

export const mapOf = <T extends z.ZodType>(value: T) =>
  z.record(z.string(), value, {error: 'a map'});

export const port = () => integer({min: 1, max: 65_535});

/** A port to listen at; 0 takes one that is free, which is for tests. */
export const listenPort = () => integer({min: 0, max: 65_535});

/** Milliseconds, at most a day. */
export const milliseconds = ({min = 1}: {min?: number} = {}) =>
  integer({min, max: 86_400_000, of: MILLISECONDS});

/** How a problem says that a number counts milliseconds. */
export const MILLISECONDS = ' of milliseconds';

/** Ids stand in addresses, in log lines and in metrics. */
export const id = () =>
  matching(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/,
    'letters, digits and any of . _ : -, beginning with a letter or digit, at most 100',
  );

/** A name of RFC 1123, with the underscores of compose files, or an address of IPv4 or IPv6. */
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?';
const NAME = `(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*\\.?`;
const IPV6 = '[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\\.[0-9]{1,3}){0,3}(?:%[\\w.-]{1,30})?';
const HOST = new RegExp(`^(?:${NAME}|${IPV6})$`);

export const host = () => matching(HOST, 'the name or address of a host, without port or path');

/** Where Postgres listens: a host, or the folder of its socket. */
export const databaseHost = () =>
  matching(
    new RegExp(`${HOST.source}|^/.+$`),
    'the name or address of a host, without port, or the folder of a socket',
  );

/** A secret that stands in a header; empty, where there is none. */
export const token = () =>
  matching(
    /^(?:[A-Za-z0-9._~+/=-]{16,512})?$/,
    'from 16 to 512 letters, digits and any of . _ ~ + / = -, best from a random generator',
  );

export const httpPath = () =>
  matching(/^\/[^\s?#]*$/, 'a path that begins with "/" and has no "?" or "#"');
