import {Decimal, decimalKey} from '../../../data/decimal.ts';
import {keyPart, NULL_PART} from '../../../data/key.ts';
import {Boxed, type Value} from '../../../data/value.ts';
import {CypherFloat} from './float.ts';

/** A text that equal values of type `any` share, and unequal ones do not. */
export function anyKey(value: Value): string {
  if (value === null) return NULL_PART;
  if (typeof value === 'string') return `'${value}`;
  if (typeof value === 'object') {
    if (isList(value)) return `[${value.map((item) => keyPart(anyKey(item))).join('|')}`;
    if (value instanceof Decimal) return decimalKey(value);
    // 1 and 1.0 are one value to grouping, as they are to `=`.
    if (value instanceof CypherFloat) return value.key();
    if (value instanceof Boxed) return `${value.constructor.name} ${value.key()}`;
  }
  return String(value);
}

/** The JSON text of a value of type `any`. */
export function anyJson(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isList(value)) return `[${value.map(anyJson).join(',')}]`;
  if (value instanceof Boxed) return value.json();
  const text = String(value);
  return value instanceof Decimal && value.finite ? text : JSON.stringify(text);
}

/** The plain text of a value of type `any`, strings inside of lists quoted. */
export function anyText(value: Value): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (value !== null && typeof value === 'object' && isList(value)) {
    return `[${value.map(anyText).join(', ')}]`;
  }
  return String(value);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
