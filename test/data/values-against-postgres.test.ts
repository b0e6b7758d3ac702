import fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {comparer, equals, identical} from '../../src/data/compare.ts';
import {jsonWriter} from '../../src/data/json.ts';
import {keyWriter} from '../../src/data/key-of.ts';
import {textReader, textWriter} from '../../src/data/text.ts';
import {FLOAT4, FLOAT8} from '../../src/data/type.ts';
import {random} from '../../src/lib/random.ts';
import {byteReader} from '../../src/postgres/values.ts';
import {type TextSession, textSession} from '../support/pgoutput-capture.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {PREPARE_TYPES, type TypeCase, typeCases, unordered} from '../support/type-cases.ts';

/** Postgres is the judge of how values are read, printed, compared and told apart. */

let database: TestDatabase;
let query: TextSession;

beforeAll(async () => {
  database = await testDatabase();
  await database.query(PREPARE_TYPES);
  query = await textSession(database);
});
afterAll(() => database.drop());

const named = (cases: readonly TypeCase[]): [string, TypeCase][] =>
  cases.map((typeCase) => [typeCase.sql, typeCase]);

/** Lists of texts that Postgres takes for values of the type, the edges among them. */
const lists = ({texts, edges}: TypeCase, length: number): fc.Arbitrary<string[]> =>
  fc.array(texts, {minLength: 1, maxLength: length}).map((list) => [...edges, ...list]);

const runs = (numRuns: number): fc.Parameters<[string[]]> => ({
  numRuns,
  interruptAfterTimeLimit: 15_000,
});

test.each(named([...typeCases, ...unordered]))(
  '%s: what Postgres prints is read, and written as it was',
  async (sql, typeCase) => {
    const read = textReader(typeCase.type);
    const readBytes = byteReader(typeCase.type);
    const write = textWriter(typeCase.type);
    const statement = `SELECT v, v::text FROM (SELECT t::${sql} AS v FROM unnest($1::text[]) t) s`;
    await fc.assert(
      fc.asyncProperty(lists(typeCase, 100), async (texts) => {
        for (const [printed, cast] of await query(statement, [texts])) {
          const value = read(printed ?? '');
          // The cast of a bpchar to text cuts its spaces, which printing keeps.
          expect(write(value)).toBe(typeCase.type.kind === 'bpchar' ? printed : cast);
          const bytes = Buffer.from(`<${printed}>`);
          expect(identical(readBytes(bytes, 1, bytes.length - 1), value)).toBe(true);
        }
      }),
      runs(12),
    );
  },
);

test.each(named(typeCases))(
  '%s: order, equality and keys are those of Postgres',
  async (sql, typeCase) => {
    const read = textReader(typeCase.type);
    const compare = comparer(typeCase.type);
    const equal = equals(typeCase.type);
    const key = keyWriter(typeCase.type);
    const collation = /text|char/.test(sql) ? 'COLLATE "C"' : '';
    const statement = `
      WITH v AS (SELECT t::${sql} ${collation} AS v FROM unnest($1::text[]) t)
      SELECT a.v, b.v, CASE WHEN a.v < b.v THEN -1 WHEN a.v = b.v THEN 0 ELSE 1 END
      FROM v a CROSS JOIN v b`;
    await fc.assert(
      fc.asyncProperty(lists(typeCase, 25), async (texts) => {
        for (const [left, right, order] of await query(statement, [texts])) {
          const a = read(left ?? '');
          const b = read(right ?? '');
          const pair = `${left} and ${right}`;
          expect(Math.sign(compare(a, b)) + 0, `order of ${pair}`).toBe(Number(order));
          expect(equal(a, b), `equality of ${pair}`).toBe(order === '0');
          expect(key(a) === key(b), `keys of ${pair}`).toBe(order === '0');
          if (left === right) expect(identical(a, b), `identity of ${pair}`).toBe(true);
        }
      }),
      runs(10),
    );
  },
);

/** Postgres's own JSON of a value, and what our wire form has otherwise undone by hand. */
const JSON_OF: Readonly<Record<string, string>> = {
  timestamptz: `replace(to_json(v)::text, '+00:00', 'Z')`,
  bytea: `to_json(replace(encode(v, 'base64'), E'\\n', ''))::text`,
  'bytea[]': 'NULL',
  interval: 'NULL',
  'interval[]': 'NULL',
  'timestamptz[]': 'NULL',
  'jsonb[]': 'NULL',
};

test.each(named([...typeCases, ...unordered]))(
  '%s: its JSON has the meaning of to_json, on one line',
  async (sql, typeCase) => {
    const read = textReader(typeCase.type);
    const write = jsonWriter(typeCase.type);
    const statement = `
      SELECT v, ${JSON_OF[sql] ?? 'to_json(v)::text'}
      FROM (SELECT t::${sql} AS v FROM unnest($1::text[]) t) s`;
    await fc.assert(
      fc.asyncProperty(lists(typeCase, 100), async (texts) => {
        for (const [printed, json] of await query(statement, [texts])) {
          const written = write(read(printed ?? ''));
          expect(written).not.toMatch(/[\n\r]/);
          const parsed = JSON.parse(written);
          // An expanded year, which Postgres writes in its own way, is in json.test.ts.
          const expanded = /^(date|timestamp)/.test(sql) && /BC|\d{5,}-/.test(printed ?? '');
          if (json !== null && !expanded) expect(parsed).toEqual(JSON.parse(json ?? ''));
        }
      }),
      runs(6),
    );
  },
);

test('intervals in JSON are those of IntervalStyle iso_8601', async () => {
  const intervals = typeCases.find(({sql}) => sql === 'interval') as TypeCase;
  const session = await textSession(database);
  await session(`SET IntervalStyle = 'iso_8601'`, []);
  const read = textReader(intervals.type);
  const write = jsonWriter(intervals.type);
  await fc.assert(
    fc.asyncProperty(lists(intervals, 100), async (texts) => {
      const printed = await query('SELECT t::interval FROM unnest($1::text[]) t', [texts]);
      const iso = await session('SELECT t::interval FROM unnest($1::text[]) t', [texts]);
      printed.forEach(([text], i) => {
        expect(write(read(text ?? ''))).toBe(`"${iso[i]?.[0]}"`);
      });
    }),
    runs(6),
  );
});

/** Floats by their bits: random ones, and the neighbours of each power of two. */
function floats(width: 4 | 8, count: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  const next = random(width);
  const bits = (low: number): bigint =>
    BigInt(low) | (width === 8 ? BigInt(Math.floor(next() * 2 ** 32)) << 32n : 0n);
  const exponents = Array.from({length: width === 4 ? 254 : 2046}, (_, i) => BigInt(i + 1));
  const powers = exponents.map((exponent) => exponent << (width === 4 ? 23n : 52n));
  return [
    ...powers.flatMap((power) => [power - 1n, power, power + 1n]),
    ...Array.from({length: count}, () => bits(Math.floor(next() * 2 ** 32))),
  ].map((pattern) => {
    view.setBigUint64(0, width === 4 ? pattern << 32n : pattern);
    return width === 4 ? view.getFloat32(0) : view.getFloat64(0);
  });
}

test.each([
  ['float4', FLOAT4, 4],
  ['float8', FLOAT8, 8],
] as const)('%s of any bits print as in Postgres', async (sql, type, width) => {
  const values = floats(width, 20_000);
  const write = textWriter(type);
  const statement = `SELECT t::float8::${sql} FROM unnest($1::text[]) t`;
  const printed = await query(statement, [values.map(String)]);
  const wrong = values.filter((value, i) => write(value) !== printed[i]?.[0]);
  expect(wrong).toEqual([]);
});
