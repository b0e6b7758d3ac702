import {textWriter} from '../../data/text.ts';
import {elementOf} from '../../data/text-array.ts';
import {JSONB, type Type} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import type {Expression} from '../expression.ts';
import {jsonbText, jsonString} from './input/jsonb.ts';

/**
 * A value as JSON, as Postgres's to_json and to_jsonb print it; NULL is JSON's null. Its
 * type is jsonb in both cases, whose text every later step leaves as it is.
 */
export function asJson(arg: Expression, {canonical}: {canonical: boolean}): Expression {
  const write = jsonWriter(arg.type);
  const compute = (value: Value = null): Value => {
    const text = write(value);
    return canonical ? (jsonbText(text) ?? text) : text;
  };
  const name = canonical ? 'to_jsonb' : 'to_json';
  const sql = (text = ''): string => `${name}(${text})`;
  return {kind: 'call', function: {name, strict: false, compute, sql}, args: [arg], type: JSONB};
}

export function jsonWriter(type: Type): (value: Value) => string {
  const write = present(type);
  return (value) => (value === null ? 'null' : write(value));
}

function present(type: Type): (value: Value) => string {
  const text = textWriter(type);
  switch (type.kind) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'json':
    case 'jsonb':
      return text;
    case 'numeric':
    case 'float4':
    case 'float8':
      return (value) => (/^-?\d/.test(text(value)) ? text(value) : jsonString(text(value)));
    case 'timestamp':
      return (value) => jsonString(text(value).replace(' ', 'T'));
    case 'timestamptz':
      return (value) => jsonString(text(value).replace(' ', 'T').replace(/\+00$/, '+00:00'));
    case 'array': {
      const element = jsonWriter(elementOf(type));
      const list = (value: Value): string =>
        Array.isArray(value) ? `[${value.map(list).join(',')}]` : element(value);
      return list;
    }
    default:
      return (value) => jsonString(text(value));
  }
}
