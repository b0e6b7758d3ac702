import {randomBytes} from 'node:crypto';
import type pg from 'pg';
import type {TestDatabase} from './postgres.ts';

/** The publication that `capture` reads; the test makes it. */
export const PUBLICATION = 'captured';

/**
 * Runs statements, and answers the pgoutput messages that Postgres makes of them, in
 * order.
 */
export async function capture(
  database: TestDatabase,
  statements: readonly string[],
): Promise<Buffer[]> {
  const slot = `capture_${randomBytes(6).toString('hex')}`;
  await database.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
  try {
    await database.query(SESSION);
    for (const statement of statements) await database.query(statement);
    const rows = await database.query<{data: Buffer}>(CHANGES, [slot, PUBLICATION]);
    return rows.map(({data}) => data);
  } finally {
    await database.query('SELECT pg_drop_replication_slot($1)', [slot]);
  }
}

const CHANGES = `
  SELECT data FROM pg_logical_slot_get_binary_changes(
    $1, NULL, NULL, 'proto_version', '1', 'publication_names', $2, 'messages', 'true')`;

/** The settings of the sessions whose texts `textReader` reads. */
export const SESSION = `
  SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';
  SET extra_float_digits = 3; SET bytea_output = 'hex'`;

/** A session that answers every value as the text that Postgres prints for it. */
export async function textSession(database: TestDatabase): Promise<TextSession> {
  const client = await database.connect();
  await client.query(SESSION);
  const types = {getTypeParser: () => (text: string) => text} as unknown as pg.CustomTypesConfig;
  return async (text, values) => {
    const result = await client.query<(string | null)[]>({
      text,
      values: [...values],
      types,
      rowMode: 'array',
    });
    return result.rows;
  };
}

export type TextSession = (
  sql: string,
  parameters: readonly unknown[],
) => Promise<(string | null)[][]>;
