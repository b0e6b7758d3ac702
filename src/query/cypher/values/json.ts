import {parseDecimal} from '../../../data/decimal.ts';
import {integer} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import {NumberText, readExactJson} from '../../../lib/exact-json.ts';
import {CypherFloat} from './float.ts';
import {CypherMap} from './map.ts';

/** Numbers that do not survive JSON.parse, and escapes, which it may get wrong in names. */
const LOSSY = /\d{16}|\d\.|\d[eE]|\\/;

/**
 * A value of json or jsonb: objects are maps, and numbers with a point are numerics, so
 * that no digit is lost. Throws a SyntaxError where the text is no JSON.
 *
 * V8 from 12.8 on may take one name for another where both have a backslash in JSON
 * (https://github.com/nodejs/node/issues/63785).
 */
export function boxJson(value: Value): Value {
  const text = value as string;
  const plain: unknown = JSON.parse(text);
  return boxed(LOSSY.test(text) ? readExactJson(text) : plain);
}

function boxed(value: unknown): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? value + 0 : new CypherFloat(value);
  }
  if (Array.isArray(value)) return value.map(boxed);
  if (value instanceof NumberText) return numberOf(value.text);
  if (typeof value !== 'object') return null;
  const members = value instanceof Map ? value : Object.entries(value);
  return new CypherMap(new Map(Array.from(members, ([key, item]) => [key, boxed(item)])));
}

function numberOf(text: string): Value {
  if (/^-?\d+$/.test(text)) return integer(BigInt(text));
  return parseDecimal(text) ?? new CypherFloat(Number(text));
}
