import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {
  addTemporal,
  divideTemporal,
  multiplyTemporal,
  subtractTemporal,
} from '../temporal/arithmetic.ts';
import {anyText, isList} from './any.ts';
import {equal, type Truth} from './equality.ts';
import {CypherFloat} from './float.ts';
import {type Arithmetic, asFloat, compute, isNumeric, negate} from './number.ts';

/** `+`: numbers, texts (a number becomes a text beside one), lists, temporal values. */
export function add(a: Value, b: Value): Value {
  if (isNumeric(a) && isNumeric(b)) return compute('+', a, b);
  if (isList(a)) return isList(b) ? [...a, ...b] : [...a, b];
  if (isList(b)) return [a, ...b];
  if (typeof a === 'string' && (typeof b === 'string' || isNumeric(b))) return `${a}${b}`;
  if (typeof b === 'string' && isNumeric(a)) return `${a}${b}`;
  return addTemporal(a, b) ?? cannot('+', a, b);
}

export function subtract(a: Value, b: Value): Value {
  return numbers('-', a, b) ?? subtractTemporal(a, b) ?? cannot('-', a, b);
}

export function multiply(a: Value, b: Value): Value {
  return numbers('*', a, b) ?? multiplyTemporal(a, b) ?? cannot('*', a, b);
}

export function divide(a: Value, b: Value): Value {
  return numbers('/', a, b) ?? divideTemporal(a, b) ?? cannot('/', a, b);
}

export function modulo(a: Value, b: Value): Value {
  return numbers('%', a, b) ?? cannot('%', a, b);
}

function numbers(operator: Arithmetic, a: Value, b: Value): Value | undefined {
  return isNumeric(a) && isNumeric(b) ? compute(operator, a, b) : undefined;
}

/** Always a float, of integers too. */
export function power(a: Value, b: Value): Value {
  if (!isNumeric(a) || !isNumeric(b)) return cannot('^', a, b);
  return new CypherFloat(asFloat(a) ** asFloat(b));
}

export function negated(value: Value): Value {
  if (isNumeric(value)) return negate(value);
  return multiplyTemporal(value, -1) ?? cannot('-', 0, value);
}

function cannot(operator: string, a: Value, b: Value): never {
  const message = `${operator} cannot compute with ${anyText(a)} and ${anyText(b)}`;
  throw problems['cypher-value']({message});
}

/** IN: null where no element is equal and one might be. */
export function contained(value: Value, list: Value): Truth {
  if (list === null) return null;
  if (!isList(list)) {
    throw problems['cypher-value']({message: `IN takes a list, and not ${anyText(list)}`});
  }
  let answer: Truth = false;
  for (const item of list) {
    const same = equal(value, item);
    if (same === true) return true;
    if (same === null) answer = null;
  }
  return answer;
}

/** How long a pattern of `=~` may be. */
const PATTERN_MAX = 1000;

/** `=~`: the whole text matches the regular expression. */
export function matches(text: Value, pattern: Value): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string') return null;
  return expressionOf(pattern).test(text);
}

/** A pattern of `=~`, with `(?ims)` before it or not. */
export function expressionOf(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = flags ? pattern.slice(flags[0].length) : pattern;
  try {
    if (pattern.length > PATTERN_MAX) throw new Error('it is too long');
    return new RegExp(`^(?:${body})$`, `u${flags?.[1] ?? ''}`);
  } catch (cause) {
    const message = `${anyText(pattern)} is no regular expression`;
    throw problems['cypher-value']({message}, {cause});
  }
}
