import {compareText} from '../../../data/compare-text.ts';
import {parseDecimal} from '../../../data/decimal.ts';
import {type ExactJson, NumberText, readExactJson} from '../../../lib/exact-json.ts';

/** A JSON text in the one form that jsonb prints; undefined where it is no JSON. */
export function jsonbText(text: string): string | undefined {
  const value = readJson(text);
  return value === undefined ? undefined : jsonbPrinted(value);
}

export function readJson(text: string): ExactJson | undefined {
  try {
    return readExactJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function jsonbPrinted(value: ExactJson): string {
  if (value instanceof NumberText) return parseDecimal(value.text)?.toString() ?? value.text;
  if (value instanceof Map) {
    const members = [...value].sort(
      ([a], [b]) => byteLength(a) - byteLength(b) || compareText(a, b),
    );
    const parts = members.map(([name, member]) => `${jsonString(name)}: ${jsonbPrinted(member)}`);
    return `{${parts.join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(jsonbPrinted).join(', ')}]`;
  return typeof value === 'string' ? jsonString(value) : String(value);
}

/** Postgres escapes what JSON.stringify does; lone surrogates it has none. */
export const jsonString = (text: string): string => JSON.stringify(text);

const byteLength = (text: string): number => Buffer.byteLength(text);
