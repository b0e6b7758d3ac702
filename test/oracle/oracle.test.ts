import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {loadModule} from 'libpg-query';
import type pg from 'pg';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {random} from '../../src/lib/random.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import type {OracleCase} from './case.ts';
import {compared, prepared} from './compare.ts';
import {FEATURES, generatedQuery, type QuerySpec, rendered} from './queries.ts';
import {createTable, generatedTables, type Pick} from './schema.ts';
import {shrunk} from './shrink.ts';
import {generatedCommits} from './transactions.ts';

const {TAILRACE_ORACLE_MINUTES, TAILRACE_ORACLE_SEED, TAILRACE_ORACLE_COMMITS} = process.env;
const LIMIT_MS = Number(TAILRACE_ORACLE_MINUTES ?? 1.2) * 60_000;
const FIRST_SEED = Number(TAILRACE_ORACLE_SEED ?? 1);
const QUERIES = 24;
const COMMITS = Number(TAILRACE_ORACLE_COMMITS ?? 12);
/** So much is compared however slow the machine is. */
const COMPARED_MIN = 2000;

/** Texts in the order of their bytes, upper and lower case for all letters: as we have it. */
const LOCALE = "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'";

const CASES = join(import.meta.dirname, 'cases');

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  await loadModule();
  database = await testDatabase({options: LOCALE});
  client = await database.connect();
  await prepared(client);
}, 60_000);

afterAll(() => database.drop());

const kept: readonly OracleCase[] = readdirSync(CASES)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(CASES, name), 'utf8')));

test.each(kept)('what was found once stays mended: $name', async (one) => {
  for (const {difference} of await compared(client, [one, one])) expect(difference).toBeUndefined();
});

test('after every commit a query has the result that Postgres answers', {
  timeout: LIMIT_MS + 60_000,
}, async () => {
  const counts = new Map<string, number>(FEATURES.map((feature) => [feature, 0]));
  let total = 0;
  let failedAlike = 0;
  let queries = 0;
  let refused = 0;
  const end = performance.now() + LIMIT_MS;
  for (let seed = FIRST_SEED; performance.now() < end || total < COMPARED_MIN; seed++) {
    const {cases, specs} = generated(seed);
    const outcomes = await compared(client, cases);
    queries += cases.length;
    for (const [i, outcome] of outcomes.entries()) {
      const {compared: times, failedAlike: failed, refusedAlike, difference} = outcome;
      const [one, spec] = [cases[i] as OracleCase, specs[i] as QuerySpec];
      if (difference !== undefined) await tell(seed, {one, spec, difference});
      total += times;
      failedAlike += failed;
      refused += Number(refusedAlike);
      for (const feature of spec.features) {
        counts.set(feature, (counts.get(feature) ?? 0) + times);
      }
    }
  }
  // biome-ignore lint/suspicious/noConsole: how much was compared is what a run is for.
  console.info(
    `${queries} queries, ${total} results compared, ${failedAlike} failures alike; ` +
      `${refused} queries that Postgres refuses too`,
  );
  // biome-ignore lint/suspicious/noConsole: as above.
  console.info(Object.fromEntries(counts));
  expect(total).toBeGreaterThanOrEqual(COMPARED_MIN);
  for (const [feature, times] of counts) expect(times, feature).toBeGreaterThan(0);
  // Generated queries are for comparing: few may fail, alike or not.
  expect(failedAlike / total).toBeLessThan(0.1);
  expect(refused / queries).toBeLessThan(0.05);
});

/** The cases of a seed: they share tables and transactions, each has a query. */
function generated(seed: number): {cases: readonly OracleCase[]; specs: readonly QuerySpec[]} {
  const next = random(seed);
  const pick: Pick = (from) => from[Math.floor(next() * from.length)] as (typeof from)[number];
  const tables = generatedTables(pick);
  const commits = generatedCommits(tables, pick, COMMITS);
  const specs = Array.from({length: QUERIES}, () => generatedQuery(tables, pick));
  const cases = specs.map((spec, i) => ({
    name: `seed ${seed}, query ${i + 1}`,
    tables: tables.map(createTable),
    commits,
    query: rendered(spec),
    ordered: spec.ordered,
    loose: spec.loose,
  }));
  return {cases, specs};
}

interface Failure {
  readonly one: OracleCase;
  readonly spec: QuerySpec;
  readonly difference: string;
}

/** Fails with the smallest case found; it belongs into `cases/`. */
async function tell(seed: number, {one, spec, difference}: Failure): Promise<never> {
  const differs = async (smaller: OracleCase): Promise<boolean> => {
    const outcomes = await compared(client, [smaller, smaller]);
    return outcomes.some((outcome) => outcome.difference !== undefined);
  };
  const small = await shrunk({spec, case: one}, differs);
  const outcomes = await compared(client, [small, small]);
  const outcome = outcomes.find((each) => each.difference !== undefined);
  return expect.fail(
    `${one.name} (TAILRACE_ORACLE_SEED=${seed})\n${small.query}\n${outcome?.difference ?? difference}\n` +
      `to be kept in test/oracle/cases:\n${JSON.stringify(small)}`,
  );
}
