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
  /** FOR ALL TABLES: those, too, that were made since this was read. */
  readonly allTables: boolean;
  /** Which of insert, update, delete and truncate it leaves out. */
  readonly leavesOut: readonly string[];
  /** What it sends of which table, by oid. */
  readonly covers: ReadonlyMap<number, Cover>;
  /** The tables it covers, as SQL writes their names. */
  readonly tables: readonly string[];
  /** Another one once it was altered or made again, even where that was taken back since. */
  readonly version: string;
}

export interface Cover {
  /** The columns it sends; undefined where the server does not say (before Postgres 15). */
  readonly columns: readonly string[] | undefined;
  /** Whether generated columns can be among those it sends (from Postgres 18). */
  readonly generated: boolean;
  /** The condition on rows, in SQL. */
  readonly rowFilter: string | undefined;
  /** Another one once the table was taken out and put in again. Empty where all tables are in. */
  readonly entry: string;
  /** The publication names the table, or one that it is a partition of. */
  readonly listed: boolean;
}

const PUBLICATION = `
  SELECT pubviaroot AS via_root, puballtables AS all_tables,
    to_jsonb(p) ? 'pubgencols' AS generated,
    format('%s.%s', p.oid, p.xmin) AS version,
    to_regclass('pg_catalog.pg_publication_namespace') IS NOT NULL AS schemas, array_remove(ARRAY[
    CASE WHEN NOT pubinsert THEN 'insert' END, CASE WHEN NOT pubupdate THEN 'update' END,
    CASE WHEN NOT pubdelete THEN 'delete' END, CASE WHEN NOT pubtruncate THEN 'truncate' END],
    NULL) AS leaves_out
  FROM pg_publication p WHERE pubname = $1`;

// As JSON, because attnames and rowfilter came with Postgres 15. There attnames has generated
// columns, which are not sent.
const covered = (schemas: boolean): string => `
  SELECT format('%I.%I', schemaname, tablename) AS name, c.oid AS oid,
    to_jsonb(t) -> 'attnames' AS columns, to_jsonb(t) ->> 'rowfilter' AS row_filter,
    (SELECT string_agg(r.oid::text, ',' ORDER BY r.oid) FROM pg_publication_rel r
      WHERE r.prpubid = p.oid AND (r.prrelid = c.oid OR c.relispartition
        AND r.prrelid IN (SELECT relid FROM pg_partition_ancestors(c.oid)))) AS listed,
    ${schemas ? ENTRY_OF_SCHEMA : 'NULL'} AS schema
  FROM pg_publication_tables t
  JOIN pg_publication p ON p.pubname = t.pubname
  JOIN pg_namespace n ON n.nspname = t.schemaname
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
  WHERE t.pubname = $1`;

// Schemas can be published from Postgres 15 on.
const ENTRY_OF_SCHEMA = `
    (SELECT s.oid::text FROM pg_publication_namespace s
      WHERE s.pnpubid = p.oid AND s.pnnspid = n.oid)`;

/** The publication of that name; undefined where there is none. */
export async function readPublication(
  client: pg.Client,
  name: string,
): Promise<ReadPublication | undefined> {
  const publications = await client.query<{
    via_root: boolean;
    all_tables: boolean;
    generated: boolean;
    version: string;
    schemas: boolean;
    leaves_out: string[];
  }>(PUBLICATION, [name]);
  const publication = publications.rows[0];
  if (!publication) return undefined;
  const {rows} = await client.query<{
    name: string;
    oid: number;
    columns: string[] | null;
    row_filter: string | null;
    listed: string | null;
    schema: string | null;
  }>(covered(publication.schemas), [name]);
  return {
    name,
    viaRoot: publication.via_root,
    allTables: publication.all_tables,
    leavesOut: publication.leaves_out,
    version: publication.version,
    tables: rows.map((row) => row.name),
    covers: new Map(
      rows.map(({oid, columns, row_filter, listed, schema}) => [
        oid,
        {
          columns: columns ?? undefined,
          generated: publication.generated,
          rowFilter: row_filter ?? undefined,
          entry: [listed, schema].filter(Boolean).join(),
          listed: listed !== null,
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
  const sql = added(name, lacking);
  // One by one: a table that is waited for keeps no other one from its owner.
  for (const table of lacking) {
    await attempt(client, added(name, [table]), (said) =>
      preflightProblems['publication-lacks-tables']({
        publication: name,
        tables: lacking.map(({table}) => `"${table.id}"`),
        said,
        sql,
      }),
    );
  }
  return true;
}

const added = (name: string, tables: readonly FollowedTable[]): string =>
  `ALTER PUBLICATION ${quoteIdent(name)} ADD TABLE ${tableList(tables)};`;

/** Whether every change of the table comes through, under its own name or its partitions'. */
function covers(
  {allTables, covers: covered}: ReadPublication,
  {oid, leaves}: FollowedTable,
): boolean {
  if (allTables || covered.has(oid)) return true;
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
