import {ANY, BOOL, isInteger, type Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import {boxing} from './box.ts';
import {call, retyped, strict} from './function.ts';

/** The expression as a value that says by itself what it is. */
export function toAny(expression: Expression): Expression {
  const {type} = expression;
  if (type.kind === 'any') return expression;
  const box = boxing(type);
  if (!box) return retyped(expression, ANY);
  if (expression.kind === 'literal') {
    const value = expression.value === null ? null : box(expression.value);
    return {kind: 'literal', value, type: ANY};
  }
  return call(strict(`any(${type.kind})`, box), [expression], ANY);
}

/** A value of a type as one of type `any`, null as null. */
export function boxedBy(type: Type): (value: Value) => Value {
  const box = boxing(type);
  return box ? (value) => (value === null ? null : box(value)) : (value) => value;
}

/** Whether values of the type are texts in memory and to openCypher. */
export const isText = ({kind}: Type): boolean =>
  kind === 'text' || kind === 'bpchar' || kind === 'uuid' || kind === 'enum';

export const isFloat = ({kind}: Type): boolean => kind === 'float4' || kind === 'float8';

export const isExact = (type: Type): boolean => isInteger(type) || type.kind === 'numeric';

export const literal = (value: Value, type: Type): Expression => ({kind: 'literal', value, type});

export const TRUE = literal(true, BOOL);
export const NULL = literal(null, ANY);
