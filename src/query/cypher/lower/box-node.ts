import {anyKey} from '../../../data/any.ts';
import {joinParts, keyPart} from '../../../data/key.ts';
import type {Table} from '../../../data/schema.ts';
import {ANY, BOOL} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import {CypherMap, CypherNode} from '../values/map.ts';
import {boxedBy, literal} from './convert.ts';
import {call, lenient} from './function.ts';
import {DOCUMENT, documentOf, isNameable} from './open-node.ts';
import {column, type NodeBinding} from './scope.ts';
import {partsOf, tableColumn} from './several.ts';

/** All columns of a node's row as one value; null where the node is. */
export function boxNode({table, offset, presence}: NodeBinding): Expression {
  const {columns} = table;
  const document = documentOf(table);
  const shown = [...columns.keys()].filter((i) => isNameable(columns[i] ?? DOCUMENT));
  const identity = identityOf(table, shown);
  const read = [...shown, ...identity.read, ...(document === undefined ? [] : [document])];
  const types = read.map((i) => columns[i]?.type ?? ANY);
  const boxes = types.map(boxedBy);
  const end = shown.length + identity.read.length;
  const box = lenient(`node(${table.id})`, (present, ...values) => {
    if (present === null) return null;
    const boxed = values.map((value, i) => boxes[i]?.(value) ?? null);
    const {part, id} = identity.of(boxed.slice(shown.length, end));
    const properties = new Map<string, Value>();
    for (const [at, i] of shown.entries()) {
      const {name} = columns[i] ?? DOCUMENT;
      if (part.has(name)) properties.set(name, boxed[at] ?? null);
    }
    const open = boxed[end];
    if (open instanceof CypherMap)
      for (const [key, value] of open.entries) properties.set(key, value);
    return new CypherNode(part.label, id, properties);
  });
  const present = presence === undefined ? literal(true, BOOL) : column(presence, ANY);
  const values = read.map((i, at) => column(offset + i, types[at] ?? ANY));
  return call(box, [present, ...values], ANY);
}

/** A table that a row may be of: its label, and which properties it has. */
interface Part {
  readonly label: string;
  readonly has: (property: string) => boolean;
}

interface Identity {
  /** The columns that it is read from. */
  readonly read: readonly number[];
  readonly of: (values: readonly Value[]) => {readonly part: Part; readonly id: string};
}

function identityOf(table: Table, shown: readonly number[]): Identity {
  const several = tableColumn(table);
  if (several === undefined) {
    const part = {label: table.name, has: () => true};
    const id = (values: readonly Value[]): string =>
      joinParts([table.id, ...values.map(anyKey)].map(keyPart));
    const read = table.keyColumns.length === 0 ? shown : table.keyColumns;
    return {read, of: (values) => ({part, id: id(values)})};
  }
  const parts = new Map<Value, Part>(
    partsOf(table).map(({id, name, columns}) => {
      const names = new Set(columns.map((one) => one.name));
      return [id, {label: name, has: (property) => names.has(property)}];
    }),
  );
  const unknown: Part = {label: table.name, has: () => true};
  return {
    read: [...table.keyColumns, several],
    of: ([id = '', part = null]) => ({part: parts.get(part) ?? unknown, id: String(id)}),
  };
}
