import {malformedText} from './malformed.ts';
import type {Type} from './type.ts';
import type {Value} from './value.ts';

/** Postgres's own limit on an array's dimensions. */
const DIMENSIONS_MAX = 6;

/** The type of an array's elements once its dimensions are taken off. */
export function elementOf(type: Type): Type {
  return type.element ? elementOf(type.element) : type;
}

/** What stands between elements. Of Postgres's types only `box` has another. */
const delimiterOf = (element: Type): string => (element.name === 'box' ? ';' : ',');

/**
 * Reads Postgres's text of an array; several dimensions become nested arrays. Lower
 * bounds other than 1 (`[0:1]={1,2}`) are read and dropped: docs/queries.md says so, and
 * two arrays that differ in nothing else are the same here.
 */
export function arrayReader(
  type: Type,
  readElement: (text: string) => Value,
): (text: string) => Value {
  const delimiter = delimiterOf(elementOf(type)).charCodeAt(0);
  return (text) => {
    let at = text.charCodeAt(0) === LEFT_BRACKET ? text.indexOf('=') + 1 : 0;
    const result = items(1);
    if (at !== text.length) throw malformedText('array', text);
    return result;

    function items(depth: number): Value[] {
      if (text.charCodeAt(at++) !== LEFT_BRACE || depth > DIMENSIONS_MAX) {
        throw malformedText('array', text);
      }
      const values: Value[] = [];
      if (text.charCodeAt(at) === RIGHT_BRACE) {
        at += 1;
        return values;
      }
      for (;;) {
        values.push(text.charCodeAt(at) === LEFT_BRACE ? items(depth + 1) : item());
        const next = text.charCodeAt(at++);
        if (next === RIGHT_BRACE) return values;
        if (next !== delimiter) throw malformedText('array', text);
      }
    }

    function item(): Value {
      if (text.charCodeAt(at) === QUOTE) return readElement(quoted());
      const start = at;
      while (at < text.length) {
        const code = text.charCodeAt(at);
        if (code === delimiter || code === RIGHT_BRACE) break;
        at += 1;
      }
      const word = text.slice(start, at);
      return word === 'NULL' ? null : readElement(word);
    }

    function quoted(): string {
      let plain = '';
      let start = ++at;
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === QUOTE) return plain + text.slice(start, at++);
        if (code !== BACKSLASH) continue;
        plain += text.slice(start, at++);
        start = at;
      }
      throw malformedText('array', text);
    }
  };
}

/** Writes an array as Postgres prints it; `writeElement` is for its innermost elements. */
export function arrayWriter(
  type: Type,
  writeElement: (value: Value) => string,
): (value: Value) => string {
  const delimiter = delimiterOf(elementOf(type));
  const special = new RegExp(`[{}"\\\\${delimiter} \\t\\n\\r\\v\\f]`);
  const write = (value: Value): string => {
    if (value === null) return 'NULL';
    if (Array.isArray(value)) return `{${value.map(write).join(delimiter)}}`;
    const text = writeElement(value);
    const bare = text !== '' && !special.test(text) && text.toUpperCase() !== 'NULL';
    return bare ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
  };
  return write;
}

const LEFT_BRACE = 123;
const RIGHT_BRACE = 125;
const LEFT_BRACKET = 91;
const QUOTE = 34;
const BACKSLASH = 92;
