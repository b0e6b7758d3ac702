import {joinParts, type Key, NULL_PART} from '../../data/key.ts';
import {keyWriter} from '../../data/key-of.ts';
import {isInteger, type Type} from '../../data/type.ts';
import type {Row, Value} from '../../data/value.ts';
import {compile} from '../evaluate.ts';
import type {Expression} from '../expression.ts';

/**
 * The join key of a row: equal values have equal keys, and NULL, which equals nothing, has
 * none. Keys of both sides agree only where the types do: the front end casts.
 */
export function joinKey(expressions: readonly Expression[]): (row: Row) => Key | null {
  const [first, ...rest] = expressions;
  if (!first) return () => 0;
  if (rest.length === 0) return singleKey(first, null);
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

/** The key of one value, `ofNull` for a null. An integer column is its own, read in place. */
function singleKey<Null>(expression: Expression, ofNull: Null): (row: Row) => Key | Null {
  const write = valueKey(expression.type);
  if (expression.kind === 'column') {
    const {index} = expression;
    const integral = isInteger(expression.type);
    return (row) => {
      const value = row[index] as Value;
      if (integral && typeof value === 'number') return value;
      return value === null ? ofNull : write(value);
    };
  }
  const evaluate = compile(expression);
  return (row) => {
    const value = evaluate(row);
    return value === null ? ofNull : write(value);
  };
}

/**
 * Whether two rows surely have one key: told by their columns, which takes less than to
 * write the key. Never where a part of the key is more than a column.
 */
export function sameKey(expressions: readonly Expression[]): (a: Row, b: Row) => boolean {
  const indexes = expressions.flatMap((part) => (part.kind === 'column' ? [part.index] : []));
  if (indexes.length < expressions.length) return () => false;
  const [first, second] = indexes;
  if (first === undefined) return () => true;
  if (second === undefined) return (a, b) => a[first] === b[first];
  return (a, b) => {
    for (const index of indexes) if (a[index] !== b[index]) return false;
    return true;
  };
}

/** The key of a value that is not null. An integer stands for itself. */
export function valueKey(type: Type): (value: Value) => Key {
  return isInteger(type) ? integerKey : keyWriter(type);
}

const integerKey = (value: Value): Key => (typeof value === 'number' ? value : String(value));

/**
 * `rowKey` of the values that expressions have in a row, written without making a row of
 * them: what puts a row into its group.
 */
export function groupKey(expressions: readonly Expression[]): (row: Row) => Key {
  const [first, ...rest] = expressions;
  if (!first) return () => 1;
  if (rest.length === 0) return singleKey(first, NULL_PART);
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
