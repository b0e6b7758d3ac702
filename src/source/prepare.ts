import type pg from 'pg';
import {Problem, Problems, problemsOf} from '../lib/problem.ts';
import {
  type Catalog,
  describeTables,
  type FollowedTable,
  type TableKey,
} from '../postgres/catalog.ts';
import {type ConnectOptions, requireUnicode} from '../postgres/connection.ts';
import {checkServer} from '../postgres/preflight.ts';
import {preflightProblems} from '../postgres/problems-preflight.ts';
import {ensurePublication, type ReadPublication, readPublication} from '../postgres/publication.ts';
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
    const none = preflightProblems['no-table-named']({publication: wanted.publicationName});
    throw new Problems([...problems, none]);
  }
  const asked = {names, tableKeys: wanted.tableKeys, role};
  const catalog = await describeTables(client, {...asked, publication});
  if (catalog.followed.length === 0) {
    const none = sourceProblems['no-table-to-follow']({count: names.length});
    throw new Problems([...problems, none, ...catalog.refused]);
  }
  const extended = await published(client, wanted, {publication, catalog, problems});
  if (!extended) return prepared(catalog, publication);
  // What it covers decides which columns come, so the tables are described again.
  const now = await readPublication(client, wanted.publicationName);
  return prepared(await describeTables(client, {...asked, publication: now}), now);
}

async function published(
  client: pg.Client,
  {publicationName}: Wanted,
  found: {
    publication: ReadPublication | undefined;
    catalog: Catalog;
    problems: readonly Problem[];
  },
): Promise<boolean> {
  const {publication, catalog, problems} = found;
  // A server that cannot replicate is mended first; until then nothing of it is changed.
  if (problems.length > 0 && !publication) throw new Problems([...problems, ...catalog.refused]);
  try {
    const tables = catalog.followed;
    const changed = await ensurePublication(client, publicationName, {
      existing: publication,
      tables,
    });
    if (problems.length === 0) return changed;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problems([...problems, ...problemsOf(error), ...catalog.refused]);
  }
  throw new Problems([...problems, ...catalog.refused]);
}

function prepared(catalog: Catalog, publication: ReadPublication | undefined): Prepared {
  return {
    tables: catalog.followed,
    viaRoot: publication?.viaRoot ?? true,
    warnings: [...catalog.refused, ...catalog.warnings],
  };
}
