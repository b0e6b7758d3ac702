import type pg from 'pg';
import type {FollowedTable} from './catalog.ts';

// A table that is truncated or rewritten gets another file.
const FILES = `
  SELECT json_agg(json_build_array(oid::int8, pg_relation_filenode(oid)) ORDER BY oid)::text
    AS files
  FROM pg_class WHERE oid::int8 = ANY ($1::int8[])`;

/**
 * Names the files that a table's rows are in: while they stay, a snapshot of it is whole.
 * undefined where the table is gone, whatever has its name now.
 */
export async function tableFiles(
  client: pg.Client,
  {oid, leaves}: FollowedTable,
): Promise<string | undefined> {
  const {rows} = await client.query<{files: string | null}>(FILES, [[oid, ...leaves]]);
  return rows[0]?.files ?? undefined;
}

const WAITED_FOR = `
  SELECT EXISTS (SELECT FROM pg_locks
    WHERE NOT granted AND $1::int = ANY (pg_blocking_pids(pid))) AS waits`;

/** Whether somebody waits for a lock that a session of ours holds. */
export async function isWaitedFor(client: pg.Client, pid: number): Promise<boolean> {
  const {rows} = await client.query<{waits: boolean}>(WAITED_FOR, [pid]);
  return rows[0]?.waits ?? false;
}
