import {problemsOf} from '../../lib/problem.ts';
import type {TableName} from '../catalog.ts';
import {DOCUMENT} from '../cypher/lower/open-node.ts';
import {type Middleware, throughMiddleware} from './middleware.ts';

/** Stands for the schema of a table that is named without one. */
const ANY_SCHEMA = '\0';

/**
 * What tables are called behind middleware, where nothing is known of them but their names;
 * undefined where it can't be told from these alone.
 */
export function namesThrough(
  tables: readonly TableName[],
  pipeline: readonly Middleware[],
): readonly TableName[] | undefined {
  if (pipeline.length === 0) return tables;
  // Nodes whose properties are known row by row: middleware takes any name for one of them.
  const open = tables.map(({schema = ANY_SCHEMA, name}) => ({
    id: `${schema}.${name}`,
    schema,
    name,
    columns: [DOCUMENT],
    keyColumns: [],
    foreignKeys: [],
  }));
  try {
    const {catalog} = throughMiddleware({tables: open, joins: []}, pipeline, {jq: undefined});
    return catalog.tables.map(({schema, name}) => ({
      schema: schema === ANY_SCHEMA ? undefined : schema,
      name,
    }));
  } catch (error) {
    if (problemsOf(error).length === 0) throw error;
    return undefined;
  }
}
