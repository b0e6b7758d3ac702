import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {jsonbText} from '../input/jsonb.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {jsonWriter} from '../to-json.ts';
import {define, defineTyped} from './define.ts';

type Write = (value: Value) => string;

/** A value as the name of a member: whatever it is, in quotes. */
function nameWriter(type: Type): Write {
  const write = jsonWriter(type);
  if (type.kind === 'json' || type.kind === 'jsonb' || type.kind === 'array') {
    return () => {
      throw problems['sql-value']({
        message: 'key value must be scalar, not array, composite, or json',
      });
    };
  }
  return (value) => {
    if (value === null) throw problems['sql-value']({message: 'argument list has a null key'});
    const text = write(value);
    return text.startsWith('"') ? text : `"${text}"`;
  };
}

function objectOf(types: readonly Type[]): (...values: Value[]) => string {
  if (types.length % 2 === 1) {
    return () => {
      throw problems['sql-value']({message: 'argument list must have even number of elements'});
    };
  }
  const writers = types.map((type, i) => (i % 2 === 0 ? nameWriter(type) : jsonWriter(type)));
  return (...values) => {
    const parts = values.map((value, i) => writers[i]?.(value) ?? '');
    const members = parts.flatMap((name, i) => (i % 2 === 0 ? [`${name} : ${parts[i + 1]}`] : []));
    return `{${members.join(', ')}}`;
  };
}

function listOf(types: readonly Type[]): (...values: Value[]) => string {
  const writers = types.map(jsonWriter);
  return (...values) => `[${values.map((value, i) => writers[i]?.(value) ?? '').join(', ')}]`;
}

const canonical =
  (make: (types: readonly Type[]) => (...values: Value[]) => string) =>
  (types: readonly Type[]) => {
    const write = make(types);
    return (...values: Value[]): Value => jsonbText(write(...values)) ?? null;
  };

const converted = ([type]: readonly Type[]) => {
  const write = jsonWriter(type as Type);
  return (value: Value): string => write(value);
};

const OPEN = {strict: false};

/** json and jsonb out of other values. */
export const jsonBuild = (): readonly Overload[] => [
  define('json_build_object() json', () => '{}'),
  define('jsonb_build_object() jsonb', () => '{}'),
  define('json_build_array() json', () => '[]'),
  define('jsonb_build_array() jsonb', () => '[]'),
  defineTyped('json_build_object(any...) json', objectOf, OPEN),
  defineTyped('jsonb_build_object(any...) jsonb', canonical(objectOf), OPEN),
  defineTyped('json_build_array(any...) json', listOf, OPEN),
  defineTyped('jsonb_build_array(any...) jsonb', canonical(listOf), OPEN),
  defineTyped('to_json(any) json', converted),
  defineTyped('to_jsonb(any) jsonb', canonical(converted)),
];
