import type {Table} from '../../../src/data/schema.ts';
import {
  arrayOf,
  BOOL,
  DATE,
  FLOAT8,
  INT4,
  INT8,
  INTERVAL,
  JSON_TYPE,
  JSONB,
  NUMERIC,
  TEXT,
  TIMESTAMPTZ,
} from '../../../src/data/type.ts';
import type {Catalog} from '../../../src/query/catalog.ts';

const table = (schema: string, name: string, columns: Table['columns']): Table => ({
  id: `${schema}.${name}`,
  schema,
  name,
  columns,
  keyColumns: [0],
  foreignKeys: [],
});

/** Two tables of schema public, and one of another. */
export const CATALOG: Catalog = {
  joins: [],
  tables: [
    table('public', 'orders', [
      {name: 'id', type: INT4},
      {name: 'customer', type: INT4},
      {name: 'amount', type: NUMERIC},
      {name: 'total', type: INT8},
      {name: 'note', type: TEXT},
      {name: 'paid', type: BOOL},
      {name: 'day', type: DATE},
      {name: 'at', type: TIMESTAMPTZ},
      {name: 'took', type: INTERVAL},
      {name: 'weight', type: FLOAT8},
      {name: 'tags', type: arrayOf(TEXT)},
      {name: 'data', type: JSONB},
      {name: 'raw', type: JSON_TYPE},
    ]),
    table('public', 'customers', [
      {name: 'id', type: INT4},
      {name: 'name', type: TEXT},
    ]),
    table('sales', 'regions', [{name: 'id', type: INT4}]),
  ],
};
