import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {type ExactJson, NumberText, readExactJson} from '../../src/lib/exact-json.ts';
import type {TckCase} from '../query/cypher/tck-case.ts';
import {queryYaml, type TestService, testService} from '../support/service.ts';
import {sharedFile} from '../support/shared.ts';

/**
 * openCypher's cases through the whole service: tables of a real Postgres, each query added
 * over REST, its rows read over REST. A sample; TAILRACE_TCK=service takes all of them.
 */
const file = sharedFile('tck/expressions.json');
const cases = file ? (JSON.parse(readFileSync(file, 'utf8')) as readonly TckCase[]) : [];
const everything = process.env.TAILRACE_TCK === 'service';

/** Refused on purpose, see test/query/cypher/tck.test.ts: of all cases, how many at most. */
const REFUSED_MAX = 3;
/** Of each category, and of cases with tables of their own. */
const SAMPLE = {ofCategory: 4, groups: 4};

interface Group {
  readonly sql: string;
  readonly cases: TckCase[];
}

/** Cases over the same tables and rows share a service. */
function groups(): readonly Group[] {
  const byTables = new Map<string, Group>();
  for (const tck of cases) {
    const sql = sqlOf(tck);
    const group = byTables.get(sql) ?? {sql, cases: []};
    byTables.set(sql, group);
    group.cases.push(tck);
  }
  const all = [...byTables.values()].sort((a, b) => b.cases.length - a.cases.length);
  return everything ? all : all.slice(0, SAMPLE.groups).map(sampled);
}

/** A query that is there from the start: with it the source is running before any other comes. */
function firstQuery({cases: [first]}: Group): string {
  const label = first?.tables?.[0]?.name ?? 'dummy';
  return queryYaml('first', `MATCH (n:\`${label}\`) RETURN count(*) AS n`);
}

function sampled({sql, cases: all}: Group): Group {
  const categories = new Set(all.map(({category}) => category));
  const spread = [...categories].flatMap((category) => {
    const same = all.filter((tck) => tck.category === category);
    const step = Math.max(1, Math.floor(same.length / SAMPLE.ofCategory));
    return same.filter((_, i) => i % step === 0).slice(0, SAMPLE.ofCategory);
  });
  return {sql, cases: spread};
}

function sqlOf({tables, initial}: TckCase): string {
  const dummy = [{name: 'dummy', columns: [{name: 'id', type: 'integer'}], primaryKey: ['id']}];
  const created = (tables ?? dummy).map(({name, columns, primaryKey}) => {
    const typed = columns.map((column) => `"${column.name}" ${column.type}`);
    const key = primaryKey.map((column) => `"${column}"`);
    return `CREATE TABLE "${name}" (${typed.join(', ')}, PRIMARY KEY (${key.join(', ')}))`;
  });
  const rows = initial ?? (tables ? [] : ['INSERT INTO "dummy" ("id") VALUES (1)']);
  const names = (tables ?? dummy).map(({name}) => `"${name}"`);
  const publication = `CREATE PUBLICATION test_publication FOR TABLE ${names.join(', ')}`;
  return [...created, publication, ...rows].join(';\n');
}

test.skipIf(!file)(
  'openCypher’s cases are answered over REST as they say',
  async () => {
    const failed: string[] = [];
    let passed = 0;
    for (const group of groups()) {
      const service = await testService({sql: group.sql, queries: firstQuery(group)});
      try {
        for (const tck of group.cases) {
          const why = await outcome(service, tck);
          if (why === undefined) passed += 1;
          else failed.push(`${tck.id}: ${tck.query}\n   ${why}`);
        }
      } finally {
        await service.close();
      }
    }
    const total = passed + failed.length;
    process.stderr.write(`openCypher over REST: ${passed} of ${total} cases\n`);
    expect(total).toBeGreaterThanOrEqual(everything ? cases.length : 60);
    expect(failed.length, failed.join('\n')).toBeLessThanOrEqual(REFUSED_MAX);
  },
  everything ? 300_000 : 60_000,
);

/** What keeps the case from passing; undefined where it does. */
async function outcome(service: TestService, tck: TckCase): Promise<string | undefined> {
  const path = '/api/v1/queries/tck';
  const body = `query: ${JSON.stringify(tck.query)}\nsources: [{sourceId: db}]\nautoStart: true\n`;
  const added = await service.send('PUT', path, body);
  const status = added.body.data?.query?.status;
  const refused = added.status >= 400 || status !== 'Running';
  const response = await fetch(`${service.addresses.api}${path}/results`);
  const answer = readExactJson(await response.text());
  await service.send('DELETE', path);
  if ('error' in tck.expect) return refused ? undefined : `expected ${tck.expect.error}`;
  if (refused) return JSON.stringify(added.body.error ?? added.body.data);
  const {columns, rows} = tck.expect;
  const held = listOf(memberOf(memberOf(answer, 'data'), 'results'));
  const told = held.map((row) => columns.map((name) => form(memberOf(row, name), tck)).join(' | '));
  const wanted = rows.map((row) => row.map((value) => expectedForm(value, tck)).join(' | '));
  const [left, right] = tck.ordered ? [told, wanted] : [told.sort(), wanted.sort()];
  if (left.join('\n') === right.join('\n')) return undefined;
  return `got ${left.join('; ') || 'no rows'}\n   expected ${right.join('; ') || 'no rows'}`;
}

const memberOf = (json: ExactJson | undefined, key: string): ExactJson | undefined =>
  json instanceof Map ? json.get(key) : undefined;

const listOf = (json: ExactJson | undefined): readonly ExactJson[] =>
  Array.isArray(json) ? json : [];

/** A value of the answer in the notation of this test; what is missing is told from null. */
function form(json: ExactJson | undefined, tck: TckCase): string {
  if (json === undefined) return 'missing';
  if (json instanceof NumberText) return numberForm(json.text);
  if (typeof json === 'string') return `'${json}'`;
  if (json instanceof Map) {
    return mapForm([...json].map(([key, value]) => `${key}: ${form(value, tck)}`));
  }
  return Array.isArray(json)
    ? listForm(
        json.map((item) => form(item, tck)),
        tck,
      )
    : String(json);
}

/** Whole numbers with all their digits, others as the float that they are. */
const numberForm = (text: string): string =>
  /^-?\d+$/.test(text) ? String(BigInt(text)) : floatForm(Number(text));

function floatForm(value: number): string {
  if (!Number.isFinite(value)) return `'${value}'`;
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

const mapForm = (parts: string[]): string => `{${parts.sort().join(', ')}}`;

const listForm = (parts: string[], {unorderedLists}: TckCase): string =>
  `[${(unorderedLists ? parts.sort() : parts).join(', ')}]`;

type Tagged = {readonly [tag: string]: unknown};

function expectedForm(value: unknown, tck: TckCase): string {
  if (typeof value === 'number') return floatForm(value);
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) {
    return listForm(
      value.map((item) => expectedForm(item, tck)),
      tck,
    );
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const tagged = value as Tagged;
  if ('$float' in tagged) return floatForm(Number(tagged.$float));
  if ('$int' in tagged) return String(tagged.$int);
  if ('$temporal' in tagged) return `'${tagged.$temporal}'`;
  const entries = Object.entries((tagged.$map ?? tagged) as Tagged);
  return mapForm(entries.map(([key, item]) => `${key}: ${expectedForm(item, tck)}`));
}
