import type {TestDatabase} from './postgres.ts';
import {until} from './until.ts';

/** Where the log of a database's server ends, whoever has written to it. */
export async function endOfLog(database: Pick<TestDatabase, 'query'>): Promise<string> {
  const [row] = await database.query<{lsn: string}>(
    'SELECT pg_current_wal_insert_lsn()::text AS lsn',
  );
  return row!.lsn;
}

/** Waits until a slot of a database is confirmed up to a position. */
export async function slotConfirmed(
  database: Pick<TestDatabase, 'query'>,
  {upTo, limitMs = 10_000}: {readonly upTo: string; readonly limitMs?: number},
): Promise<void> {
  const sql = `SELECT 1 FROM pg_replication_slots
    WHERE database = current_database() AND confirmed_flush_lsn >= $1`;
  await until(async () => (await database.query(sql, [upTo])).length === 1, {
    limitMs,
    what: `the slot to be confirmed up to ${upTo}`,
  });
}
