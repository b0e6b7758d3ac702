import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {anyText, isList} from './any.ts';
import {CypherMap, CypherNode, CypherRelationship} from './map.ts';
import {isWhole} from './number.ts';
import {Temporal} from './temporal.ts';

/** `value.key` of a map, a node or a temporal value. */
export function propertyOf(value: Value, key: string): Value {
  if (value instanceof CypherMap || value instanceof CypherNode) return value.get(key);
  if (value instanceof CypherRelationship) return null;
  if (value instanceof Temporal) {
    const component = value.component(key);
    if (component !== undefined) return component;
    throw problems['cypher-value']({message: `${value} has no component "${key}"`});
  }
  throw problems['cypher-value']({
    message: `${anyText(value)} is no map, node or temporal value, and has no "${key}"`,
  });
}

/** `list[0]`, counted from the end when negative, or `map['key']`. */
export function indexed(of: Value, index: Value): Value {
  if (isList(of)) {
    const at = wholeIndex(index);
    return of[at < 0 ? of.length + at : at] ?? null;
  }
  if (typeof index === 'string') return propertyOf(of, index);
  const message = `${anyText(of)} cannot be indexed with ${anyText(index)}`;
  throw problems['cypher-value']({message, hint: 'a list takes an integer, a map a string'});
}

/** `list[from..to]`: without `to`, up to the end. */
export function sliced(of: Value, from: Value, to: Value | undefined): Value {
  if (!isList(of)) {
    throw problems['cypher-value']({message: `${anyText(of)} is no list to take a part of`});
  }
  return of.slice(wholeIndex(from), to === undefined ? undefined : wholeIndex(to));
}

function wholeIndex(index: Value): number {
  if (isWhole(index)) return Number(index);
  throw problems['cypher-value']({
    message: `the index of a list is an integer, and not ${anyText(index)}`,
  });
}
