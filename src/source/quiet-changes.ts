import type pg from 'pg';
import type {TableId} from '../data/schema.ts';
import {describeTables} from '../postgres/catalog.ts';
import {readPublication} from '../postgres/publication.ts';
import {readMarks, type TableMarks} from '../postgres/table-marks.ts';
import type {Duty} from './beside.ts';
import type {PostgresSourceOptions} from './options.ts';
import {sourceProblems} from './problems.ts';

/** The marks of the tables asked for, as they are now. Changes nothing. */
export async function marksNow(
  client: pg.Client,
  {publicationName, tables, tableKeys, connect}: PostgresSourceOptions,
): Promise<TableMarks> {
  const publication = await readPublication(client, publicationName);
  const names = tables.length > 0 ? tables : (publication?.tables ?? []);
  const asked = {names, tableKeys, publication, role: connect.user};
  return readMarks(client, await describeTables(client, asked), publication);
}

/**
 * A table that is not what it was. One that is new counts where it was asked for by name:
 * a publication of all tables may get tables every minute, and each would be a comparison.
 */
export function changedTable(
  before: TableMarks,
  now: TableMarks,
  {named}: {named: boolean},
): TableId | undefined {
  for (const [id, mark] of before) if (now.get(id) !== mark) return id;
  return named ? [...now.keys()].find((id) => !before.has(id)) : undefined;
}

/**
 * Looks every `tableCheckMs` for changes that the stream says nothing of: a table dropped
 * and made again, values that ALTER TABLE wrote, a partition detached or truncated. The
 * first ends the stream.
 */
export function tableDuty(marks: TableMarks, options: PostgresSourceOptions): Duty {
  const named = options.tables.length > 0;
  return {
    everyMs: options.tableCheckMs,
    async look(client, {stop}) {
      const table = changedTable(marks, await marksNow(client, options), {named});
      if (table === undefined) return;
      const what = 'It was altered, dropped or made again, or one of its partitions was';
      stop(sourceProblems['schema-changed']({table, what}));
    },
  };
}
