import {anyKey, compareAny} from '../../../data/any.ts';
import {ANY, FLOAT8, INT8} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {isList} from '../values/any.ts';
import {equal} from '../values/equality.ts';
import {CypherMap, CypherNode, CypherRelationship} from '../values/map.ts';
import {asFloat, isNumeric, isWhole} from '../values/number.ts';
import {entry, type FunctionEntry, refuse} from './entry.ts';

/** How long a list `range` makes. */
const RANGE_MAX = 10_000_000;

const ONE: readonly [string, number] = ['one list', 1];

export const LIST_FUNCTIONS: readonly FunctionEntry[] = [
  entry('head', ONE, ANY, (value) => list('head', value)[0] ?? null),
  entry('last', ONE, ANY, (value) => list('last', value).at(-1) ?? null),
  entry('tail', ONE, ANY, (value) => list('tail', value).slice(1)),
  entry('range', ['a first and a last integer, and a step', 2, 3], ANY, range),
  entry('keys', ['a map or a node', 1], ANY, (value) => {
    if (value instanceof CypherMap) return [...value.entries.keys()];
    if (value instanceof CypherNode) return presentKeys(value);
    if (value instanceof CypherRelationship) return [];
    return refuse('keys', 'a map or a node', value);
  }),
  entry('properties', ['a map or a node', 1], ANY, (value) => {
    if (value instanceof CypherMap) return value;
    if (value instanceof CypherNode) return new CypherMap(value.properties);
    if (value instanceof CypherRelationship) return new CypherMap(new Map());
    return refuse('properties', 'a map or a node', value);
  }),
  entry('labels', ['one node', 1], ANY, (value) =>
    value instanceof CypherNode ? [value.label] : refuse('labels', 'a node', value),
  ),
  entry('type', ['one relationship', 1], {kind: 'text'}, (value) =>
    value instanceof CypherRelationship ? value.type : refuse('type', 'a relationship', value),
  ),
  entry('startNode', ['one relationship', 1], ANY, (value) =>
    value instanceof CypherRelationship ? value.from : refuse('startNode', 'a relationship', value),
  ),
  entry('endNode', ['one relationship', 1], ANY, (value) =>
    value instanceof CypherRelationship ? value.to : refuse('endNode', 'a relationship', value),
  ),
  ...['id', 'elementId'].map((name) =>
    entry(name, ['a node or a relationship', 1], {kind: 'text'}, (value) => {
      const known = value instanceof CypherNode || value instanceof CypherRelationship;
      return known ? value.key().slice(1) : refuse(name, 'a node or a relationship', value);
    }),
  ),
  entry('coll.distinct', ONE, ANY, (value) => {
    const found = new Map<string, Value>();
    for (const item of list('coll.distinct', value)) {
      const key = anyKey(item);
      if (!found.has(key)) found.set(key, item);
    }
    return [...found.values()];
  }),
  entry('coll.indexOf', ['a list and a value', 2], INT8, (value, wanted) =>
    list('coll.indexOf', value).findIndex((item) => equal(item, wanted) === true),
  ),
  entry('coll.insert', ['a list, an index and a value', 3], ANY, (value, index, item) => {
    const items = list('coll.insert', value);
    if (isWhole(index) && index >= 0 && index <= items.length) {
      return items.toSpliced(Number(index), 0, item);
    }
    return refuse('coll.insert', 'an index within the list', index);
  }),
  entry('drasi.listMax', ONE, ANY, (value) => extreme('drasi.listMax', value, 1)),
  entry('drasi.listMin', ONE, ANY, (value) => extreme('drasi.listMin', value, -1)),
  entry('drasi.stdevp', ONE, FLOAT8, (value) => deviation(list('drasi.stdevp', value))),
];

function list(name: string, value: Value): readonly Value[] {
  return isList(value) ? value : refuse(name, 'a list', value);
}

/** A property that is null is not there. */
const presentKeys = ({properties}: CypherNode): readonly string[] =>
  [...properties].flatMap(([key, value]) => (value === null ? [] : [key]));

function range(first: Value, last: Value, step: Value = 1): Value {
  for (const value of [first, last, step]) {
    if (!isWhole(value)) return refuse('range', 'integers', value);
  }
  const [from, to, by] = [Number(first), Number(last), Number(step)];
  if (by === 0) return refuse('range', 'a step other than 0', step);
  const length = Math.max(Math.floor((to - from) / by) + 1, 0);
  if (length > RANGE_MAX) {
    const message = `range(${from}, ${to}, ${by}) has more than ${RANGE_MAX} elements`;
    throw problems['cypher-value']({message});
  }
  return Array.from({length}, (_, i) => from + i * by);
}

function extreme(name: string, value: Value, sign: 1 | -1): Value {
  const items = list(name, value).filter((item) => item !== null);
  return items.reduce<Value>(
    (best, item) => (best === null || sign * compareAny(item, best) > 0 ? item : best),
    null,
  );
}

function deviation(items: readonly Value[]): number | null {
  const numbers = items.flatMap((item) => {
    if (item === null) return [];
    return [isNumeric(item) ? asFloat(item) : refuse('drasi.stdevp', 'numbers', item)];
  });
  if (numbers.length === 0) return null;
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  return Math.sqrt(squares / numbers.length);
}
