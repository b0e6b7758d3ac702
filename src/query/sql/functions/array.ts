import {dimensions, equals, flat} from '../../../data/compare.ts';
import {textWriter} from '../../../data/text.ts';
import {elementOf} from '../../../data/text-array.ts';
import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Overload} from '../overload.ts';
import {define, defineTyped, operator, operatorTyped} from './define.ts';

type List = readonly Value[];

const elementEquals = ([type]: readonly Type[]) => equals(elementOf(type as Type));

const contains = (equal: (a: Value, b: Value) => boolean, all: List, some: List): boolean => {
  const held = flat(all);
  return flat(some).every(
    (one) => one !== null && held.some((other) => other !== null && equal(one, other)),
  );
};

const overlaps = (equal: (a: Value, b: Value) => boolean, a: List, b: List): boolean => {
  const held = flat(a);
  return flat(b).some(
    (one) => one !== null && held.some((other) => other !== null && equal(one, other)),
  );
};

/** Two arrays of as many dimensions, or one that is empty. */
const joined = (a: List | null, b: List | null): List | null => {
  if (a === null || b === null) return a ?? b;
  return a.length === 0 ? b : b.length === 0 ? a : [...a, ...b];
};

const same = (equal: (a: Value, b: Value) => boolean, a: Value, b: Value): boolean =>
  a === null || b === null ? a === b : equal(a, b);

function arrayToString(types: readonly Type[]) {
  const element = elementOf(types[0] as Type);
  const print = element.kind === 'bool' ? (v: Value) => (v ? 't' : 'f') : textWriter(element);
  return (list: List | null, separator: string | null, nulls: string | null = null): Value => {
    if (list === null || separator === null) return null;
    const texts = flat(list).flatMap((one) => (one === null ? (nulls ?? []) : print(one)));
    return texts.join(separator);
  };
}

/** Functions and operators of arrays. */
export const array = (): readonly Overload[] => [
  define('cardinality(anyarray) int4', (a: List) => flat(a).length),
  define('array_length(anyarray, int4) int4', (a: List, n: number) => dimensions(a)[n - 1] ?? null),
  define('array_upper(anyarray, int4) int4', (a: List, n: number) => dimensions(a)[n - 1] ?? null),
  define('array_lower(anyarray, int4) int4', (a: List, n: number) =>
    dimensions(a)[n - 1] === undefined ? null : 1,
  ),
  define('array_ndims(anyarray) int4', (a: List) => dimensions(a).length || null),
  define(
    'array_append(anyarray, anyelement) anyarray',
    (a: List | null, b: Value) => [...(a ?? []), b],
    {
      strict: false,
    },
  ),
  define(
    'array_prepend(anyelement, anyarray) anyarray',
    (a: Value, b: List | null) => [a, ...(b ?? [])],
    {
      strict: false,
    },
  ),
  define('array_cat(anyarray, anyarray) anyarray', joined, {strict: false}),
  defineTyped(
    'array_position(anyarray, anyelement) int4',
    (types) => {
      const equal = elementEquals(types);
      return (a: List | null, b: Value) => {
        const at = a === null ? -1 : a.findIndex((one) => same(equal, one, b));
        return at < 0 ? null : at + 1;
      };
    },
    {strict: false},
  ),
  defineTyped(
    'array_remove(anyarray, anyelement) anyarray',
    (types) => {
      const equal = elementEquals(types);
      return (a: List | null, b: Value) => a?.filter((one) => !same(equal, one, b)) ?? null;
    },
    {strict: false},
  ),
  defineTyped('array_to_string(anyarray, text) text', arrayToString, {strict: false}),
  defineTyped('array_to_string(anyarray, text, text) text', arrayToString, {strict: false}),
  operatorTyped('@>(anyarray, anyarray) bool', (types) => {
    const equal = elementEquals(types);
    return (a: List, b: List) => contains(equal, a, b);
  }),
  operatorTyped('<@(anyarray, anyarray) bool', (types) => {
    const equal = elementEquals(types);
    return (a: List, b: List) => contains(equal, b, a);
  }),
  operatorTyped('&&(anyarray, anyarray) bool', (types) => {
    const equal = elementEquals(types);
    return (a: List, b: List) => overlaps(equal, a, b);
  }),
  {...operator('||(anyarray, anyarray) anyarray', joined), strict: false},
  {
    ...operator('||(anyarray, anyelement) anyarray', (a: List | null, b: Value) => [
      ...(a ?? []),
      b,
    ]),
    strict: false,
  },
  {
    ...operator('||(anyelement, anyarray) anyarray', (a: Value, b: List | null) => [
      a,
      ...(b ?? []),
    ]),
    strict: false,
  },
];
