import type {Column, Table} from '../../data/schema.ts';
import {ANY, TEXT, type Type} from '../../data/type.ts';
import {literal, toAny} from '../cypher/lower/convert.ts';
import {call, lenient, strict} from '../cypher/lower/function.ts';
import {documentOf, isNameable} from '../cypher/lower/open-node.ts';
import {column} from '../cypher/lower/scope.ts';
import {documentValue} from '../cypher/lower/several.ts';
import {CypherMap} from '../cypher/values/map.ts';
import type {Expression} from '../expression.ts';
import type {Plan} from '../plan.ts';
import {type JsonPath, selected} from './json-path.ts';

/** Rows on their way to a query: what they are called, and how they come about. */
export interface Element {
  readonly table: Table;
  /** Its columns are the table's. */
  readonly plan: Plan;
}

/** A property as an expression; undefined where the rows have none of the name. */
export function propertyOf({table}: Element, name: string): Expression | undefined {
  const index = table.columns.findIndex((one) => isNameable(one) && one.name === name);
  const found = table.columns[index];
  if (found) return column(index, found.type);
  const document = documentOf(table);
  return document === undefined
    ? undefined
    : call(GET, [column(document, ANY), literal(name, TEXT)], ANY);
}

const GET = strict('get', (map, key) => (map instanceof CypherMap ? map.get(key as string) : null));

/** The rows with a property more, or with another value of it. */
export function withProperty(element: Element, name: string, value: Expression): Element {
  const {table, plan} = element;
  const document = documentOf(table);
  const written = document === undefined ? value : put(document, name, value);
  const found = table.columns.findIndex((one) => isNameable(one) && one.name === name);
  const at = document ?? (found < 0 ? table.columns.length : found);
  const kept = table.columns.map((one, i) => column(i, one.type));
  const named: Column = document === undefined ? {name, type: value.type} : table.columns[at]!;
  const columns = [...table.columns.slice(0, at), named, ...table.columns.slice(at + 1)];
  const expressions = [...kept.slice(0, at), written, ...kept.slice(at + 1)];
  return {
    table: {...table, columns},
    plan: {kind: 'project', columns, input: plan, expressions},
  };
}

/** A property of an open node that is null is not there. */
function put(document: number, name: string, value: Expression): Expression {
  const into = lenient(`put(${name})`, (map, given) => {
    const entries = map instanceof CypherMap ? [...map.entries] : [];
    const others = entries.filter(([key]) => key !== name);
    return new CypherMap(new Map(given === null ? others : [...others, [name, given]]));
  });
  return call(into, [column(document, ANY), toAny(value)], ANY);
}

/** What a path selects of the properties: a list, empty where it selects nothing. */
export function selection(element: Element, {text, steps}: JsonPath): Expression {
  const [first, ...rest] = steps;
  const property = first?.kind === 'name' ? propertyOf(element, first.name) : undefined;
  if (property && documentOf(element.table) === undefined) {
    const select = lenient(`select(${text})`, (value) => selected(rest, value));
    return call(select, [toAny(property)], ANY);
  }
  const select = lenient(`select(${text})`, (document) => selected(steps, document));
  return call(select, [documentValue(element.table)], ANY);
}

/** The columns that tell a row from the others; all where it has no key. */
export function identityOf({table}: Element): readonly {index: number; name: string; type: Type}[] {
  const all = [...table.columns.keys()];
  const keys = table.keyColumns.length === 0 ? all : table.keyColumns;
  return keys.map((index) => ({
    index,
    name: table.columns[index]?.name ?? '',
    type: table.columns[index]?.type ?? ANY,
  }));
}
