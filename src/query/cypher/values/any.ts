import type {Value} from '../../../data/value.ts';

/** A value as a query would write it: for messages, and for the texts of lists and maps. */
export function anyText(value: Value): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  return isList(value) ? `[${value.map(anyText).join(', ')}]` : String(value);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
