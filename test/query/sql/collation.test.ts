import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import type {Table} from '../../../src/data/schema.ts';
import {arrayOf, type Collation, INT4, JSONB, TEXT, type Type} from '../../../src/data/type.ts';
import {type Problem, problemsOf} from '../../../src/lib/problem.ts';
import {compileSql} from '../../../src/query/sql/lower.ts';

beforeAll(() => loadModule());

const collation = (name: string, facts: Partial<Collation> = {}): Collation => ({
  name,
  bytewise: false,
  deterministic: true,
  letters: 'single',
  ...facts,
});
const text = (of: Collation): Type => ({...TEXT, collation: of});
const C = collation('C', {bytewise: true, letters: 'ascii'});
const ENGLISH = collation('en_US.utf8');
const FOLDED = collation('case_insensitive', {deterministic: false});

/** A table of a database whose own collation is English, with columns of others. */
const PEOPLE: Table = {
  id: 'public.people',
  schema: 'public',
  name: 'people',
  columns: [
    {name: 'id', type: INT4},
    {name: 'name', type: TEXT},
    {name: 'code', type: text(C)},
    {name: 'german', type: text(collation('de-x-icu'))},
    {name: 'mail', type: text(FOLDED)},
    {name: 'tags', type: arrayOf(TEXT)},
    {name: 'data', type: JSONB},
  ],
  keyColumns: [0],
  foreignKeys: [],
  collation: ENGLISH,
};

function problemOf(sql: string): Problem | undefined {
  try {
    compileSql(sql, {tables: [PEOPLE], joins: []});
    return undefined;
  } catch (error) {
    return problemsOf(error)[0];
  }
}

test.each([
  'SELECT id FROM people ORDER BY name LIMIT 10',
  'SELECT id FROM people ORDER BY german',
  'SELECT id FROM people ORDER BY id::text',
  'SELECT id FROM people ORDER BY tags',
  'SELECT id FROM people ORDER BY data',
  "SELECT id FROM people WHERE name < 'm'",
  "SELECT id FROM people WHERE name BETWEEN 'a' AND 'm'",
  "SELECT id FROM people WHERE 'a' >= ANY (tags)",
  'SELECT min(name) AS m FROM people',
  "SELECT string_agg(name, ',' ORDER BY name) AS m FROM people",
  "SELECT string_agg(DISTINCT name, ',') AS m FROM people",
  'SELECT array_agg(DISTINCT name) AS m FROM people',
  'SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY name) AS m FROM people',
  'SELECT DISTINCT ON (id) id FROM people ORDER BY id, name',
  'SELECT rank() OVER (ORDER BY name) AS r FROM people',
  'SELECT n FROM (SELECT upper(name) AS n FROM people) q ORDER BY n',
  'SELECT name FROM people UNION ALL SELECT german FROM people ORDER BY 1',
  'SELECT max(n) AS m FROM (SELECT max(id)::text AS n FROM people) q',
])('the order of another collation is refused: %s', (sql) => {
  expect(problemOf(sql)?.code).toBe('sql-collation');
});

test.each([
  'SELECT id FROM people ORDER BY name COLLATE "C" LIMIT 10',
  'SELECT id FROM people ORDER BY code',
  'SELECT id FROM people ORDER BY upper(code), german COLLATE "POSIX" DESC',
  'SELECT id FROM people WHERE name COLLATE "C" < german',
  'SELECT id FROM people WHERE code < \'m\' AND name <> german COLLATE "C"',
  // A collation of its own goes before the database's, as in Postgres.
  'SELECT id FROM people WHERE code || name > code',
  'SELECT max(coalesce(code, name)) AS m, max(greatest(name, code)) AS n FROM people',
  'SELECT name FROM people UNION ALL SELECT code FROM people ORDER BY 1',
  'SELECT min(name COLLATE "C") AS m, max(code) AS n FROM people',
  'SELECT id FROM people ORDER BY tags COLLATE "C"',
  `SELECT id FROM people ORDER BY (data ->> 'a') COLLATE "C"`,
  'SELECT n FROM (SELECT name COLLATE "C" AS n FROM people) q ORDER BY n',
  'SELECT DISTINCT ON (name COLLATE "C") id FROM people ORDER BY name COLLATE "C", id',
  "SELECT name, count(DISTINCT german) AS n FROM people WHERE name = 'x' GROUP BY name",
  'SELECT DISTINCT name FROM people WHERE name IN (SELECT name FROM people)',
  'SELECT name FROM people UNION SELECT code FROM people',
  'SELECT a.id FROM people a JOIN people b USING (name) WHERE a.name LIKE b.name',
  'SELECT id, rank() OVER (PARTITION BY name ORDER BY id) AS r FROM people',
  'SELECT mail FROM people WHERE mail COLLATE "C" = \'a\'',
])('bytes, asked for or the column’s own, order and tell apart: %s', (sql) => {
  expect(problemOf(sql)).toBeUndefined();
});

test.each([
  "SELECT id FROM people WHERE mail = 'a'",
  "SELECT id FROM people WHERE mail IN ('a', 'b')",
  "SELECT id FROM people WHERE mail LIKE 'a%'",
  'SELECT id FROM people WHERE mail IS DISTINCT FROM name',
  'SELECT mail, count(*) AS n FROM people GROUP BY mail',
  'SELECT count(DISTINCT mail) AS n FROM people',
  'SELECT DISTINCT mail FROM people',
  'SELECT DISTINCT ON (mail) id FROM people',
  'SELECT mail FROM people UNION SELECT mail FROM people',
  'SELECT a.id FROM people a JOIN people b USING (mail)',
  'SELECT id FROM people WHERE mail IN (SELECT mail FROM people)',
  'SELECT count(*) OVER (PARTITION BY mail) AS n FROM people',
  'SELECT id FROM people WHERE ARRAY[mail] @> ARRAY[name]',
])('texts that are equal and differ are refused: %s', (sql) => {
  expect(problemOf(sql)?.code).toBe('sql-collation');
});

test('two collations that meet are refused, as by Postgres, until one is chosen', () => {
  expect(problemOf('SELECT id FROM people WHERE code = german')?.message).toContain('determined');
  expect(problemOf('SELECT id FROM people WHERE code = german COLLATE "C"')).toBeUndefined();
});

test('the problem names the column, its collation and what to write', () => {
  const problem = problemOf('SELECT id FROM people p ORDER BY p.name LIMIT 10');
  expect(problem?.message).toBe('"p.name" cannot be put in the order of the database');
  expect(problem?.detail).toContain('"en_US.utf8"');
  expect(problem?.hint).toContain('ORDER BY p.name COLLATE "C"');
  expect(problem?.place).toEqual({line: 1, column: 34});
});

test('a name that must be quoted is quoted in what to write', () => {
  const sql =
    'SELECT n FROM (SELECT name AS "Full Name", id AS n FROM people) q ORDER BY "Full Name"';
  expect(problemOf(sql)?.hint).toContain('ORDER BY "Full Name" COLLATE "C"');
});

test('letters with rules of their own change case only where others are asked for', () => {
  const turkish = {...PEOPLE, collation: collation('tr_TR.utf8', {letters: 'special'})};
  const compile = (sql: string) => compileSql(sql, {tables: [turkish], joins: []});
  expect(() => compile('SELECT upper(name) AS n FROM people')).toThrow('not known here');
  expect(() => compile('SELECT upper(name COLLATE "C.utf8") AS n FROM people')).not.toThrow();
});

test('a collation that is not by bytes cannot be asked for', () => {
  expect(problemOf('SELECT id FROM people ORDER BY name COLLATE "de_DE"')?.hint).toContain(
    'COLLATE "C"',
  );
  expect(problemOf('SELECT id FROM people ORDER BY id COLLATE "C"')?.code).toBe('sql-type');
});
