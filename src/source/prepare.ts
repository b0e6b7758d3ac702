import type pg from 'pg';
import {Problem, Problems} from '../lib/problem.ts';
import {
  type Catalog,
  describeTables,
  type FollowedTable,
  type TableKey,
} from '../postgres/catalog.ts';
import {type ConnectOptions, requireUnicode} from '../postgres/connection.ts';
import {checkServer} from '../postgres/preflight.ts';
import {preflightProblems} from '../postgres/problems-preflight.ts';
import {
  ensurePublication,
  partialProblem,
  type ReadPublication,
  readPublication,
} from '../postgres/publication.ts';
import {sourceProblems} from './problems.ts';

export interface Wanted {
  readonly connect: ConnectOptions;
  readonly tables: readonly string[];
  readonly tableKeys: readonly TableKey[];
  readonly publicationName: string;
}

/** The database, ready to be followed. */
export interface Prepared {
  readonly tables: readonly FollowedTable[];
  readonly viaRoot: boolean;
  /** The publication was made or extended just now: changes before that were not sent. */
  readonly extended: boolean;
  /** Tables that are not followed, and what is to be known of those that are. */
  readonly warnings: readonly Problem[];
}

/**
 * Looks whether the database can be followed, and makes or extends the publication where
 * that may be. Throws every problem it finds at once; a table that cannot be followed is
 * none as long as another one can.
 */
export async function prepare(
  client: pg.Client,
  wanted: Wanted,
  needs: {readonly slots: number; readonly senders: number},
): Promise<Prepared> {
  await requireUnicode(client, wanted.connect.database);
  const {problems, role} = await checkServer(client, needs);
  const publication = await readPublication(client, wanted.publicationName);
  const names = wanted.tables.length > 0 ? wanted.tables : (publication?.tables ?? []);
  if (names.length === 0) {
    const none = preflightProblems['no-table-named']({
      publication: wanted.publicationName,
      exists: publication !== undefined,
    });
    throw new Problems([...problems, none]);
  }
  const asked = {names, tableKeys: wanted.tableKeys, role};
  const catalog = await describeTables(client, {...asked, publication});
  if (catalog.followed.length === 0) {
    const none = sourceProblems['no-table-to-follow']({count: names.length});
    throw new Problems([...problems, none, ...catalog.refused]);
  }
  const extended = await published(client, wanted, {publication, catalog, problems});
  if (!extended) return prepared(catalog, publication, {extended});
  // What it covers decides which columns come, so the tables are described again.
  const now = await readPublication(client, wanted.publicationName);
  return prepared(await describeTables(client, {...asked, publication: now}), now, {
    extended,
  });
}

/** Answers whether the publication had to be made or extended. */
async function published(
  client: pg.Client,
  {publicationName}: Wanted,
  found: {
    publication: ReadPublication | undefined;
    catalog: Catalog;
    problems: readonly Problem[];
  },
): Promise<boolean> {
  const {publication, catalog} = found;
  const partial = publication && partialProblem(publication);
  const problems = [...found.problems, ...(partial ? [partial] : [])];
  // What cannot replicate yet is mended first; until then nothing is changed.
  if (problems.length > 0) throw new Problems([...problems, ...catalog.refused]);
  try {
    const tables = catalog.followed;
    return await ensurePublication(client, publicationName, {existing: publication, tables});
  } catch (error) {
    throw error instanceof Problem ? new Problems([error, ...catalog.refused]) : error;
  }
}

function prepared(
  catalog: Catalog,
  publication: ReadPublication | undefined,
  {extended}: {extended: boolean},
): Prepared {
  return {
    tables: catalog.followed,
    extended,
    viaRoot: publication?.viaRoot ?? true,
    warnings: [...catalog.refused, ...catalog.warnings],
  };
}
