import {loadModule} from 'libpg-query';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {Table} from '../../src/data/schema.ts';
import {TEXT} from '../../src/data/type.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {describeTables, type FollowedTable} from '../../src/postgres/catalog.ts';
import {dataflow} from '../../src/query/dataflow.ts';
import {optimise} from '../../src/query/optimise.ts';
import {BYTES} from '../../src/query/sql/collation.ts';
import {compileSql} from '../../src/query/sql/lower.ts';
import {keysOf} from '../../src/source/shape.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {serverMajor} from '../support/server-version.ts';

const major = await serverMajor();
/** Collations that came later stand in for each other: 14 has the least of them. */
const [built, root] = [major >= 17 ? 'pg_c_utf8' : 'C', major >= 16 ? 'unicode' : 'und-x-icu'];
const icu = major >= 15 ? "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" : '';

const TABLES = `
  CREATE COLLATION folded (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
  CREATE DOMAIN word AS text COLLATE "C";
  CREATE TABLE t (
    id int PRIMARY KEY, own text, english text COLLATE "en-x-icu", bytes text COLLATE "C",
    built varchar COLLATE "${built}", root text[] COLLATE "${root}", mail text COLLATE folded,
    word word, sign "char", name name, fixed char(3) COLLATE "tr-x-icu");
  CREATE TABLE k (mail text COLLATE folded PRIMARY KEY);
  INSERT INTO t (id, own, english) VALUES
    (1, 'b', 'b'), (2, 'A', 'A'), (3, 'a', 'a'), (4, 'B', 'B'), (5, 'é', 'é'), (6, 'z', 'z')`;

let database: TestDatabase;
let table: Table;
let key: Table;

beforeAll(async () => {
  await loadModule();
  const options = `TEMPLATE template0 ${icu} LOCALE 'C'`;
  database = await testDatabase({options});
  await database.query(TABLES);
  [key, table] = (await described()) as [Table, Table];
}, 60_000);

afterAll(() => database.drop());

async function described(): Promise<readonly Table[]> {
  const client = await database.connect();
  const names = ['public.t', 'public.k'];
  const asked = {names, tableKeys: [], publication: undefined, role: 'postgres'};
  const {followed} = await describeTables(client, asked);
  return followed.map((one) => one.table);
}

test('the database’s own collation stands with its tables', () => {
  expect(table.collation).toEqual(
    icu
      ? {name: 'en-US', bytewise: false, deterministic: true, letters: 'full'}
      : {name: 'C', bytewise: true, deterministic: true, letters: 'ascii'},
  );
});

test.each<[column: string, name: string | undefined, bytewise?: boolean, letters?: string]>([
  ['own', undefined],
  ['english', 'en-x-icu', false, 'full'],
  ['bytes', 'C', true, 'ascii'],
  ['built', built, true, major >= 17 ? 'single' : 'ascii'],
  ['root', root, false, 'full'],
  ['mail', 'folded', false, 'full'],
  ['word', 'C', true, 'ascii'],
  ['sign', 'C', true, 'ascii'],
  ['name', 'C', true, 'ascii'],
  ['fixed', 'tr-x-icu', false, 'special'],
])('the column %s has the collation %s', (column, name, bytewise, letters) => {
  const type = table.columns.find((one) => one.name === column)?.type;
  const collation = (type?.element ?? type)?.collation;
  expect(collation?.name).toBe(name);
  expect(collation?.bytewise).toBe(bytewise);
  expect(collation?.letters).toBe(letters);
  expect(collation?.deterministic).toBe(collation && name !== 'folded');
});

/** The ids in the order of a query, as we answer it. */
async function ours(sql: string): Promise<unknown[]> {
  const flow = dataflow(optimise(compileSql(sql, {tables: [table], joins: []})));
  const rows = await database.query<{id: number; own: string; english: string}>(
    'SELECT id, own, english FROM t',
  );
  const image = new Map(rows.map(({id, own, english}) => [id, [id, own, english]]));
  const held = new Map(
    flow.hydrate(new Map([['public.t', image]])).map(({key, after}) => [key, after]),
  );
  return Array.from(flow.keysInOrder?.() ?? [], (key) => held.get(key)?.[0]);
}

test.each(icu ? ['own', 'english'] : ['english'])(
  'the order of %s is refused, for it is not ours',
  async (column) => {
    const sql = (collate: string): string => `SELECT id FROM t ORDER BY ${column}${collate}`;
    const theirs = async (text: string) => (await database.query(text)).map(({id}) => id);
    expect(await theirs(sql(''))).not.toEqual(await theirs(sql(' COLLATE "C"')));
    expect(await ours(sql(' COLLATE "C"'))).toEqual(await theirs(sql(' COLLATE "C"')));
    const refused = await ours(sql('')).catch((error: unknown) => problemsOf(error)[0]?.code);
    expect(refused).toBe('sql-collation');
  },
);

test('a key whose texts are equal though they differ is known by its bytes', () => {
  expect(key.keyColumns).toEqual([0]);
  expect(() => compileSql('SELECT mail FROM k', {tables: [key], joins: []})).not.toThrow();
  expect(() => compileSql('SELECT mail FROM k GROUP BY mail', {tables: [key], joins: []})).toThrow(
    'told apart',
  );
});

test('rows of two descriptions that differ in collations alone can be compared', () => {
  const collated = (of: string | undefined): Table => ({
    ...table,
    columns: [{name: 'a', type: of ? {kind: 'text', collation: {...BYTES, name: of}} : TEXT}],
  });
  const keys = (of: string | undefined) => keysOf({table: collated(of)} as FollowedTable);
  expect(keys('de-x-icu')).toBe(keys(undefined));
});
