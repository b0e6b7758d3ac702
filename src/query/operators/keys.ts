import {joinParts, type Key, NULL_PART} from '../../data/key.ts';
import {keyWriter} from '../../data/key-of.ts';
import {isInteger, type Type} from '../../data/type.ts';
import type {Row, Value} from '../../data/value.ts';
import {compile} from '../evaluate.ts';
import type {Evaluate, Expression} from '../expression.ts';

/**
 * The join key of a row: equal values have equal keys, and NULL, which equals nothing, has
 * none. Keys of both sides agree only where the types do: the front end casts.
 */
export function joinKey(expressions: readonly Expression[]): (row: Row) => Key | null {
  const [first, ...rest] = expressions;
  if (!first) return () => 0;
  if (rest.length === 0) return singleKey(compile(first), valueKey(first.type));
  const parts = expressions.map(compile);
  const writers = expressions.map(({type}) => keyWriter(type));
  return (row) => {
    let key = '';
    for (let i = 0; i < parts.length; i++) {
      const value = parts[i]!(row);
      if (value === null) return null;
      key = i === 0 ? writers[i]!(value) : `${key}|${writers[i]!(value)}`;
    }
    return key;
  };
}

function singleKey(evaluate: Evaluate, write: (value: Value) => Key): (row: Row) => Key | null {
  return (row) => {
    const value = evaluate(row);
    return value === null ? null : write(value);
  };
}

/** The key of a value that is not null. An integer stands for itself. */
export function valueKey(type: Type): (value: Value) => Key {
  const write = keyWriter(type);
  if (!isInteger(type)) return write;
  return (value) => (typeof value === 'number' ? value : write(value));
}

/**
 * `rowKey` of the values that expressions have in a row, written without making a row of
 * them: what puts a row into its group.
 */
export function groupKey(expressions: readonly Expression[]): (row: Row) => Key {
  const [first, ...rest] = expressions;
  if (!first) return () => 1;
  if (rest.length === 0) {
    const evaluate = compile(first);
    const write = valueKey(first.type);
    return (row) => {
      const value = evaluate(row);
      return value === null ? NULL_PART : write(value);
    };
  }
  const parts = expressions.map(compile);
  const writers = expressions.map(({type}) => keyWriter(type));
  return (row) => {
    let key = writers[0]!(parts[0]!(row));
    for (let i = 1; i < parts.length; i++) key += `|${writers[i]!(parts[i]!(row))}`;
    return key;
  };
}

/** The key of a row made of its values; NULL equals NULL here, as in GROUP BY and DISTINCT. */
export function rowKey(types: readonly Type[]): (row: Row) => Key {
  const [first, ...rest] = types;
  if (!first) return () => 1;
  if (rest.length === 0) {
    const write = valueKey(first);
    return ([value = null]) => (value === null ? NULL_PART : write(value));
  }
  const writers = types.map(keyWriter);
  return (row) => joinParts(writers.map((write, i) => write(row[i] ?? null)));
}
