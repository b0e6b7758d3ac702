import type {Problem} from '../../lib/problem.ts';
import {type JsonPath, parsePath} from './json-path.ts';
import type {Middleware} from './middleware.ts';
import {problems} from './problems.ts';

/** The way to a part of a middleware, from the middleware itself: keys, and places in lists. */
export type SettingPath = readonly (string | number)[];

/** What is wrong with a middleware, and where that stands in it. */
export interface Misfit {
  readonly problem: Problem;
  readonly path: SettingPath;
  /** Where in the text of that setting, from 1, where that is known. */
  readonly within?: {readonly line: number; readonly column: number} | undefined;
}

/**
 * The settings of a middleware, read one by one. What does not fit is kept as a misfit;
 * reading goes on with something harmless, which is then thrown away. Of what stands within
 * a misfit nothing more is said.
 */
export interface Settings {
  readonly name: string;
  readonly misfits: readonly Misfit[];
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
  refuse(setting: string, expected: string, more?: Remark): void;
  /** Reports what is no function of rows, where `key` says it. */
  unsupported(what: string, more: {readonly hint: string; readonly key: string}): void;
}

/** What else is said of a setting that is refused. */
export interface Remark {
  readonly detail: string;
  readonly within?: Misfit['within'];
}

type Given = Readonly<Record<string, unknown>>;

export function settingsOf({name, config}: Middleware): Settings {
  return reader(config, {name, path: ['config'], misfits: []});
}

interface Reading {
  readonly name: string;
  readonly path: SettingPath;
  readonly misfits: Misfit[];
}

function reader(given: Given, reading: Reading): Settings {
  const {name, path, misfits} = reading;
  const at = (key: string): unknown => (Object.hasOwn(given, key) ? given[key] : undefined);
  const to = (key: string): SettingPath => (key === '' ? path : [...path, key]);
  const refuse: Settings['refuse'] = (key, expected, more) => {
    const facts = {name, setting: settingText(to(key)), expected, detail: more?.detail};
    const problem = problems['middleware-setting'](facts);
    add(misfits, {problem, path: to(key), within: more?.within});
  };
  const inner = (value: unknown, innerPath: SettingPath): Settings => {
    const own = {name, path: innerPath, misfits};
    const known = reader(isMap(value) ? value : {}, own);
    if (!isMap(value)) known.refuse('', 'a map');
    return known;
  };
  const read: Settings = {
    name,
    misfits,
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
      return (Array.isArray(value) ? value : []).map((item, i) => inner(item, [...to(key), i]));
    },
    within: (key) => inner(at(key), to(key)),
    only(...keys) {
      for (const other of read.keys.filter((key) => !keys.includes(key))) {
        refuse(other, `left out: the settings are ${keys.join(', ')}`);
      }
    },
    refuse,
    unsupported(what, {hint, key}) {
      const problem = problems['middleware-not-supported']({name, what, hint});
      add(misfits, {problem, path: to(key)});
    },
  };
  return read;
}

/** What follows from a misfit is none of its own. */
function add(misfits: Misfit[], misfit: Misfit): void {
  const covers = (path: SettingPath): boolean => path.every((step, i) => step === misfit.path[i]);
  if (!misfits.some(({path, within}) => !within && covers(path))) misfits.push(misfit);
}

/** As in `config.sensors.insert[0].query`. */
const settingText = (path: SettingPath): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const isMap = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
