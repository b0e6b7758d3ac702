import {afterAll, beforeAll, expect, test} from 'vitest';
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

/**
 * openCypher has no oracle, but what it is lowered to has one: the plan printed as SQL
 * and run by Postgres answers the same rows as the dataflow, as it is and optimised.
 */
const catalog = catalogOf(
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

const queries: readonly string[] = [
  'MATCH (p:person) RETURN p.id, p.name',
  'MATCH (p:person) WHERE p.age > 2 RETURN p.id',
  "MATCH (p:person) WHERE p.name < 'b' OR p.age IS NULL RETURN p.id, p.name",
  "MATCH (p:person) WHERE NOT (p.name = 'a' AND p.age > 1) RETURN p.id",
  'MATCH (p:person) WHERE p.age <> 2 XOR p.boss = 1 RETURN p.id',
  'MATCH (p:person) WHERE 1 < p.age <= 3 RETURN p.id',
  'MATCH (p:person) WHERE p.age IN [1, 3] RETURN p.id',
  "MATCH (p:person {age: 2, name: 'a'}) RETURN p.id",
  'MATCH (p:person) WHERE p.score > p.age RETURN p.id, p.score',
  'MATCH (p:person) RETURN p.id, p.age + 1 AS next, p.age * p.id AS product',
  'MATCH (p:person) RETURN p.id, p.score - 0.5 AS less',
  'MATCH (p:person) RETURN p.id, CASE WHEN p.age > 2 THEN p.name ELSE p.age IS NULL END AS x',
  "MATCH (p:person) RETURN p.id, CASE p.age WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'more' END AS x",
  "MATCH (p:person) RETURN p.id, coalesce(p.name, 'none') AS name",
  'MATCH (p:person)-[:OWNS]->(a:pet) RETURN p.name, a.kind',
  'MATCH (p:person)-[:OWNS]->(a:pet) WHERE a.weight > p.score RETURN p.id, a.id AS pet',
  'MATCH (p:person)-[:BOSS]->(b:person) RETURN p.name, b.name AS boss',
  'MATCH (p:person)-[:BOSS]->(b:person)-[:BOSS]->(c:person) RETURN p.id, c.id AS top',
  'MATCH (p:person)-[:BOSS*1..3]->(c:person) RETURN p.id, c.id AS top',
  'MATCH (p:person)-[:BOSS]-(b:person) RETURN p.id, b.id AS other',
  'MATCH (p:person)<-[:BOSS]-(b:person), (b)-[:OWNS]->(a:pet) RETURN p.id, a.kind',
  'MATCH (p:person), (a:pet) WHERE p.age = a.id RETURN p.id, a.id AS pet',
  'MATCH (p:person) OPTIONAL MATCH (p)-[:OWNS]->(a:pet) RETURN p.id, a.kind',
  "MATCH (p:person) OPTIONAL MATCH (p)-[:OWNS]->(a:pet {kind: 'a'}) WHERE a.weight > 1 RETURN p.id, a.id AS pet",
  'MATCH (p:person) OPTIONAL MATCH (p)-[:BOSS]->(b)-[:OWNS]->(a) RETURN p.id, b.id AS b, a.id AS a',
  'MATCH (p:person) WHERE (p)-[:OWNS]->() RETURN p.id',
  'MATCH (p:person) WHERE NOT (p)-[:BOSS]->() AND p.age > 1 RETURN p.id',
  "MATCH (p:person) WHERE EXISTS {MATCH (p)-[:OWNS]->(a:pet) WHERE a.kind = 'b'} RETURN p.id",
  'MATCH (p:person) RETURN DISTINCT p.name',
  'MATCH (p:person) RETURN count(*) AS n',
  'MATCH (p:person) RETURN p.name, count(*) AS n, count(p.age) AS ages',
  'MATCH (p:person) RETURN p.name, sum(p.score) AS total, min(p.age) AS youngest, max(p.age) AS oldest',
  'MATCH (p:person) RETURN count(DISTINCT p.age) AS ages',
  'MATCH (p:person)-[:OWNS]->(a:pet) WITH a.kind AS kind, count(*) AS n WHERE n > 1 RETURN kind, n',
  'MATCH (p:person) WITH p.age AS age, count(*) AS n MATCH (q:person) WHERE q.age = n RETURN age, q.id',
  'MATCH (p:person) RETURN p.name AS x UNION MATCH (a:pet) RETURN a.kind AS x',
  'MATCH (p:person) RETURN p.name AS x UNION ALL MATCH (a:pet) RETURN a.kind AS x',
  'MATCH (p:person) RETURN p.id ORDER BY p.age DESC, p.id LIMIT 3',
  'MATCH (p:person) RETURN p.id ORDER BY p.name, p.id SKIP 1 LIMIT 2',
  'MATCH (p:person) FILTER p.age > 1 RETURN p.name AS name, count(*) AS n GROUP BY name NEXT FILTER n < 3 RETURN name',
];

/** Those that say something that SQL has no text for; none is to be added unseen. */
const WITHOUT_SQL: readonly string[] = [
  'MATCH (p:person) WHERE p.age IN [1, 3] RETURN p.id',
  'MATCH (p:person) RETURN p.id, CASE WHEN p.age > 2 THEN p.name ELSE p.age IS NULL END AS x',
];

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
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
});
afterAll(() => database.drop());

const without = queries.filter((query) => planSql(compileCypher(query, catalog)) === undefined);

test('all plans but those known have a text in SQL', () => {
  expect(without).toEqual(WITHOUT_SQL);
});

test.each([1, 2, 3, 4, 5])(
  'with the data of seed %i, Postgres answers as the dataflow does',
  async (seed) => {
    const rows = await fill(seed);
    for (const query of queries) {
      const plan = compileCypher(query, catalog);
      const written = plan.columns.map(({type}) => textWriter(type));
      for (const form of [plan, optimise(plan)]) {
        const sql = planSql(form);
        if (sql === undefined) continue;
        const answers = await database.query<{r: string[]}>(
          `SELECT ARRAY[${plan.columns.map((_, i) => `c${i}::text`).join(', ')}] AS r FROM (${sql}) AS q`,
        );
        const told = dataflow(form)
          .hydrate(rows)
          .map(({after}) =>
            JSON.stringify(after?.map((value, i) => (value === null ? null : written[i]?.(value)))),
          );
        expect(told.sort(), `${query}\n${sql}`).toEqual(
          answers.map(({r}) => JSON.stringify(r)).sort(),
        );
      }
    }
  },
);

/** Few values, so that they meet; nulls, scales that differ, texts outside of ASCII. */
async function fill(seed: number): Promise<Map<string, [Key, Row][]>> {
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
