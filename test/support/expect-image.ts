import {expect} from 'vitest';
import {textWriter} from '../../src/data/text.ts';
import type {Row} from '../../src/data/value.ts';
import {quoteIdent, quoteTable} from '../../src/postgres/identifiers.ts';
import type {TestDatabase} from './postgres.ts';
import type {RunningSource} from './running-source.ts';

/**
 * Everything told of every table adds up to what Postgres holds, value by value as
 * Postgres prints it; and so do the rows that the source holds itself.
 */
export async function expectImage(running: RunningSource, database: TestDatabase): Promise<void> {
  await running.caughtUp();
  const client = await database.connect();
  await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3;
    SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'`);
  expect(running.tables().length).toBeGreaterThan(0);
  for (const table of running.tables()) {
    const columns = table.columns.map(({name}) => `${quoteIdent(name)}::text`).join(', ');
    const {rows} = await client.query<(string | null)[]>({
      text: `SELECT ${columns} FROM ${quoteTable(table)}`,
      rowMode: 'array',
    });
    const writers = table.columns.map(({type}) => textWriter(type));
    const text = (row: Row): string =>
      JSON.stringify(writers.map((write, i) => (row[i] == null ? null : write(row[i]))));
    const expected = rows.map((row) => JSON.stringify(row)).sort();
    expect([...running.fold(table.id).values()].map(text).sort()).toEqual(expected);
    const held = Array.from(running.source.rows(table.id), ([, row]) => text(row));
    expect(held.sort()).toEqual(expected);
  }
  await client.end();
}
