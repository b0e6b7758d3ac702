import {ANY, BOOL, isInteger, type Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import {isList} from '../values/any.ts';
import {boxFloat} from '../values/float.ts';
import {call, retyped, strict} from './function.ts';

/**
 * How a typed value becomes one of type `any`; undefined where its form is the same.
 * A type that openCypher has no name for comes as the text Postgres prints.
 */
function boxing(type: Type): ((value: Value) => Value) | undefined {
  switch (type.kind) {
    case 'float4':
    case 'float8':
      return boxFloat;
    case 'array':
      return boxArray(type.element ? boxing(type.element) : undefined);
    default:
      return undefined;
  }
}

function boxArray(element: ((value: Value) => Value) | undefined) {
  if (!element) return undefined;
  const box = (value: Value): Value => {
    if (value === null) return null;
    return isList(value) ? value.map(box) : element(value);
  };
  return box;
}

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
