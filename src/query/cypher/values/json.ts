import {parseDecimal} from '../../../data/decimal.ts';
import {integer} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import {CypherFloat} from './float.ts';
import {CypherMap} from './map.ts';

/**
 * A value of json or jsonb: objects are maps, and numbers with a point are numerics, so
 * that no digit is lost.
 */
export function boxJson(value: Value): Value {
  const numbers = /-?\d[\d.eE+-]*/y;
  const text = value as string;
  // A number of 16 figures or more does not survive JSON.parse: it is read from the text.
  return /\d{16}|\d\.|\d[eE]/.test(text) ? withNumbers(text, numbers) : boxed(JSON.parse(text));
}

function boxed(value: unknown): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? value + 0 : new CypherFloat(value);
  }
  if (Array.isArray(value)) return value.map(boxed);
  if (typeof value !== 'object') return null;
  if (value instanceof NumberText) return numberOf(value.text);
  return new CypherMap(new Map(Object.entries(value).map(([key, item]) => [key, boxed(item)])));
}

/** A number's text on its way through JSON.parse, which would round it. */
class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function numberOf(text: string): Value {
  if (/^-?\d+$/.test(text)) return integer(BigInt(text));
  return parseDecimal(text) ?? new CypherFloat(Number(text));
}

const MARK = '\u0000number ';

/** Numbers go through as strings that no JSON of Postgres can hold: it refuses U+0000. */
function withNumbers(text: string, number: RegExp): Value {
  let marked = '';
  let at = 0;
  let inside = false;
  while (at < text.length) {
    const character = text[at] ?? '';
    number.lastIndex = at;
    const found = inside ? undefined : number.exec(text)?.[0];
    if (found !== undefined) {
      marked += JSON.stringify(MARK + found);
      at += found.length;
      continue;
    }
    if (character === '"') inside = !inside;
    const length = inside && character === '\\' ? 2 : 1;
    marked += text.slice(at, at + length);
    at += length;
  }
  const revive = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && value.startsWith(MARK)
      ? new NumberText(value.slice(MARK.length))
      : value;
  return boxed(JSON.parse(marked, revive));
}
