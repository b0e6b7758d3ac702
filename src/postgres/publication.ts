import type pg from 'pg';
import type {Problem} from '../lib/problem.ts';
import type {FollowedTable} from './catalog.ts';
import {codeOf, saidBy} from './failure.ts';
import {quoteIdent, quoteTable} from './identifiers.ts';
import {preflightProblems} from './problems-preflight.ts';

/** A publication as the database has it. */
export interface ReadPublication {
  readonly name: string;
  /** Changes of partitions come in the name of the table they are partitions of. */
  readonly viaRoot: boolean;
  /** Which of insert, update, delete and truncate it leaves out. */
  readonly leavesOut: readonly string[];
  /** What it sends of which table, by oid. */
  readonly covers: ReadonlyMap<number, Cover>;
  /** The tables it covers, as SQL writes their names. */
  readonly tables: readonly string[];
}

export interface Cover {
  /** The columns it sends; undefined where the server does not say (before Postgres 15). */
  readonly columns: readonly string[] | undefined;
  /** Whether generated columns can be among those it sends (from Postgres 18). */
  readonly generated: boolean;
  /** The condition on rows, in SQL. */
  readonly rowFilter: string | undefined;
}

const PUBLICATION = `
  SELECT pubviaroot AS via_root, to_jsonb(p) ? 'pubgencols' AS generated, array_remove(ARRAY[
    CASE WHEN NOT pubinsert THEN 'insert' END, CASE WHEN NOT pubupdate THEN 'update' END,
    CASE WHEN NOT pubdelete THEN 'delete' END, CASE WHEN NOT pubtruncate THEN 'truncate' END],
    NULL) AS leaves_out
  FROM pg_publication p WHERE pubname = $1`;

// As JSON, because attnames and rowfilter came with Postgres 15. There attnames has generated
// columns, which are not sent.
const COVERED = `
  SELECT format('%I.%I', schemaname, tablename) AS name,
    format('%I.%I', schemaname, tablename)::regclass::oid AS oid,
    to_jsonb(t) -> 'attnames' AS columns, to_jsonb(t) ->> 'rowfilter' AS row_filter
  FROM pg_publication_tables t WHERE pubname = $1`;

/** The publication of that name; undefined where there is none. */
export async function readPublication(
  client: pg.Client,
  name: string,
): Promise<ReadPublication | undefined> {
  const publications = await client.query<{
    via_root: boolean;
    generated: boolean;
    leaves_out: string[];
  }>(PUBLICATION, [name]);
  const publication = publications.rows[0];
  if (!publication) return undefined;
  const {rows} = await client.query<{
    name: string;
    oid: number;
    columns: string[] | null;
    row_filter: string | null;
  }>(COVERED, [name]);
  return {
    name,
    viaRoot: publication.via_root,
    leavesOut: publication.leaves_out,
    tables: rows.map((row) => row.name),
    covers: new Map(
      rows.map(({oid, columns, row_filter}) => [
        oid,
        {
          columns: columns ?? undefined,
          generated: publication.generated,
          rowFilter: row_filter ?? undefined,
        },
      ]),
    ),
  };
}

/** Why a publication that exists would not do: it leaves out a kind of change. */
export function partialProblem({name, leavesOut}: ReadPublication): Problem | undefined {
  if (leavesOut.length === 0) return undefined;
  return preflightProblems['publication-partial']({
    publication: name,
    missing: leavesOut.join(', '),
    sql: `ALTER PUBLICATION ${quoteIdent(name)} SET (publish = 'insert, update, delete, truncate');`,
  });
}

/**
 * Sees to it that the publication exists and covers `tables`: made or extended where the
 * role may, else a Problem with the statement to run. Tables that it covers besides are
 * left alone. Answers whether anything was changed.
 *
 * Only tables whose replica identity allows UPDATE and DELETE may come in here: to publish
 * another one would make the application's own statements fail.
 */
export async function ensurePublication(
  client: pg.Client,
  name: string,
  {existing, tables}: {existing: ReadPublication | undefined; tables: readonly FollowedTable[]},
): Promise<boolean> {
  if (!existing) {
    const sql = createSql(name, tables);
    await attempt(client, sql, (said) =>
      preflightProblems['publication-missing']({publication: name, said, sql}),
    );
    return true;
  }
  const lacking = tables.filter((table) => !covers(existing, table));
  if (lacking.length === 0) return false;
  const sql = `ALTER PUBLICATION ${quoteIdent(name)} ADD TABLE ${tableList(lacking)};`;
  await attempt(client, sql, (said) =>
    preflightProblems['publication-lacks-tables']({
      publication: name,
      tables: lacking.map(({table}) => `"${table.id}"`),
      said,
      sql,
    }),
  );
  return true;
}

/** Whether every change of the table comes through, under its own name or its partitions'. */
function covers({covers: covered}: ReadPublication, {oid, leaves}: FollowedTable): boolean {
  if (covered.has(oid)) return true;
  return leaves.length > 0 && leaves.every((leaf) => covered.has(leaf));
}

function createSql(name: string, tables: readonly FollowedTable[]): string {
  return (
    `CREATE PUBLICATION ${quoteIdent(name)} FOR TABLE ${tableList(tables)} ` +
    'WITH (publish_via_partition_root = true);'
  );
}

// ONLY: a table that inherits from it is a table of its own here.
const tableList = (tables: readonly FollowedTable[]): string =>
  tables.map(({table, only}) => `${only ? 'ONLY ' : ''}${quoteTable(table)}`).join(', ');

const NOT_ALLOWED = '42501';
/** Somebody else did the same at the same moment: what we wanted is there. */
const ALREADY_THERE = new Set(['42710', '23505']);

async function attempt(
  client: pg.Client,
  sql: string,
  problem: (said: string) => Error,
): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    if (codeOf(error) === NOT_ALLOWED) throw problem(saidBy(error));
    if (!ALREADY_THERE.has(codeOf(error))) throw error;
  }
}
