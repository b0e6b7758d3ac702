import type pg from 'pg';
import type {Row} from '../data/value.ts';
import type {FollowedTable} from './catalog.ts';
import {copyOut} from './copy-out.ts';
import {copyLineReader} from './copy-text.ts';
import {quoteIdent, quoteLiteral, quoteTable} from './identifiers.ts';
import {repeatedValues, takesMemory} from './repeated-values.ts';
import {byteReader} from './values.ts';

const NOW = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::float8 AS micros`;

/** Begins a transaction that can take up a snapshot. Until then it may lock tables. */
export async function beginReading(client: pg.Client): Promise<void> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
}

/**
 * Goes over to a snapshot that another session exported, for the rest of a transaction that
 * was begun for it. Answers the server's time, in microseconds since 1970.
 */
export async function enterSnapshot(client: pg.Client, snapshot: string): Promise<number> {
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
