import type {Column, Table} from '../../../data/schema.ts';
import {ANY} from '../../../data/type.ts';
import {isHidden} from './change-time.ts';

/**
 * Columns that no query can name: NUL stands in no name of Postgres. Middleware makes
 * nodes whose properties are known row by row only; they stand together in one map.
 */
const MARK = '\0';

export const DOCUMENT: Column = {name: `${MARK}document`, type: ANY};

/** A column that carries identity and is no property. */
export const hiddenColumn = (name: string): string => MARK + name;

export const isNameable = (column: Column): boolean =>
  !isHidden(column) && !column.name.startsWith(MARK);

/** Where the properties of an open node stand; undefined where its columns are all of them. */
export function documentOf({columns}: Table): number | undefined {
  const index = columns.findIndex(({name}) => name === DOCUMENT.name);
  return index < 0 ? undefined : index;
}
