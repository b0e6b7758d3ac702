import type pg from 'pg';
import type {FollowedTable} from './catalog.ts';

// -1: nobody has counted yet, neither ANALYZE nor VACUUM. An empty file has no rows.
const EXPECTED_ROWS = `
  SELECT CASE WHEN bool_and(reltuples >= 0 OR pg_relation_size(oid) = 0)
    THEN sum(greatest(reltuples, 0)) END::float8 AS rows
  FROM pg_class WHERE oid = ANY ($1::oid[])`;

/**
 * How many rows some tables have, as Postgres guesses from when it looked last; undefined
 * where it has not looked at all of them. What a publication's row filter leaves out is
 * counted too.
 */
export async function expectedRows(
  client: pg.Client,
  tables: readonly FollowedTable[],
): Promise<number | undefined> {
  const oids = tables.flatMap(({oid, leaves}) => (leaves.length > 0 ? leaves : [oid]));
  const {rows} = await client.query<{rows: number | null}>(EXPECTED_ROWS, [oids]);
  return rows[0]?.rows ?? undefined;
}
