import {compareDecimals, parseDecimal} from '../data/decimal.ts';
import {type ExactJson, NumberText, readExactJson, writeExactJson} from '../lib/exact-json.ts';

/**
 * A row's JSON as templates see it. Numbers print with their digits, arrays as `[a, b]`,
 * objects as `[object]` and null as nothing, as Drasi's templates have it.
 */
export function templateRow(json: string): unknown {
  return templateValue(readExactJson(json));
}

/** How objects print. A symbol, since a column may have any name, `toString` too. */
const OBJECT_PROTOTYPE = Object.freeze(
  Object.create(null, {[Symbol.toPrimitive]: {value: () => '[object]'}}),
);

class TemplateList extends Array<unknown> {
  override toString(): string {
    return `[${this.map((item) => (item === null ? 'null' : String(item))).join(', ')}]`;
  }
}

function templateValue(value: ExactJson): unknown {
  if (value instanceof Map) {
    const object: Record<string, unknown> = Object.create(OBJECT_PROTOTYPE);
    for (const [name, member] of value) {
      Object.defineProperty(object, name, {value: templateValue(member), enumerable: true});
    }
    return object;
  }
  if (Array.isArray(value)) return TemplateList.from(value, templateValue);
  return value;
}

/** The JSON text of what a template sees; empty for what is not there. */
export function jsonOf(value: unknown): string {
  return value === undefined ? '' : writeExactJson(exact(value));
}

function exact(value: unknown): ExactJson {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return new NumberText(String(value));
  if (value instanceof NumberText) return value;
  if (Array.isArray(value)) return Array.from(value, exact);
  return new Map(Object.entries(value as object).map(([name, member]) => [name, exact(member)]));
}

/** Numbers compare by size with all their digits, texts by their characters; NaN: not at all. */
export function compareValues(a: unknown, b: unknown): number {
  const left = parseDecimal(numberText(a) ?? 'NaN');
  const right = parseDecimal(numberText(b) ?? 'NaN');
  if (left?.finite && right?.finite) return compareDecimals(left, right);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return Number.NaN;
}

export function equalValues(a: unknown, b: unknown): boolean {
  if ((a ?? null) === null || (b ?? null) === null) return (a ?? null) === (b ?? null);
  const order = compareValues(a, b);
  return Number.isNaN(order) ? jsonOf(a) === jsonOf(b) : order === 0;
}

function numberText(value: unknown): string | undefined {
  if (value instanceof NumberText) return value.text;
  return typeof value === 'number' ? String(value) : undefined;
}

/** Whether `#if`, `and`, `or` and `not` take a value for true: nothing empty, and not 0. */
export function truthy(value: unknown): boolean {
  const text = numberText(value);
  if (text !== undefined) return Number(text) !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

export function lengthOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof NumberText || typeof value !== 'object' || value === null) return 0;
  return Object.keys(value).length;
}
