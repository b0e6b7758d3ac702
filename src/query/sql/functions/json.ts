import {readJson} from '../input/jsonb.ts';
import {jsonElements, jsonMembers} from '../json-parts.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {define, operator} from './define.ts';

/** The text of a part of a JSON text; null where there is none. */
function member(json: string, name: string): string | null {
  return jsonMembers(json)?.get(name) ?? null;
}

function element(json: string, at: number): string | null {
  return jsonElements(json)?.at(at) ?? null;
}

function path(json: string, steps: readonly (string | null)[]): string | null {
  let part: string | null = json;
  for (const step of steps) {
    if (part === null || step === null) return null;
    const elements = jsonElements(part);
    if (!elements) part = member(part, step);
    else part = /^-?\d+$/.test(step) ? (elements.at(Number(step)) ?? null) : null;
  }
  return part;
}

/** A part as a text of SQL: a string without its quotes, JSON's null as NULL. */
function plain(part: string | null): string | null {
  if (part === null || part === 'null') return null;
  return part.startsWith('"') ? (JSON.parse(part) as string) : part;
}

function typeName(json: string): string {
  const first = json.trim()[0] ?? '';
  if (first === '{') return 'object';
  if (first === '[') return 'array';
  if (first === '"') return 'string';
  if (first === 't' || first === 'f') return 'boolean';
  return first === 'n' ? 'null' : 'number';
}

function arrayLength(json: string): number {
  const elements = jsonElements(json);
  if (!elements) throw problems['sql-value']({message: 'cannot get array length of a non-array'});
  return elements.length;
}

/** `?`: a key of an object, a string in an array, or the string itself. */
function hasKey(json: string, key: string): boolean {
  const members = jsonMembers(json);
  if (members) return members.has(key);
  const elements = jsonElements(json);
  if (elements) return elements.some((one) => one.startsWith('"') && JSON.parse(one) === key);
  return readJson(json) === key;
}

const parts = (type: 'json' | 'jsonb'): Overload[] => [
  operator(`->(${type}, text) ${type}`, member),
  operator(`->(${type}, int4) ${type}`, element),
  operator(`->>(${type}, text) text`, (a: string, b: string) => plain(member(a, b))),
  operator(`->>(${type}, int4) text`, (a: string, b: number) => plain(element(a, b))),
  operator(`#>(${type}, text[]) ${type}`, path),
  operator(`#>>(${type}, text[]) text`, (a: string, b: readonly (string | null)[]) =>
    plain(path(a, b)),
  ),
  define(`${type}_typeof(${type}) text`, typeName),
  define(`${type}_array_length(${type}) int4`, arrayLength),
  define(`${type}_extract_path(${type}, text...) ${type}`, (a: string, ...steps: string[]) =>
    path(a, steps),
  ),
  define(`${type}_extract_path_text(${type}, text...) text`, (a: string, ...steps: string[]) =>
    plain(path(a, steps)),
  ),
];

/** Functions and operators of json and jsonb. */
export const json = (): readonly Overload[] => [
  ...parts('json'),
  ...parts('jsonb'),
  operator('?(jsonb, text) bool', hasKey),
];
