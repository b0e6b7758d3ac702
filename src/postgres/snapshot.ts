import type pg from 'pg';
import type {Row} from '../data/value.ts';
import type {FollowedTable} from './catalog.ts';
import {copyOut} from './copy-out.ts';
import {copyLineReader} from './copy-text.ts';
import {quoteIdent, quoteLiteral, quoteTable} from './identifiers.ts';
import {repeatedValues, takesMemory} from './repeated-values.ts';
import {byteReader} from './values.ts';

const NOW = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::float8 AS micros`;

/**
 * Goes over to a snapshot that another session exported, for the rest of the
 * transaction. Answers the server's time, in microseconds since 1970.
 */
export async function enterSnapshot(client: pg.Client, snapshot: string): Promise<number> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`);
  const {rows} = await client.query<{micros: number}>(NOW);
  return Math.round(rows[0]?.micros ?? 0);
}

/** Reads every row of a table that the publication would send, in no particular order. */
export async function readTable(
  client: pg.Client,
  followed: FollowedTable,
  onRow: (row: Row) => void,
): Promise<void> {
  const columns = followed.table.columns;
  const readLine = copyLineReader(
    columns.map(({type}) => {
      const read = byteReader(type);
      return takesMemory(type) ? repeatedValues(read) : read;
    }),
  );
  await copyOut(client, copySql(followed), (bytes, start, end) => {
    onRow(readLine(bytes, start, end));
  });
}

function copySql({table, only, rowFilter}: FollowedTable): string {
  const columns = table.columns.map(({name}) => quoteIdent(name)).join(', ');
  const from = `FROM ${only ? 'ONLY ' : ''}${quoteTable(table)}`;
  const where = rowFilter === undefined ? '' : ` WHERE ${rowFilter}`;
  return `COPY (SELECT ${columns} ${from}${where}) TO STDOUT`;
}

/**
 * Keeps the tables' shape as it is until the transaction ends. A table rewritten or
 * truncated after the snapshot was made would look empty in it: neither is in MVCC.
 */
export async function lockTables(
  client: pg.Client,
  tables: readonly FollowedTable[],
): Promise<void> {
  await client.query('BEGIN');
  if (tables.length === 0) return;
  const list = tables.map(({table, only}) => `${only ? 'ONLY ' : ''}${quoteTable(table)}`);
  await client.query(`LOCK TABLE ${list.join(', ')} IN ACCESS SHARE MODE`);
}
