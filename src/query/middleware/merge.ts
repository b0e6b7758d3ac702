import {anyKey} from '../../data/any.ts';
import {joinParts, keyPart} from '../../data/key.ts';
import type {Column, Table} from '../../data/schema.ts';
import {ANY, TEXT, type Type} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import {literal, toAny} from '../cypher/lower/convert.ts';
import {call, lenient} from '../cypher/lower/function.ts';
import {DOCUMENT, documentOf, hiddenColumn, isNameable} from '../cypher/lower/open-node.ts';
import {column} from '../cypher/lower/scope.ts';
import type {Expression} from '../expression.ts';
import {documentValue, type Element, identityOf} from './element.ts';

/**
 * Elements of one label as one: all their rows, with the columns of all of them, null
 * where a row's own table has none. A row is known by its table and its key there.
 */
export function merged(elements: readonly Element[]): readonly Element[] {
  const byLabel = new Map<string, Element[]>();
  for (const element of elements) {
    const {schema, name} = element.table;
    const label = joinParts([schema, name].map(keyPart));
    byLabel.set(label, [...(byLabel.get(label) ?? []), element]);
  }
  return [...byLabel.values()].map((same) => together(same));
}

function together(same: readonly Element[]): Element {
  const [first] = same;
  if (!first || same.length === 1) return same[0]!;
  const open = same.some(({table}) => documentOf(table) !== undefined);
  const shared = open ? [DOCUMENT] : sharedColumns(same);
  const columns: readonly Column[] = [{name: hiddenColumn('key'), type: TEXT}, ...shared];
  const table: Table = {
    ...first.table,
    id: `\0${same.map(({table}) => table.id).join('+')}`,
    columns,
    keyColumns: [0],
    foreignKeys: [],
  };
  const inputs = same.map((element) => ({
    kind: 'project' as const,
    columns,
    input: element.plan,
    expressions: [
      rowKey(element),
      ...(open ? [documentValue(element)] : shared.map((wanted) => columnValue(element, wanted))),
    ],
  }));
  return {table, plan: {kind: 'union', all: true, columns, inputs}};
}

function sharedColumns(same: readonly Element[]): readonly Column[] {
  const types = new Map<string, Type>();
  for (const {name, type} of same.flatMap(({table}) => table.columns.filter(isNameable))) {
    const held = types.get(name);
    types.set(name, held === undefined || isSame(held, type) ? type : ANY);
  }
  return [...types].map(([name, type]) => ({name, type}));
}

const isSame = (a: Type, b: Type): boolean =>
  a.kind === b.kind && a.kind !== 'array' && a.kind !== 'enum' && a.name === b.name;

function columnValue({table}: Element, {name, type}: Column): Expression {
  const index = table.columns.findIndex((one) => one.name === name);
  const found = table.columns[index];
  if (!found) return literal(null, type);
  const value = column(index, found.type);
  return isSame(found.type, type) ? value : toAny(value);
}

function rowKey(element: Element): Expression {
  const {id} = element.table;
  const make = lenient(`row of ${id}`, (...values: Value[]) =>
    joinParts([id, ...values.map(anyKey)].map(keyPart)),
  );
  return call(
    make,
    identityOf(element).map(({index, type}) => toAny(column(index, type))),
    TEXT,
  );
}
