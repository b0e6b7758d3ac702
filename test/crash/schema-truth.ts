import pg from 'pg';
import type {ServerAddress} from '../support/postgres-server.ts';
import type {ResumingClient} from './resuming-client.ts';
import {asked, type QueryNow, queriesNow} from './schema-admin.ts';
import {ASKED} from './schema-queries.ts';

export interface Held {
  readonly server: ServerAddress;
  readonly api: string;
  readonly clients: readonly ResumingClient[];
}

/**
 * In what the service, its clients and Postgres do not agree; empty where they do. To be asked
 * when nobody writes: a query runs if and only if Postgres can answer it, with what it answers.
 */
export async function disagreements({server, api, clients}: Held): Promise<readonly string[]> {
  const found: string[] = [];
  const session = await opened(server);
  try {
    if (!(await confirmed(session))) found.push('the log is not acknowledged to its end');
    for (const query of await queriesNow(api)) {
      const {text} = await asked(`${api}/queries/${query.id}/results?limit=10000`);
      const told = resultsIn(text);
      if (query.status !== 'Stopped') found.push(...(await against(session, query, told)));
      for (const client of clients) {
        const held = bag(client.rows(query.id).map((row) => JSON.stringify(row)));
        const rest = bag(told ? plainRows(text) : []);
        if (held !== rest) found.push(`${query.id}: a client holds ${held}, not ${rest}`);
      }
    }
  } finally {
    await session.end();
  }
  return found;
}

async function against(
  session: pg.Client,
  {id, query, status, errors}: QueryNow,
  told: readonly string[] | undefined,
): Promise<readonly string[]> {
  const one = ASKED.find(({text}) => text === query)!;
  const truth = await answerOf(session, one.sql);
  const name = `${id} (${query})`;
  if (typeof truth === 'string') {
    const clear = errors.every(({code, message}) => code && message) && errors.length > 0;
    return status === 'Error' && clear ? [] : [`${name}: ${status}, and Postgres says ${truth}`];
  }
  const why = errors.map(({code, message}) => `${code}: ${message}`).join();
  if (status !== 'Running' || !told) return [`${name}: ${status} ${why}, and Postgres answers it`];
  if (bag(told) === bag(truth)) return [];
  return [`${name}: it has ${bag(told)}, and Postgres ${bag(truth)}`];
}

const bag = (rows: readonly string[]): string => [...rows].sort().join(' ').slice(0, 200_000);

/** Rows with their columns in order, numbers with their digits; undefined: none yet. */
function resultsIn(text: string): readonly string[] | undefined {
  const {success, data} = JSON.parse(exact(text)) as {success: boolean; data: Results};
  return success ? data.results.map(rowText) : undefined;
}

function plainRows(text: string): readonly string[] {
  return (JSON.parse(text) as {data: Results}).data.results.map((row) => JSON.stringify(row));
}

/** A result as it was at an event. */
export interface Past {
  readonly id: string;
  readonly sequence: string;
  readonly rows: string;
}

/** What the queries of the configuration answer now, for `pastDisagreements`. */
export async function presentOf(api: string): Promise<readonly Past[]> {
  const found: Past[] = [];
  for (const {id} of await queriesNow(api)) {
    const {text} = await asked(`${api}/queries/${id}/results?limit=10000`);
    const {success, data} = JSON.parse(exact(text)) as {success: boolean; data: Results};
    if (!id.startsWith('q') || !success || data.sequence === null) continue;
    const sequence = String(data.sequence).replace('#', '');
    found.push({id, sequence, rows: bag(data.results.map(rowText))});
  }
  return found;
}

/** In what the past is told otherwise than it was; what is not held any more is not told. */
export async function pastDisagreements(
  api: string,
  pasts: readonly Past[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const {id, sequence, rows} of pasts) {
    const {text} = await asked(`${api}/queries/${id}/results?limit=10000&at=${sequence}`);
    const {success, data, error} = JSON.parse(exact(text)) as Body;
    if (!success && error.code === 'history-not-held') continue;
    const told = success ? bag(data.results.map(rowText)) : text;
    if (told !== rows) found.push(`${id} at ${sequence} was ${rows}; it is told to be ${told}`);
  }
  return found;
}

/** What is shown of each query, by its id: what a restart may not change where nobody writes. */
export async function shownOf(api: string): Promise<Readonly<Record<string, string>>> {
  const shown: Record<string, string> = {};
  for (const {id, status, query, columns, sequence, lsn} of await queriesNow(api)) {
    const {text} = await asked(`${api}/queries/${id}/results?limit=10000`);
    // Where one that runs stands goes on without a change of any of its rows.
    const stands = status === 'Running' ? undefined : lsn;
    const rows = bag(resultsIn(text) ?? []);
    shown[id] = JSON.stringify({query, status, columns, sequence, stands, rows});
  }
  return shown;
}

interface Body {
  readonly success: boolean;
  readonly data: Results;
  readonly error: {readonly code: string};
}

interface Results {
  readonly sequence: string | null;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

/** JSON whose numbers have become texts of the same digits. */
const exact = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (part) =>
    part.startsWith('"') ? part : `"#${part}"`,
  );

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+?)0*)?(?:Z|\+00:00)?$/;

function rowText(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(row, (_name, value: unknown) => {
    const time = typeof value === 'string' ? TIME.exec(value) : undefined;
    return time ? [time[1], time[2] ?? '0'].join('.') : value;
  });
}

/** What Postgres answers, or why it cannot. */
async function answerOf(session: pg.Client, sql: string): Promise<readonly string[] | string> {
  try {
    const text = await withoutStar(session, sql);
    const {rows} = await session.query<{row: string}>(
      `SELECT row_to_json(q)::text AS row FROM (${text}) AS q`,
    );
    return rows.map(({row}) => rowText(JSON.parse(exact(row)) as Record<string, unknown>));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Generated columns are in no log; what has no form of its own is told as Postgres's text. */
const STAR = `
  SELECT string_agg(format(CASE WHEN t.typtype = 'c' THEN '%1$I::text AS %1$I' ELSE '%1$I' END,
    a.attname), ', ' ORDER BY a.attnum) AS list
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = ''`;

async function withoutStar(session: pg.Client, sql: string): Promise<string> {
  const table = /^SELECT \* FROM (\S+)$/.exec(sql)?.[1];
  if (table === undefined) return sql;
  const {rows} = await session.query<{list: string}>(STAR, [table]);
  return sql.replace('*', rows[0]?.list ?? '');
}

async function confirmed(session: pg.Client): Promise<boolean> {
  const {rows} = await session.query(
    `SELECT 1 FROM pg_replication_slots
      WHERE slot_name = 'chaos' AND confirmed_flush_lsn >= pg_current_wal_lsn()`,
  );
  return rows.length === 1;
}

async function opened({host, port, user, password}: ServerAddress): Promise<pg.Client> {
  const one = new pg.Client({host, port, user, password, database: 'postgres'});
  one.on('error', () => {});
  await one.connect();
  await one.query(`SET TimeZone = 'UTC'`);
  return one;
}
