import {anyKey} from './any.ts';
import {dimensions, flat} from './compare.ts';
import {trimmed} from './compare-text.ts';
import {type Decimal, decimalKey} from './decimal.ts';
import {jsonbKey} from './jsonb.ts';
import {joinParts, type Key, keyPart, NULL_PART} from './key.ts';
import {intervalTotal} from './temporal-interval.ts';
import {elementOf} from './text-array.ts';
import {isInteger, type Type} from './type.ts';
import type {Interval, Row, Value} from './value.ts';

/**
 * Writes values of a type as key parts: values that are equal to SQL share one (95.0 and
 * 95.00, −0 and 0, `1 mon` and `30 days`), others do not, and neither does null.
 */
export function keyWriter(type: Type): (value: Value) => string {
  const write = presentWriter(type);
  return (value) => (value === null ? NULL_PART : write(value));
}

/**
 * The key of the columns at `positions`, out of a row whose columns have `types`. The key
 * of one integer column is the number, where that is safe.
 */
export function keyOf(types: readonly Type[], positions: readonly number[]): (row: Row) => Key {
  const columns = positions.map((position) => ({
    position,
    write: keyWriter(types[position] as Type),
  }));
  const [first, second] = columns;
  if (first && columns.length === 1) {
    const {position, write} = first;
    if (!isInteger(types[position] as Type)) return (row) => write(row[position] ?? null);
    return (row) => {
      const value = row[position] ?? null;
      return typeof value === 'number' ? value : write(value);
    };
  }
  if (first && second && columns.length === 2) {
    return (row) =>
      `${first.write(row[first.position] ?? null)}|${second.write(row[second.position] ?? null)}`;
  }
  return (row) => joinParts(columns.map(({position, write}) => write(row[position] ?? null)));
}

/** For values that are not null. */
function presentWriter(type: Type): (value: Value) => string {
  switch (type.kind) {
    case 'numeric':
      return (value) => decimalKey(value as Decimal);
    case 'float4':
    case 'float8':
      return (value) => String((value as number) + 0);
    case 'bpchar':
      return (value) => keyPart(trimmed(value as string));
    case 'interval':
      return (value) => String(intervalTotal(value as Interval));
    case 'jsonb':
      return (value) => keyPart(jsonbKey(value as string));
    case 'array':
      return arrayWriter(keyWriter(elementOf(type)));
    case 'any':
      return anyKey;
    case 'text':
    case 'bytea':
    case 'json':
    case 'enum':
    case 'other':
    case 'unknown':
      return (value) => keyPart(value as string);
    default:
      // Booleans, numbers and texts that hold nothing to escape: uuid and timetz.
      return String;
  }
}

/** The dimensions stand in front, so that {{1,2}} and {1,2} differ, and {} and {""}. */
function arrayWriter(write: (value: Value) => string): (value: Value) => string {
  return (value) => {
    const sizes = dimensions(value).join('x');
    return keyPart(`${sizes}:${joinParts(flat(value).map(write))}`);
  };
}
