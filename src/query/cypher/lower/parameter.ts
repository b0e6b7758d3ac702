import {integer} from '../../../data/integer.ts';
import {ANY, BOOL, FLOAT8, INT8, TEXT} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {nearest} from '../../../lib/nearest.ts';
import type {Expression} from '../../expression.ts';
import type {Parameter} from '../ast.ts';
import {problems} from '../problems.ts';
import {CypherMap} from '../values/map.ts';
import {literal, NULL, toAny} from './convert.ts';
import type {Site} from './site.ts';

/** `$name`: the value that the query's configuration gives it, as if it were written here. */
export function lowerParameter({context}: Site, {name, span}: Parameter): Expression {
  const {parameters} = context;
  const place = context.place(span);
  if (!Object.hasOwn(parameters, name)) {
    const near = nearest(name, Object.keys(parameters));
    context.report(problems['cypher-unknown-parameter']({name, nearest: near}, {place}));
    return NULL;
  }
  const value = literalOf(parameters[name]);
  if (value) return value;
  const message = `the value of the parameter $${name} is out of range`;
  const hint = 'integers have 64 bits, and floats are finite';
  context.report(problems['cypher-type']({message, hint}, {place}));
  return NULL;
}

function literalOf(value: unknown): Expression | undefined {
  if (value === null || value === undefined) return NULL;
  if (typeof value === 'string') return literal(value, TEXT);
  if (typeof value === 'boolean') return literal(value, BOOL);
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
    const whole = BigInt(value as bigint | number);
    return whole >= -(2n ** 63n) && whole < 2n ** 63n ? literal(integer(whole), INT8) : undefined;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? literal(value, FLOAT8) : undefined;
  }
  const any = anyOf(value);
  return any === undefined ? undefined : literal(any, ANY);
}

/** A list or a map; undefined where something inside of it is out of range. */
function anyOf(value: unknown): Value | undefined {
  if (Array.isArray(value)) {
    const items = value.map(anyOf);
    return items.includes(undefined) ? undefined : (items as Value[]);
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, anyOf(item)] as const);
    if (entries.some(([, item]) => item === undefined)) return undefined;
    return new CypherMap(new Map(entries as [string, Value][]));
  }
  const scalar = literalOf(value);
  const boxed = scalar && toAny(scalar);
  return boxed?.kind === 'literal' ? boxed.value : undefined;
}
