import {comparer, equals} from '../../data/compare.ts';
import {BOOL, FLOAT8, isInteger, TEXT, type Type} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import type {Expression, ScalarFunction} from '../expression.ts';
import {type Coercion, implicitly} from './coerce.ts';
import {wantEquality, wantOrder} from './collation.ts';
import {notSupported, problemAt} from './context.ts';
import {problems} from './problems.ts';
import {categoryOf, isImplicit, plainType, sameType, spoken} from './types.ts';

export const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '>', '<=', '>=']);

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

/** `left = right` and its like, on one type that both sides become. */
export function comparison(
  name: string,
  [left, right]: readonly [Expression, Expression],
  at: Coercion,
): Expression {
  const [a, b] = alike(left, right, at, name);
  const want = ORDERS[name] ? wantOrder : wantEquality;
  want([a, b], at);
  return {kind: 'call', function: comparing(name, a.type, at), args: [a, b], type: BOOL};
}

/** Both sides in the type they are compared in; whole numbers are as they are. */
export function alike(
  left: Expression,
  right: Expression,
  at: Coercion,
  name = '=',
): readonly [Expression, Expression] {
  if (isInteger(left.type) && isInteger(right.type)) return [left, right];
  const type = comparableType(left.type, right.type);
  if (!type) {
    const types = `${spoken(left.type)} ${name} ${spoken(right.type)}`;
    throw problemAt(at.context, at.location, problems['sql-unknown-function'], {
      message: `there is no operator ${types}`,
      hint: 'cast one side: (…)::type',
    });
  }
  return [implicitly(left, type, at), implicitly(right, type, at)];
}

function comparableType(left: Type, right: Type): Type | undefined {
  if (left.kind === 'unknown') return right.kind === 'unknown' ? TEXT : plainType(right);
  if (right.kind === 'unknown' || sameType(left, right)) return plainType(left);
  // Of two kinds of numbers, one of them a float, Postgres compares float8s.
  const floats = [left, right].some(({kind}) => kind === 'float4' || kind === 'float8');
  if (floats && categoryOf(left) === 'N' && categoryOf(right) === 'N') return FLOAT8;
  if (isImplicit(right, left)) return plainType(left);
  return isImplicit(left, right) ? plainType(right) : undefined;
}

/** The function, for operands of one type. */
function comparing(name: string, type: Type, {context, location}: Coercion): ScalarFunction {
  const operator = name === '!=' ? '<>' : name;
  const sql = (a = '', b = ''): string => `(${a} ${operator} ${b})`;
  const common = {name: operator, strict: true, sql};
  if (type.kind === 'json' || type.kind === 'other') {
    const told = type.kind === 'json' ? 'compare it as jsonb, or a part of it as text' : undefined;
    throw notSupported(context, location, `comparing values of type ${spoken(type)}`, told);
  }
  if (operator === '=') return {...common, compute: equals(type)};
  if (operator === '<>') {
    const equal = equals(type);
    return {...common, compute: (a, b) => !equal(a as Value, b as Value)};
  }
  const compare = comparer(type);
  const holds = ORDERS[operator] ?? (() => false);
  return {...common, compute: (a, b) => holds(compare(a as Value, b as Value))};
}

/** `IS DISTINCT FROM`: NULL is a value like others. */
export function distinctFrom(left: Expression, right: Expression, at: Coercion): Expression {
  const [a, b] = alike(left, right, at);
  wantEquality([a, b], at);
  const differ = comparing('<>', a.type, at);
  const called: ScalarFunction = {
    name: 'is distinct from',
    strict: false,
    compute: (x = null, y = null) => (x === null || y === null ? x !== y : differ.compute(x, y)),
    sql: (x = '', y = '') => `(${x} IS DISTINCT FROM ${y})`,
  };
  return {kind: 'call', function: called, args: [a, b], type: BOOL};
}

/** GREATEST and LEAST: of the arguments that are not null. */
export function extreme(name: 'greatest' | 'least', args: readonly Expression[]): Expression {
  const type = (args[0] as Expression).type;
  const compare = comparer(type);
  const sign = name === 'greatest' ? 1 : -1;
  const called: ScalarFunction = {
    name,
    strict: false,
    compute(...values) {
      let found: Value = null;
      for (const value of values) {
        if (value === null) continue;
        if (found === null || compare(value, found) * sign > 0) found = value;
      }
      return found;
    },
    sql: (...texts) => `${name}(${texts.join(', ')})`,
  };
  return {kind: 'call', function: called, args, type};
}
