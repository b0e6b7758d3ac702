import type pg from 'pg';
import type {TableId} from '../data/schema.ts';
import type {Problem} from '../lib/problem.ts';
import {describeTables} from '../postgres/catalog.ts';
import {readPublication} from '../postgres/publication.ts';
import {readMarks, type TableMark, type TableMarks} from '../postgres/table-marks.ts';
import type {Duty} from './beside.ts';
import type {PostgresSourceOptions} from './options.ts';
import {sourceProblems} from './problems.ts';

/** The marks of the tables asked for, as they are now. Changes nothing. */
export async function marksNow(
  client: pg.Client,
  options: PostgresSourceOptions,
): Promise<TableMarks> {
  return (await seenNow(client, options)).marks;
}

/** What can be followed now, and which of it is followed where it is new. */
interface Seen {
  readonly marks: TableMarks;
  readonly asked: (table: TableId) => boolean;
}

/**
 * A table that is new counts where it was asked for: by its name, by a publication that names
 * it, or because it was followed before. A publication of all tables may get tables every
 * minute, and each would be a comparison.
 */
async function seenNow(
  client: pg.Client,
  {publicationName, tables, tableKeys, connect}: PostgresSourceOptions,
): Promise<Seen> {
  const publication = await readPublication(client, publicationName);
  const names = tables.length > 0 ? tables : (publication?.tables ?? []);
  const asked = {names, tableKeys, publication, role: connect.user};
  const catalog = await describeTables(client, asked);
  const marks = await readMarks(client, catalog, publication);
  if (tables.length > 0) return {marks, asked: () => true};
  const listed = new Set(
    catalog.followed.flatMap(({oid, table}) =>
      publication?.covers.get(oid)?.listed ? [table.id] : [],
    ),
  );
  return {marks, asked: (table) => listed.has(table)};
}

/** A table that is not what it was, or one that is new and `counts`. */
export function changedTable(
  before: TableMarks,
  now: TableMarks,
  counts: (table: TableId) => boolean = () => false,
): TableId | undefined {
  for (const [id, mark] of before) {
    const is = now.get(id);
    if (is?.followed !== mark.followed || is.itself !== mark.itself) return id;
  }
  return [...now.keys()].find((id) => !before.has(id) && counts(id));
}

/**
 * Why the rows of a table are others though no change of them was sent: it was altered since
 * `before`. What a publication leaves out is no such reason.
 */
export async function alteration(
  table: TableId,
  before: TableMark | undefined,
  look: {readonly client: pg.Client; readonly options: PostgresSourceOptions},
): Promise<Problem | undefined> {
  const now = (await marksNow(look.client, look.options)).get(table);
  return now?.itself === before?.itself ? undefined : tableAltered(table);
}

function tableAltered(table: TableId): Problem {
  const what = 'It was altered, dropped or made again, or one of its partitions was';
  return sourceProblems['schema-changed']({table, what});
}

/**
 * Looks every `tableCheckMs` for changes that the stream says nothing of: a table dropped
 * and made again, values that ALTER TABLE wrote, a partition detached or truncated. The
 * first ends the stream. `known`: tables that were followed at any time.
 */
export function tableDuty(
  {marks, known}: {readonly marks: TableMarks; readonly known: ReadonlySet<TableId>},
  options: PostgresSourceOptions,
): Duty {
  return {
    everyMs: options.tableCheckMs,
    async look(client, {stop}) {
      const now = await seenNow(client, options);
      const table = changedTable(marks, now.marks, (id) => known.has(id) || now.asked(id));
      if (table === undefined) return;
      stop(tableAltered(table));
    },
  };
}
