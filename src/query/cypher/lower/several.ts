import {anyKey} from '../../../data/any.ts';
import {joinParts, keyPart} from '../../../data/key.ts';
import type {Column, Table} from '../../../data/schema.ts';
import {ANY, TEXT, type Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import {CypherMap} from '../values/map.ts';
import {isHidden} from './change-time.ts';
import {boxedBy, literal, toAny} from './convert.ts';
import {call, lenient} from './function.ts';
import {DOCUMENT, documentOf, hiddenColumn, isNameable} from './open-node.ts';
import {column} from './scope.ts';

/**
 * What a node of one of several tables is a row of: it has the columns of all of them, null
 * where its own table has none, and knows by two hidden columns which row of which table
 * it is.
 */
export interface Several extends Table {
  readonly parts: readonly Table[];
}

const KEY: Column = {name: hiddenColumn('key'), type: TEXT};
const TABLE: Column = {name: hiddenColumn('table'), type: TEXT};

const isSeveral = (table: Table): table is Several => 'parts' in table;

/** The tables of the database that a node's row may come from. */
export const partsOf = (table: Table): readonly Table[] =>
  isSeveral(table) ? table.parts : [table];

/** One table for all of them; of one alone, that one. */
export function severalOf(tables: readonly Table[]): Table {
  const parts = [...new Map(tables.flatMap(partsOf).map((table) => [table.id, table])).values()];
  const [first, ...others] = parts;
  if (!first) throw new Error('several tables are at least one');
  if (others.length === 0) return first;
  const changed = first.columns.find(isHidden);
  const columns = [KEY, TABLE, ...sharedColumns(parts), ...(changed ? [changed] : [])];
  const several: Several = {
    id: `\0${parts.map(({id}) => id).join('|')}`,
    schema: first.schema,
    name: parts.map(({name}) => name).join('|'),
    columns,
    keyColumns: [0],
    foreignKeys: [],
    parts,
  };
  return several;
}

/** A row of a table as one of `target`, which is that table or several with it among them. */
export function rowAs(target: Table, table: Table): readonly Expression[] {
  if (target.id === table.id) return table.columns.map(({type}, i) => column(i, type));
  return target.columns.map((wanted) => {
    if (wanted === KEY) return rowKey(table);
    return wanted === TABLE ? literal(table.id, TEXT) : columnValue(table, wanted);
  });
}

/** The column of a node's row that tells its table; undefined where there is only one. */
export const tableColumn = (table: Table): number | undefined =>
  isSeveral(table) ? table.columns.indexOf(TABLE) : undefined;

/** The columns that queries can name in any of the tables, with the type that fits all. */
export function sharedColumns(tables: readonly Table[]): readonly Column[] {
  if (tables.some((table) => documentOf(table) !== undefined)) return [DOCUMENT];
  const types = new Map<string, Type>();
  for (const {name, type} of tables.flatMap(({columns}) => columns.filter(isNameable))) {
    const held = types.get(name);
    types.set(name, held === undefined || isSame(held, type) ? type : ANY);
  }
  return [...types].map(([name, type]) => ({name, type}));
}

const isSame = (a: Type, b: Type): boolean =>
  a.kind === b.kind && a.kind !== 'array' && a.kind !== 'enum' && a.name === b.name;

/** What a shared column holds for a row of one of the tables. */
export function columnValue(table: Table, wanted: Column): Expression {
  if (wanted.name === DOCUMENT.name) return documentValue(table);
  const index = table.columns.findIndex((one) => one.name === wanted.name);
  const found = table.columns[index];
  if (!found) return literal(null, wanted.type);
  const value = column(index, found.type);
  return isSame(found.type, wanted.type) ? value : toAny(value);
}

/** The identity of a row among the rows of all tables, as `CypherNode` has it. */
export function rowKey(table: Table): Expression {
  const {id, columns, keyColumns} = table;
  const all = [...columns.keys()].filter((i) => !isHidden(columns[i] ?? DOCUMENT));
  const read = keyColumns.length === 0 ? all : keyColumns;
  const make = lenient(`row of ${id}`, (...values: Value[]) =>
    joinParts([id, ...values.map(anyKey)].map(keyPart)),
  );
  const values = read.map((i) => toAny(column(i, columns[i]?.type ?? ANY)));
  return call(make, values, TEXT);
}

/** All properties as one map. */
export function documentValue(table: Table): Expression {
  const document = documentOf(table);
  if (document !== undefined) return column(document, ANY);
  const shown = [...table.columns.entries()].filter(([, one]) => isNameable(one));
  const boxes = shown.map(([, {type}]) => boxedBy(type));
  const make = lenient(`document(${table.id})`, (...values: Value[]) => {
    const entries = shown.map(([, {name}], i): [string, Value] => [
      name,
      boxes[i]?.(values[i] ?? null) ?? null,
    ]);
    return new CypherMap(new Map(entries));
  });
  return call(
    make,
    shown.map(([i, {type}]) => column(i, type)),
    ANY,
  );
}
