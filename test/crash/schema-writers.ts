import pg from 'pg';
import type {ServerAddress} from '../support/postgres-server.ts';
import type {Chance} from './mortal.ts';
import {moveText, TABLES} from './schema-moves.ts';

/** What statements came to: most changes of a schema fit only what others have left. */
export interface Written {
  done: number;
  refused: number;
}

interface ColumnNow {
  readonly name: string;
  readonly type: string;
  readonly enumerated: boolean;
}

// A statement that cannot be done in time is given up: two may wait for each other.
const SESSION = `SET lock_timeout = '2s'; SET statement_timeout = '10s';
  SET idle_in_transaction_session_timeout = '10s'`;

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, t.typtype = 'e' AS enumerated
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = '' ORDER BY a.attnum`;

/** Writes rows of whatever columns tables have at the moment, until `signal` is aborted. */
export function rowWriter(
  server: ServerAddress,
  random: Chance,
  signal: AbortSignal,
): Promise<Written> {
  return sessions(server, signal, async (one, written) => {
    const table = random.pick(TABLES);
    const {rows: columns} = await one.query<ColumnNow>(COLUMNS, [table]);
    if (columns.length === 0) return void (await one.query('SELECT pg_sleep(0.005)'));
    const many = 1 + random.below(4);
    const texts = Array.from({length: many}, () => rowText(table, columns, random));
    const end = random.is(0.1) ? 'ROLLBACK' : 'COMMIT';
    await tried(one, written, `BEGIN; ${texts.join('; ')}; ${end}`);
    await one.query('SELECT pg_sleep(0.003)');
  });
}

/** Makes `moves` changes of the schema, some of them within transactions that write rows. */
export async function schemaWriter(
  server: ServerAddress,
  random: Chance,
  {moves, kinds, pauseMs, signal}: SchemaWriting,
): Promise<Written> {
  const over = new AbortController();
  let left = moves;
  return sessions(server, AbortSignal.any([signal, over.signal]), async (one, written) => {
    left -= 1;
    if (left < 0) return over.abort();
    await tried(one, written, await moveWithRows(one, kinds, random));
    await one.query('SELECT pg_sleep($1)', [random.below(pauseMs) / 1000]);
  });
}

interface SchemaWriting {
  readonly moves: number;
  readonly kinds: readonly string[];
  /** Between two of them, at most. */
  readonly pauseMs: number;
  readonly signal: AbortSignal;
}

async function moveWithRows(
  one: pg.Client,
  kinds: readonly string[],
  random: Chance,
): Promise<string> {
  const move = moveText(kinds, random);
  if (random.is(0.4)) return move;
  const table = random.pick(TABLES);
  const {rows: columns} = await one.query<ColumnNow>(COLUMNS, [table]);
  const row = (): string => (columns.length > 0 ? rowText(table, columns, random) : 'SELECT 1');
  const undone = random.is(0.2) ? `SAVEPOINT s; ${moveText(kinds, random)}; ROLLBACK TO s;` : '';
  const further = random.is(0.3) ? `${moveText(kinds, random)};` : '';
  const end = random.is(0.2) ? 'ROLLBACK' : 'COMMIT';
  return `BEGIN; ${row()}; ${undone} ${move}; ${further} ${row()}; ${end}`;
}

/** Runs `act` again and again, on another session wherever one has ended. */
async function sessions(
  {host, port, user, password}: ServerAddress,
  signal: AbortSignal,
  act: (one: pg.Client, written: Written) => Promise<void>,
): Promise<Written> {
  const written: Written = {done: 0, refused: 0};
  while (!signal.aborted) {
    const one = new pg.Client({host, port, user, password, database: 'postgres'});
    one.on('error', () => {});
    try {
      await one.connect();
      await one.query(SESSION);
      while (!signal.aborted) await act(one, written);
    } catch {
      // The server may be gone; what it had committed is in it all the same.
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      await one.end().catch(() => {});
    }
  }
  return written;
}

async function tried(one: pg.Client, written: Written, text: string): Promise<void> {
  try {
    await one.query(text);
    written.done += 1;
  } catch {
    await one.query('ROLLBACK');
    written.refused += 1;
  }
}

function rowText(table: string, columns: readonly ColumnNow[], random: Chance): string {
  const dice = random.next();
  const some = columns.filter(() => random.is(0.9));
  const used = some.length > 0 ? some : columns;
  const names = used.map(({name}) => `"${name}"`);
  const values = used.map((column) => valueText(column, random));
  const first = columns[0]!;
  const where = `"${first.name}" = ${valueText(first, random)}`;
  if (dice < 0.45) {
    return `INSERT INTO ${table} (${names.join()}) VALUES (${values.join()}) ON CONFLICT DO NOTHING`;
  }
  if (dice < 0.8) {
    const at = random.below(used.length);
    return `UPDATE ${table} SET ${names[at]} = ${values[at]} WHERE ${where}`;
  }
  if (dice < 0.985) return `DELETE FROM ${table} WHERE ${where}`;
  return `TRUNCATE ${table}`;
}

function valueText({name, type, enumerated}: ColumnNow, random: Chance): string {
  if (enumerated) return `(enum_range(NULL::${type}))[${1 + random.below(5)}]`;
  if (name === 'region') return random.pick([`'n'`, `'s'`, `'s'`, `'x'`]);
  if (name === 'v' || name === 'n')
    return type === 'text' ? `'${random.below(15)}'` : String(random.below(15));
  if (/char|text/.test(type)) return random.pick(TEXTS)(random);
  if (/timestamp|date/.test(type)) return `'2026-01-0${1 + random.below(8)} 04:05:06.7'`;
  if (type === 'spot') return `ROW(${random.below(5)}, 2)::spot`;
  if (name === 'price' || name === 'amount') return `${random.below(5)}.${random.below(10)}0`;
  return String(random.below(15));
}

/** Those that are numbers let a column become one again; the large ones are stored apart. */
const TEXTS: readonly ((random: Chance) => string)[] = [
  ({below}) => `'${below(15)}'`,
  ({below}) => `'${below(15)}'`,
  () => 'NULL',
  () => `''`,
  ({pick}) => pick([`'ä'`, `'B'`, `'a b'`]),
  ({below}) =>
    `(SELECT string_agg(md5((i * ${below(9)})::text), '') FROM generate_series(1, 90) i)`,
];
