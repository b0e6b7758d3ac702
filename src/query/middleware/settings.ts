import type {Problem} from '../../lib/problem.ts';
import {type JsonPath, parsePath} from './json-path.ts';
import type {Middleware} from './middleware.ts';
import {problems} from './problems.ts';

/**
 * The settings of a middleware, read one by one. The first that does not fit is kept as
 * its `problem`; reading goes on with something harmless, and is then thrown away.
 */
export interface Settings {
  readonly name: string;
  readonly problem: Problem | undefined;
  readonly keys: readonly string[];
  /** `name` of the setting; `fallback` where it may be left out. */
  text(key: string, fallback?: string): string;
  optionalText(key: string): string | undefined;
  word<const T extends string>(key: string, words: readonly T[], fallback?: T): T;
  flag(key: string, fallback: boolean): boolean;
  count(key: string, fallback: number): number;
  path(key: string): JsonPath;
  optionalPath(key: string): JsonPath | undefined;
  /** Settings inside of a list of maps, at least one. */
  items(key: string): readonly Settings[];
  /** Settings inside of a map, by the names that the user gave. */
  within(key: string): Settings;
  /** Reports settings that are none of these. */
  only(...keys: readonly string[]): void;
  refuse(setting: string, expected: string): void;
  /** Reports what is no function of rows. */
  unsupported(what: string, hint: string): void;
}

type Given = Readonly<Record<string, unknown>>;

export function settingsOf({name, config}: Middleware): Settings {
  const found: Problem[] = [];
  return reader(config, {name, prefix: 'config', found});
}

interface Reading {
  readonly name: string;
  readonly prefix: string;
  readonly found: Problem[];
}

function reader(given: Given, reading: Reading): Settings {
  const {name, prefix, found} = reading;
  const at = (key: string): unknown => (Object.hasOwn(given, key) ? given[key] : undefined);
  const refuse = (key: string, expected: string): void => {
    const setting = key === '' ? prefix : `${prefix}.${key}`;
    found.push(problems['middleware-setting']({name, setting, expected}));
  };
  const inner = (key: string, value: unknown): Settings => {
    if (!isMap(value)) refuse(key, 'a map');
    return reader(isMap(value) ? value : {}, {...reading, prefix: `${prefix}.${key}`});
  };
  const read: Settings = {
    name,
    get problem() {
      return found[0];
    },
    keys: Object.keys(given),
    text(key, fallback) {
      const value = at(key) ?? fallback;
      if (typeof value === 'string' && value !== '') return value;
      refuse(key, 'a text that is not empty');
      return '';
    },
    optionalText: (key) => (isAbsent(at(key)) ? undefined : read.text(key)),
    word(key, words, fallback) {
      const value = words.find((word) => word === (at(key) ?? fallback));
      if (value !== undefined) return value;
      refuse(key, `one of ${words.join(', ')}`);
      return words[0]!;
    },
    flag(key, fallback) {
      const value = String(at(key) ?? fallback);
      if (value !== 'true' && value !== 'false') refuse(key, 'true or false');
      return value === 'true';
    },
    count(key, fallback) {
      // A file has all its values as texts.
      const value = String(at(key) ?? fallback);
      if (/^[1-9]\d{0,14}$/.test(value)) return Number(value);
      refuse(key, 'a whole number above 0');
      return fallback;
    },
    path(key) {
      const path = parsePath(read.text(key));
      if (!path) refuse(key, 'a JSONPath such as $.a.b[0] or $.list[*]');
      return path ?? {text: '$', steps: []};
    },
    optionalPath: (key) => (isAbsent(at(key)) ? undefined : read.path(key)),
    items(key) {
      const value = at(key);
      if (!Array.isArray(value) || value.length === 0) refuse(key, 'a list of at least 1');
      return (Array.isArray(value) ? value : []).map((item, i) => inner(`${key}[${i}]`, item));
    },
    within: (key) => inner(key, at(key)),
    only(...keys) {
      const other = read.keys.find((key) => !keys.includes(key));
      if (other !== undefined) refuse(other, `left out: the settings are ${keys.join(', ')}`);
    },
    refuse,
    unsupported(what, hint) {
      found.push(problems['middleware-not-supported']({name, what, hint}));
    },
  };
  return read;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const isMap = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
