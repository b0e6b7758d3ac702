import {tableId} from '../../data/schema.ts';
import type {Problem} from '../../lib/problem.ts';
import type {TableName} from '../catalog.ts';
import type {RangeVar} from './ast.ts';
import type {Context} from './context.ts';
import {unknownTable} from './from-table.ts';

/** A Problem where a name in FROM is none of the tables. One without a schema may be of any. */
export function certainTable(
  node: RangeVar,
  tables: readonly TableName[],
  context: Pick<Context, 'text'>,
): readonly Problem[] {
  const {relname, schemaname} = node;
  const isMeant = ({schema, name}: TableName): boolean =>
    name === relname && (schema === undefined || schema === (schemaname ?? 'public'));
  if (tables.some(isMeant)) return [];
  const known = tables.map(({schema = 'public', name}) => ({
    id: tableId(schema, name),
    schema,
    name,
  }));
  return [unknownTable(node, {context, tables: known})];
}
