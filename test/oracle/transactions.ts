import {type GeneratedTable, type Pick, valueIn} from './schema.ts';

const IDS = [1, 2, 3, 4, 5, 6, 7, 8];
const KEYS = ['0', '1', '2', '3', 'NULL'];

/**
 * Transactions over a few ids: inserts, updates that move rows across predicates and keys,
 * deletes, changes of the primary key, many rows at once, TRUNCATE, and some rolled back.
 */
export function generatedCommits(
  tables: readonly GeneratedTable[],
  pick: Pick,
  count: number,
): readonly (readonly string[])[] {
  const commits = [tables.flatMap((table) => IDS.slice(0, 4).map((id) => insert(table, id, pick)))];
  for (let i = 1; i < count; i++) {
    const length = pick([1, 1, 2, 3]);
    const statements = Array.from({length}, () => statement(pick(tables), pick));
    commits.push(pick([0, 0, 0, 0, 0, 0, 0, 1]) === 1 ? [...statements, 'ROLLBACK'] : statements);
  }
  return commits;
}

function statement(table: GeneratedTable, pick: Pick): string {
  switch (
    pick([
      'insert',
      'insert',
      'insert',
      'update',
      'update',
      'update',
      'key',
      'delete',
      'many',
      'truncate',
    ])
  ) {
    case 'insert':
      return insert(table, pick(IDS), pick);
    case 'update':
      return `UPDATE ${table.name} SET ${assignments(table, pick)} WHERE id = ${pick(IDS)}`;
    case 'key': {
      const [from, to] = [pick(IDS), pick(IDS)];
      const free = `NOT EXISTS (SELECT 1 FROM ${table.name} WHERE id = ${to})`;
      return `UPDATE ${table.name} SET id = ${to} WHERE id = ${from} AND ${free}`;
    }
    case 'delete':
      return `DELETE FROM ${table.name} WHERE id = ${pick(IDS)}`;
    case 'many':
      return `UPDATE ${table.name} SET ${assignments(table, pick)} WHERE id > ${pick(IDS)}`;
    default:
      return pick([0, 1]) === 0
        ? `TRUNCATE ${table.name}`
        : `DELETE FROM ${table.name} WHERE k = 1`;
  }
}

function insert({name, columns}: GeneratedTable, id: number, pick: Pick): string {
  const values = columns.map((column) =>
    column.name === 'id' ? id : column.name === 'k' ? pick(KEYS) : valueIn(column.type, pick),
  );
  return `INSERT INTO ${name} VALUES (${values.join(', ')}) ON CONFLICT DO NOTHING`;
}

function assignments({columns}: GeneratedTable, pick: Pick): string {
  const column = pick(columns.slice(1));
  const value = column.name === 'k' ? pick(KEYS) : valueIn(column.type, pick);
  return `${column.name} = ${value}`;
}
