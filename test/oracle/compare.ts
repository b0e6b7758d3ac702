import type pg from 'pg';
import {identicalRows} from '../../src/data/compare.ts';
import type {Delta} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import {keyOf, keyWriter} from '../../src/data/key-of.ts';
import type {Table} from '../../src/data/schema.ts';
import {textReader, textWriter} from '../../src/data/text.ts';
import type {Type} from '../../src/data/type.ts';
import type {Row, Value} from '../../src/data/value.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {
  type SharedStages,
  type SharedStep,
  sharedStages,
} from '../../src/pipeline/shared-stages.ts';
import {describeTables} from '../../src/postgres/catalog.ts';
import {type Dataflow, dataflow} from '../../src/query/dataflow.ts';
import {optimise} from '../../src/query/optimise.ts';
import type {Plan} from '../../src/query/plan.ts';
import {compileSql} from '../../src/query/sql/lower.ts';
import type {OracleCase} from './case.ts';

/** What a comparison came to. */
export interface Outcome {
  /** After how many commits the result was compared with Postgres's. */
  readonly compared: number;
  /** How often both sides failed on a row. */
  readonly failedAlike: number;
  /** Whether both sides refused the query: it was never compared. */
  readonly refusedAlike: boolean;
  /** What differs, in words; undefined where nothing does. */
  readonly difference: string | undefined;
}

const SETTINGS = `SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';
  SET extra_float_digits = 3; SET bytea_output = 'hex'; SET synchronous_commit = off`;

export async function prepared(client: pg.Client): Promise<void> {
  await client.query(SETTINGS);
}

type Images = ReadonlyMap<string, ReadonlyMap<Key, Row>>;

/**
 * Runs the transactions of several cases that share tables and writes, in Postgres; after
 * each commit compares every query's held result with what Postgres answers it. Every
 * second case is held twice, by queries that share what they can with each other and with
 * those of other cases; one of the two joins some commits later.
 */
export async function compared(
  client: pg.Client,
  cases: readonly OracleCase[],
): Promise<readonly Outcome[]> {
  const [first] = cases;
  if (!first) return [];
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  for (const statement of first.tables) await client.query(statement);
  const tables = await describedTables(client);
  let images: Images = await readImages(client, tables);
  const stages = sharedStages<string>((table) => images.get(table) ?? []);
  const watches: Watch[] = [];
  for (const [i, one] of cases.entries()) {
    const shared = i % 2 === 1 ? {stages, name: String(i)} : undefined;
    watches.push(await watched(client, one, {tables, images, shared}));
  }
  for (const [i, commit] of first.commits.entries()) {
    await run(client, commit);
    const next = await readImages(client, tables);
    const changes = differences(images, next);
    images = next;
    const moved = stages.step(changes);
    for (const watch of watches) await watch.step(moved, images, `commit ${i + 1}`);
  }
  return watches.map((watch) => watch.outcome());
}

async function run(client: pg.Client, commit: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  for (const statement of commit) {
    if (statement === 'ROLLBACK') return void (await client.query('ROLLBACK'));
    await client.query(statement);
  }
  await client.query('COMMIT');
}

const TABLES = "SELECT 'public.' || tablename AS name FROM pg_tables WHERE schemaname = 'public'";

async function describedTables(client: pg.Client): Promise<readonly Table[]> {
  const {rows} = await client.query<{name: string}>(TABLES);
  const {followed} = await describeTables(client, {
    names: rows.map(({name}) => name).sort(),
    tableKeys: [],
    publication: undefined,
    role: 'postgres',
  });
  return followed.map(({table}) => table);
}

/** Every value as Postgres prints it. */
const asText = {getTypeParser: () => (text: string) => text};

interface TextResult {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly types: readonly number[];
}

async function textRows(client: pg.Client, text: string): Promise<TextResult> {
  const {rows, fields} = await client.query({text, rowMode: 'array', types: asText as never});
  return {
    rows: rows as unknown as TextResult['rows'],
    types: fields.map(({dataTypeID}) => dataTypeID),
  };
}

async function readImages(client: pg.Client, tables: readonly Table[]): Promise<Images> {
  const images = new Map<string, ReadonlyMap<Key, Row>>();
  for (const {id, name, columns, keyColumns} of tables) {
    const readers = columns.map(({type}) => textReader(type));
    const key = keyOf(
      columns.map(({type}) => type),
      keyColumns,
    );
    const {rows} = await textRows(client, `SELECT * FROM ${name}`);
    const read = rows.map((row) =>
      row.map((text, i) => (text === null ? null : (readers[i]?.(text) ?? null))),
    );
    images.set(id, new Map(read.map((row) => [key(row), row])));
  }
  return images;
}

function differences(before: Images, after: Images): ReadonlyMap<string, Delta> {
  const changes = new Map<string, Delta>();
  for (const [id, rows] of after) {
    const old = before.get(id) ?? new Map<Key, Row>();
    const delta = [...new Set([...old.keys(), ...rows.keys()])].flatMap((key) => {
      const [was, is] = [old.get(key), rows.get(key)];
      return was && is && identicalRows(was, is) ? [] : [{key, before: was, after: is}];
    });
    if (delta.length > 0) changes.set(id, delta);
  }
  return changes;
}

interface Watch {
  step(moved: SharedStep<string>, images: Images, when: string): Promise<void>;
  outcome(): Outcome;
}

interface Watched {
  readonly tables: readonly Table[];
  readonly images: Images;
  /** Where what it shares runs, and the name that it has there; undefined: it shares nothing. */
  readonly shared: {readonly stages: SharedStages<string>; readonly name: string} | undefined;
}

/** After so many steps the second of two that share is there, too. */
const JOINS_AFTER = 3;

/** One query, held and compared; after a difference it is left alone. */
async function watched(
  client: pg.Client,
  one: OracleCase,
  {tables, images, shared}: Watched,
): Promise<Watch> {
  let compared = 0;
  let failedAlike = 0;
  let difference: string | undefined;
  let steps = 0;
  const plan = planOf(one.query, tables);
  const answer = await answerOf(client, one.query);
  if ('refused' in plan && !('failed' in answer)) difference = `refused: ${plan.refused}`;
  if (!('refused' in plan) && 'failed' in answer && answer.early) {
    difference = `Postgres refuses it: ${answer.failed}`;
  }
  const readers = 'refused' in plan ? [] : readersOf(plan, shared);

  async function compare(reader: Reader, moved: SharedStep<string>, rows: Images): Promise<void> {
    const failed = reader.step(moved, rows);
    const theirs = await answerOf(client, one.query);
    if (failed !== undefined || 'failed' in theirs) {
      reader.reset();
      if (failed !== undefined && 'failed' in theirs) failedAlike += 1;
      else if (failed === undefined && (await failsInPlanning(client, one.query))) failedAlike += 1;
      else difference = told(failed, theirs);
      return;
    }
    compared += 1;
    difference = differing(reader.held(), theirs, one);
  }

  async function step(moved: SharedStep<string>, rows: Images, when: string): Promise<void> {
    steps += 1;
    for (const [i, reader] of readers.entries()) {
      if (difference !== undefined) return;
      if (i > 0 && steps <= JOINS_AFTER) continue;
      await compare(reader, moved, rows);
      if (difference !== undefined) difference = `${when}, reader ${i + 1}: ${difference}`;
    }
  }

  await step({changes: new Map(), failed: new Map()}, images, 'at first');
  const refusedAlike = 'refused' in plan && 'failed' in answer;
  return {step, outcome: () => ({compared, failedAlike, refusedAlike, difference})};
}

/** Who holds a query: made when it has no operators, and moved by each step. */
interface Reader {
  /** The message of the Problem that it failed with; undefined where it did not. */
  step(moved: SharedStep<string>, images: Images): string | undefined;
  reset(): void;
  held(): Held;
}

function readersOf(plan: Plan, shared: Watched['shared']): readonly Reader[] {
  if (!shared) return [readerOf(() => ({id: '', own: plan}))];
  const {stages, name} = shared;
  const ids = [`${name} a`, `${name} b`];
  const dialect = 'SQL';
  for (const queryId of ids) stages.note(plan, {queryId, dialect});
  return ids.map((id) =>
    readerOf(
      () => ({id, own: stages.within(plan, {queryId: id, dialect})}),
      (flow) => stages.file(id, flow && {queryId: id, plan: flow.plan, scans: flow.scans}),
      stages.rows,
    ),
  );
}

function readerOf(
  make: () => {readonly id: string; readonly own: Plan},
  file: (flow: Dataflow | undefined) => void = () => {},
  sharedRows: SharedStages<string>['rows'] = () => undefined,
): Reader {
  let id = '';
  let running: Held | undefined;

  function hydrated(images: Images): string | undefined {
    const made = failure(() => {
      const {id: its, own} = make();
      id = its;
      running = held(own);
    });
    if (made !== undefined || !running) return made;
    file(running.flow);
    const rows = (table: string) => sharedRows(table) ?? images.get(table) ?? [];
    return running.hydrate(new Map([...running.flow.scans].map((table) => [table, rows(table)])));
  }

  return {
    step({changes, failed}, images) {
      const problems = failed.get(id);
      if (!running) return hydrated(images);
      return problems ? problems.map(({message}) => message).join('; ') : running.push(changes);
    },
    reset() {
      running = undefined;
      file(undefined);
    },
    held: () => running as Held,
  };
}

/**
 * Whether Postgres fails before it looks at a row: it computes constants while it plans. We
 * fail once a row asks for them, and over no rows not at all.
 */
async function failsInPlanning(client: pg.Client, query: string): Promise<boolean> {
  return 'failed' in (await answerOf(client, `EXPLAIN ${query}`));
}

const told = (ours: string | undefined, theirs: Answer): string =>
  'failed' in theirs
    ? `Postgres fails, we do not: ${theirs.failed}`
    : `we fail, Postgres does not: ${ours}`;

function planOf(query: string, tables: readonly Table[]): Plan | {readonly refused: string} {
  try {
    return optimise(compileSql(query, {tables, joins: []}));
  } catch (error) {
    const found = problemsOf(error);
    if (found.length === 0) throw error;
    return {refused: found.map(({message}) => message).join('; ')};
  }
}

type Answer = TextResult | {readonly failed: string; readonly early: boolean};

/** Classes of errors that Postgres tells before it looks at a row: syntax, names, types. */
const EARLY = /^42/;

async function answerOf(client: pg.Client, query: string): Promise<Answer> {
  try {
    return await textRows(client, query);
  } catch (error) {
    const {message, code = ''} = error as Error & {code?: string};
    return {failed: message, early: EARLY.test(code)};
  }
}

interface Held {
  readonly plan: Plan;
  readonly flow: Dataflow;
  readonly rows: ReadonlyMap<Key, Row>;
  readonly keysInOrder: (() => Iterable<Key>) | undefined;
  /** The message of the Problem that it failed with; undefined where it did not. */
  hydrate(rows: ReadonlyMap<string, Iterable<readonly [Key, Row]>>): string | undefined;
  push(changes: ReadonlyMap<string, Delta>): string | undefined;
}

/** A query's rows, as a client has them that folds what is told. */
function held(plan: Plan): Held {
  const flow: Dataflow = dataflow(plan);
  const rows = new Map<Key, Row>();

  function folded(act: () => Delta): string | undefined {
    return failure(() => {
      for (const {key, before, after} of act()) {
        const is = rows.get(key);
        if ((before === undefined) !== (is === undefined)) {
          throw new Error(`an edit of ${key} does not start from the row that it has`);
        }
        if (after) rows.set(key, after);
        else rows.delete(key);
      }
    });
  }

  return {
    plan,
    flow,
    rows,
    keysInOrder: flow.keysInOrder,
    hydrate: (initial) => folded(() => flow.hydrate(initial)),
    push: (changes) =>
      folded(() =>
        flow.push({
          kind: 'stream',
          sourceId: 's',
          lsn: 0n as never,
          xid: 1,
          commitTime: 0,
          changes,
        }),
      ),
  };
}

/** The message of the Problem that it throws; undefined where it throws none. */
function failure(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    const found = problemsOf(error);
    if (found.length === 0) throw error;
    return found.map(({message}) => message).join('; ');
  }
}

function differing(
  {plan, rows, keysInOrder}: Held,
  theirs: TextResult,
  {ordered, loose}: OracleCase,
): string | undefined {
  const oids = plan.columns.map(({type}) => oidOf(type));
  const odd = oids.findIndex((oid, i) => oid !== undefined && oid !== theirs.types[i]);
  if (odd >= 0) {
    return `column ${odd + 1} has type ${plan.columns[odd]?.type.kind}, in Postgres ${theirs.types[odd]}`;
  }
  const types = plan.columns.map(({type}) => type);
  const writers = types.map(printed);
  const normals = types.map((type) => (loose ? normalised(type) : (text: string) => text));
  const line = (texts: readonly (string | null)[]): string =>
    JSON.stringify(texts.map((text, i) => (text === null ? null : (normals[i]?.(text) ?? text))));
  const write = (row: Row): string =>
    line(row.map((value, i) => (value === null ? null : (writers[i]?.(value) ?? null))));
  const ours = keysInOrder
    ? Array.from(keysInOrder(), (key) => write(rows.get(key) ?? []))
    : Array.from(rows.values(), write);
  const expected = theirs.rows.map(line);
  if (!ordered || !keysInOrder) {
    ours.sort();
    expected.sort();
  }
  if (ours.join('\n') === expected.join('\n')) return undefined;
  return `we have\n  ${ours.join('\n  ')}\nPostgres has\n  ${expected.join('\n  ')}`;
}

/** One text for values that are equal: 1.50 and 1.5, `1 day` and `24:00:00`. */
function normalised(type: Type): (text: string) => string {
  const read = textReader(type);
  const write = keyWriter(type);
  return (text) => write(read(text));
}

/** As Postgres's output functions print it, which differs from `::text` for booleans. */
const printed = (type: Type): ((value: Value) => string) =>
  type.kind === 'bool' ? (value) => (value ? 't' : 'f') : textWriter(type);

const OIDS: Partial<Record<Type['kind'], number>> = {
  bool: 16,
  int2: 21,
  int4: 23,
  int8: 20,
  float4: 700,
  float8: 701,
  numeric: 1700,
  text: 25,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  json: 114,
  jsonb: 3802,
};

const oidOf = ({kind}: Type): number | undefined => OIDS[kind];
