import {expect} from 'vitest';
import type {Key} from '../../../src/data/key.ts';
import {textReader, textWriter} from '../../../src/data/text.ts';
import type {Row} from '../../../src/data/value.ts';
import {random} from '../../../src/lib/random.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {planSql} from '../../../src/query/plan-sql.ts';
import {type TestDatabase, testDatabase} from '../../support/postgres.ts';
import {catalogOf} from './running.ts';

/** Two tables in Postgres and in memory, with the same rows. */
export const catalog = catalogOf(
  {
    person: 'id int4, name text, age int4, boss int4, score numeric',
    pet: 'id int4, owner int4, kind text, weight numeric',
  },
  [
    {
      id: 'OWNS',
      keys: [
        {label: 'person', property: 'id'},
        {label: 'pet', property: 'owner'},
      ],
    },
    {
      id: 'BOSS',
      keys: [
        {label: 'person', property: 'boss'},
        {label: 'person', property: 'id'},
      ],
    },
  ],
);

export async function plansDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  await database.query(
    catalog.tables
      .map(({name, columns}) => {
        const written = columns.map((column) => {
          const collate = column.type.kind === 'text' ? ' COLLATE "C"' : '';
          return `"${column.name}" ${column.type.kind}${collate}`;
        });
        return `CREATE TABLE ${name} (${written.join(', ')}, PRIMARY KEY (id))`;
      })
      .join(';'),
  );
  return database;
}

export type Rows = ReadonlyMap<string, [Key, Row][]>;

/**
 * Compares what Postgres and the dataflow answer, of the plan as it is and optimised; answers
 * how many of the two have a text in SQL.
 */
export async function compared(
  database: TestDatabase,
  {query, rows, about}: {query: string; rows: Rows; about: string},
): Promise<number> {
  const plan = compileCypher(query, catalog);
  const written = plan.columns.map(({type}) => textWriter(type));
  let forms = 0;
  for (const form of [plan, optimise(plan)]) {
    const sql = planSql(form);
    if (sql === undefined) continue;
    forms += 1;
    const answers = await database.query<{r: string[]}>(
      `SELECT ARRAY[${plan.columns.map((_, i) => `c${i}::text`).join(', ')}] AS r FROM (${sql}) AS q`,
    );
    const told = dataflow(form)
      .hydrate(rows)
      .map(({after}) =>
        JSON.stringify(after?.map((value, i) => (value === null ? null : written[i]?.(value)))),
      );
    expect(told.sort(), `${about}: ${query}\n${sql}`).toEqual(
      answers.map(({r}) => JSON.stringify(r)).sort(),
    );
  }
  return forms;
}

/** Few values, so that they meet; nulls, scales that differ, texts outside of ASCII. */
export async function fill(database: TestDatabase, seed: number): Promise<Rows> {
  const next = random(seed);
  const pick = (...from: string[]): string => from[Math.floor(next() * from.length)] ?? '\\N';
  const small = (): string => pick('1', '2', '3', '4', '\\N');
  const text = (): string => pick('a', 'b', 'ä', '', 'B', '\\N');
  const numeric = (): string => pick('1', '1.0', '2.50', '-3', '0', '\\N');
  const lines: Record<string, (id: number) => string[]> = {
    person: (id) => [String(id), text(), small(), small(), numeric()],
    pet: (id) => [String(id), small(), text(), numeric()],
  };
  const all = new Map<string, [Key, Row][]>();
  for (const table of catalog.tables) {
    const made = Array.from({length: 2 + Math.floor(next() * 7)}, (_, i) =>
      lines[table.name]!(i + 1),
    );
    const values = made.map((row) => row.map((cell) => (cell === '\\N' ? null : cell)));
    await database.query(`DELETE FROM ${table.name}`);
    for (const row of values) {
      const places = row.map((_, i) => `$${i + 1}`);
      await database.query(`INSERT INTO ${table.name} VALUES (${places.join(', ')})`, row);
    }
    const readers = table.columns.map(({type}) => textReader(type));
    all.set(
      table.id,
      values.map((row) => [
        Number(row[0]),
        row.map((cell, i) => (cell === null ? null : (readers[i]?.(cell) ?? null))),
      ]),
    );
  }
  return all;
}
