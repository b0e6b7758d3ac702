import pg from 'pg';
import type {ServerAddress} from '../support/postgres-server.ts';
import {TOKEN} from './schema-admin.ts';

/** A database that is a source. */
export interface Place extends ServerAddress {
  /** The source's id. */
  readonly id: string;
  readonly database: string;
}

/** What is kept answered of each source, and given to queries of the API in turns. */
export const TEXTS: Readonly<Record<string, string>> = {
  high: 'SELECT id, v FROM a WHERE v > 50',
  joined: 'SELECT a.id AS a, a.v AS v, b.id AS b FROM a JOIN b ON b.a_id = a.id',
  groups: 'SELECT g, count(*)::int AS n, sum(v)::int AS total FROM a GROUP BY g',
};

/** How a source stands in the configuration of a life of the service. */
export type Part = 'runs' | 'stopped' | 'left out';

export interface ConfigChoices {
  readonly port: number;
  readonly ssePort: number;
  readonly store: string;
  readonly durability: string;
  readonly parts: ReadonlyMap<string, Part>;
}

export function configText(
  places: readonly Place[],
  {port, ssePort, store, durability, parts}: ConfigChoices,
): string {
  const there = places.filter(({id}) => parts.get(id) !== 'left out');
  const sources = there.map(
    ({id, host, port: at, user, password, database}) => `
  - kind: postgres
    id: ${id}
    autoStart: ${parts.get(id) !== 'stopped'}
    host: ${host}
    port: ${at}
    database: ${database}
    user: ${user}
    password: ${password}
    slotName: slot_${id}
    publicationName: killed
    retryFirstMs: 50
    retryMaxMs: 200
    slotRetryMs: 50`,
  );
  const queries = there.flatMap(({id}) =>
    Object.entries(TEXTS).map(
      ([name, text]) => `
  - {id: ${id}_${name}, autoStart: true, query: ${JSON.stringify(text)}, sources: [{sourceId: ${id}}]}`,
    ),
  );
  return `
id: sources
logLevel: warn
host: 127.0.0.1
port: ${port}
apiToken: ${TOKEN}
stateStore: {kind: lmdb, path: ${JSON.stringify(store)}, checkpointBytes: 16384, durability: ${durability}}
sources:${sources.join('')}
queries:${queries.join('')}
reactions:
  - {kind: sse, id: some, host: 127.0.0.1, port: ${ssePort}, queries: [one_high, three_high], heartbeatIntervalMs: 100}
limits: {clientRetryMs: 20, clientProgressMs: 100}
`;
}

/** Asks a database in a session of its own. */
export async function askPlace<Row extends pg.QueryResultRow>(
  {host, port, user, password, database}: Omit<Place, 'id'>,
  sql: string,
): Promise<readonly Row[]> {
  const one = new pg.Client({host, port, user, password, database});
  one.on('error', () => {});
  await one.connect();
  try {
    return (await one.query<Row>(sql)).rows ?? [];
  } finally {
    await one.end().catch(() => {});
  }
}
