import {joinParts, keyPart} from '../../data/key.ts';
import type {Column, Table} from '../../data/schema.ts';
import {TEXT} from '../../data/type.ts';
import {hiddenColumn} from '../cypher/lower/open-node.ts';
import {columnValue, rowKey, sharedColumns} from '../cypher/lower/several.ts';
import type {Element} from './element.ts';

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
  const shared = sharedColumns(same.map(({table}) => table));
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
      rowKey(element.table),
      ...shared.map((wanted) => columnValue(element.table, wanted)),
    ],
  }));
  return {table, plan: {kind: 'union', all: true, columns, inputs}};
}
