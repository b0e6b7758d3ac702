import {Boxed, type Value} from '../../../data/value.ts';
import {isList} from './any.ts';
import {CypherMap} from './map.ts';
import {compareNumbers, isNumeric} from './number.ts';

/** Three-valued: null where one of two values is not known, so their equality is not. */
export type Truth = boolean | null;

/** openCypher's `=`: values of different types are unequal, and NaN equals nothing. */
export function equal(a: Value, b: Value): Truth {
  if (a === null || b === null) return null;
  if (isNumeric(a)) return isNumeric(b) && compareNumbers(a, b) === 0;
  if (isList(a)) return isList(b) ? listsEqual(a, b) : false;
  if (a instanceof CypherMap) return b instanceof CypherMap ? mapsEqual(a, b) : false;
  if (a instanceof Boxed) {
    return b instanceof Boxed && a.constructor === b.constructor && a.key() === b.key();
  }
  return a === b;
}

function listsEqual(a: readonly Value[], b: readonly Value[]): Truth {
  if (a.length !== b.length) return false;
  return allEqual(a.map((value, i) => equal(value, b[i] ?? null)));
}

function mapsEqual(a: CypherMap, b: CypherMap): Truth {
  if (a.entries.size !== b.entries.size) return false;
  for (const key of a.entries.keys()) if (!b.entries.has(key)) return false;
  return allEqual([...a.entries].map(([key, value]) => equal(value, b.get(key))));
}

function allEqual(parts: readonly Truth[]): Truth {
  if (parts.includes(false)) return false;
  return parts.includes(null) ? null : true;
}
