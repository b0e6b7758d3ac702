import pg from 'pg';
import type {ServerAddress} from '../support/postgres-server.ts';
import {until} from '../support/until.ts';
import {type Chance, chance} from './mortal.ts';
import type {ResumingClient} from './resuming-client.ts';

export const TABLES = `
  CREATE TABLE a (id int PRIMARY KEY, v int NOT NULL, g int NOT NULL);
  CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL);
  CREATE PUBLICATION killed FOR TABLE a, b;`;

/** What is kept answered, as it is asked of Postgres. */
export const QUERIES: Readonly<Record<string, string>> = {
  high: 'SELECT id, v FROM a WHERE v > 50',
  joined: 'SELECT a.id AS a, a.v AS v, b.id AS b FROM a JOIN b ON b.a_id = a.id',
  groups: 'SELECT g, count(*)::int AS n, sum(v)::int AS total FROM a GROUP BY g',
};

type Database = ServerAddress & {readonly database?: string};

/** Writes transaction after transaction; Postgres may be gone at any moment. */
export async function writer(server: Database, signal: AbortSignal, seed: number): Promise<number> {
  const random = chance(seed);
  let commits = 0;
  while (!signal.aborted) {
    try {
      await session(server, async (one) => {
        while (!signal.aborted) {
          await one.query(writeText(random));
          commits += 1;
        }
      });
    } catch {
      // Stopped under us. What was committed without a word is in the database all the same.
      await new Promise(setImmediate);
    }
  }
  return commits;
}

function writeText({below, is}: Chance): string {
  const id = below(40);
  const row = `(${id}, ${below(100)}, ${below(4)})`;
  const put = 'ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v, g = EXCLUDED.g';
  const a = is(0.8) ? `INSERT INTO a VALUES ${row} ${put};` : `DELETE FROM a WHERE id = ${id};`;
  const other = below(40);
  const b = is(0.6)
    ? `INSERT INTO b VALUES (${other}, ${below(40)}) ON CONFLICT (id) DO UPDATE SET a_id = EXCLUDED.a_id;`
    : `DELETE FROM b WHERE id = ${other};`;
  return `BEGIN; ${a} ${is(0.5) ? b : ''} SELECT pg_sleep(0.004); ${is(0.1) ? 'ROLLBACK' : 'COMMIT'}`;
}

/** Waits until every client holds what the database does. */
export async function agreed(
  server: ServerAddress,
  clients: readonly ResumingClient[],
  limitMs: number,
): Promise<void> {
  for (const [queryId, sql] of Object.entries(QUERIES)) {
    const wanted = bag(await ask(server, sql));
    for (const one of clients) {
      const holds = (): boolean => bag(one.rows(queryId)) === wanted;
      const what = (): string => `"${queryId}" to be ${wanted}; it is ${bag(one.rows(queryId))}`;
      await until(holds, {limitMs, what});
    }
  }
}

const bag = (rows: readonly unknown[]): string =>
  rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join();

/** Waits until the slot is confirmed up to what is in the log now. */
export async function acknowledged(server: ServerAddress, limitMs: number): Promise<void> {
  await session(server, async (one) => {
    const {rows} = await one.query<{lsn: string}>('SELECT pg_current_wal_lsn()::text AS lsn');
    const lsn = rows[0]?.lsn;
    const confirmed = async (): Promise<boolean> =>
      (await one.query(CONFIRMED, [lsn])).rows.length === 1;
    await until(confirmed, {limitMs, what: `the slot to be confirmed up to ${lsn}`});
  });
}

const CONFIRMED = `
  SELECT 1 FROM pg_replication_slots WHERE slot_name = 'killed' AND confirmed_flush_lsn >= $1`;

export async function ask(server: ServerAddress, sql: string): Promise<readonly unknown[]> {
  return session(server, async (one) => (await one.query(sql)).rows ?? []);
}

async function session<T>(
  {host, port, user, password, database = 'postgres'}: Database,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const one = new pg.Client({host, port, user, password, database});
  one.on('error', () => {});
  await one.connect();
  try {
    return await act(one);
  } finally {
    await one.end().catch(() => {});
  }
}

export type Durability = 'commit' | 'group' | 'interval';

export interface ConfigChoices {
  /** Of the API. */
  readonly port: number;
  readonly store: string;
  /** Of the store; what the service has unless told. */
  readonly durability?: Durability;
  /** Lines of the source. */
  readonly source?: readonly string[];
  readonly limits?: string;
  /** Besides `QUERIES`. */
  readonly queries?: Readonly<Record<string, string>>;
  readonly reactions?: string;
}

/** The configuration of a service that reads `database`, which may be a wire to it. */
export function configText(
  database: ServerAddress,
  {
    port,
    store,
    durability = 'group',
    source = [],
    limits = '{}',
    queries = {},
    reactions = '[]',
  }: ConfigChoices,
): string {
  const all = Object.entries({...QUERIES, ...queries}).map(
    ([id, sql]) => `
  - id: ${id}
    autoStart: true
    query: ${JSON.stringify(sql)}
    sources: [{sourceId: db}]`,
  );
  return `
id: killed
logLevel: warn
host: 127.0.0.1
port: ${port}
stateStore: {kind: lmdb, path: ${JSON.stringify(store)}, checkpointBytes: 65536, durability: ${durability}}
sources:
  - kind: postgres
    id: db
    host: ${database.host}
    port: ${database.port}
    database: postgres
    user: ${database.user}
    password: ${database.password}
    slotName: killed
    publicationName: killed
    retryFirstMs: 50
    retryMaxMs: 200
    slotRetryMs: 50
${source.map((line) => `    ${line}`).join('\n')}
queries:${all.join('')}
reactions: ${reactions}
limits: ${limits}
`;
}
