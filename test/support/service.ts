import {resolve} from 'node:path';
import {readConfig} from '../../src/config/read.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {type Log, silentLog} from '../../src/lib/log.ts';
import {type Service, startService} from '../../src/pipeline.ts';
import {type TestDatabase, testDatabase} from './postgres.ts';
import {until} from './until.ts';

const root = resolve(import.meta.dirname, '../..');

export interface TestService extends Service {
  readonly database: TestDatabase;
  /** The `data` of an answer of the API, an error's too. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  get(path: string): Promise<any>;
  /** A query's rows, as the API answers them. */
  results(queryId: string): Promise<Record<string, unknown>[]>;
  /** Asks with a method, the API's token and a body of YAML. */
  send(method: string, path: string, body?: string, headers?: Headers): Promise<Answer>;
  /** What the log reactions have written. */
  readonly written: readonly string[];
  /** Stops the service and drops the database. */
  close(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any;
}

/** What a request to change something carries. */
export const API_TOKEN = 'the-token-of-these-tests';

interface Results {
  readonly results: Record<string, unknown>[];
}

export interface TestServiceOptions {
  /** Makes tables and rows before the service starts. */
  readonly sql: string;
  /** The `queries` of the configuration, as YAML; see `queryYaml`. */
  readonly queries: string;
  readonly reactions?: string;
  readonly limits?: string;
  /** Further settings of the source, as lines of YAML. */
  readonly source?: readonly string[];
  /** Where results survive a restart; in memory unless told. `more` are further settings. */
  readonly stateStore?: {readonly path: string; readonly more?: string};
  /** Where the service reaches the database, instead of directly. */
  readonly through?: (database: TestDatabase) => Promise<{host: string; port: number}>;
  readonly database?: TestDatabase;
  /** Where it listens: anywhere that is free, unless told. */
  readonly port?: number;
  /** The source's name: `db` unless told. */
  readonly sourceId?: string;
  /** Sources besides, as YAML; see `sourceYaml`. */
  readonly further?: string;
  /** Where the service writes its diary; nowhere unless told. */
  readonly log?: Log;
  /** Whether the test begins once queries have their first results, as it does unless told. */
  readonly settled?: boolean;
}

/** The whole service, in this process, on a database of its own. */
export async function testService(options: TestServiceOptions): Promise<TestService> {
  const database = options.database ?? (await testDatabase());
  try {
    await database.query(options.sql);
    const address = (await options.through?.(database)) ?? database;
    const text = configText(options, {...database, ...address});
    return await started(database, text, options);
  } catch (error) {
    await database.drop();
    throw error;
  }
}

async function started(
  database: TestDatabase,
  text: string,
  {settled = true, log = silentLog}: Pick<TestServiceOptions, 'settled' | 'log'>,
): Promise<TestService> {
  const {config} = readConfig({text, file: 'test.yaml', env: {}});
  const written: string[] = [];
  const service = await startService(config, {
    clock: systemClock(),
    random: Math.random,
    pid: process.pid,
    log,
    write: (line) => void written.push(line),
    publicDir: resolve(root, 'public'),
    fail: (error) => {
      throw error;
    },
  });
  const get = async (path: string) => {
    const response = await fetch(service.addresses.api + path);
    const {data, error} = (await response.json()) as {data: unknown; error: unknown};
    return data ?? error;
  };
  if (settled) await readyInTime(service.ready(), () => get('/api/v1/sources'));
  return {
    ...service,
    database,
    written,
    get,
    async send(method, path, body, headers = {}) {
      const response = await fetch(service.addresses.api + path, {
        method,
        headers: {
          Authorization: `Bearer ${API_TOKEN}`,
          ...(body !== undefined && {'Content-Type': 'application/yaml'}),
          ...headers,
        },
        ...(body !== undefined && {body}),
      });
      return {status: response.status, body: await response.json()};
    },
    results: async (id) => ((await get(`/api/v1/queries/${id}/results`)) as Results).results,
    async close() {
      await service.stop();
      await database.drop();
    },
  };
}

const READY_LIMIT_MS = 20_000;

/** A service that never becomes ready fails the test, and says what its sources wait for. */
async function readyInTime(ready: Promise<void>, status: () => Promise<unknown>): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const limit = new Promise<'late'>((resolve) => {
    late = setTimeout(() => resolve('late'), READY_LIMIT_MS);
  });
  const first = await Promise.race([ready, limit]);
  clearTimeout(late);
  if (first === 'late') throw new Error(`never ready: ${JSON.stringify(await status())}`);
}

export const queryYaml = (id: string, text: string, sourceId = 'db'): string => `
  - id: ${id}
    autoStart: true
    query: ${JSON.stringify(text)}
    sources: [{sourceId: ${sourceId}}]`;

type Address = Pick<TestDatabase, 'host' | 'port' | 'user' | 'password' | 'database'>;

/** A source as YAML; its slot has the name of its database. `more`: further settings, as lines. */
export const sourceYaml = (
  id: string,
  {host, port, user, password, database}: Address,
  more: readonly string[] = [],
): string => `
  - kind: postgres
    id: ${id}
    host: ${host}
    port: ${port}
    database: ${database}
    user: ${user}
    password: ${JSON.stringify(password)}
    slotName: ${database}
    publicationName: test_publication
    retryFirstMs: 50
    retryMaxMs: 200
${more.map((line) => `    ${line}`).join('\n')}`;

function configText(
  {
    queries,
    reactions = '[]',
    limits = '{}',
    source = [],
    stateStore,
    port: ownPort = 0,
    sourceId = 'db',
    further = '',
  }: TestServiceOptions,
  database: Address,
): string {
  const store = stateStore
    ? `stateStore: {kind: lmdb, path: ${JSON.stringify(stateStore.path)}, ${stateStore.more ?? ''}}`
    : '';
  return `
id: test
${store}
host: 127.0.0.1
port: ${ownPort}
apiToken: ${API_TOKEN}
sources:${sourceYaml(sourceId, database, source)}${further}
queries:${queries}
reactions: ${reactions}
limits: ${limits}
`;
}

/** Waits until the service has seen all that was committed until now. */
export async function caughtUp(service: TestService): Promise<void> {
  const [row] = await service.database.query<{lsn: string}>(
    'SELECT pg_current_wal_insert_lsn()::text AS lsn',
  );
  const target = lsnNumber(row!.lsn);
  await until(
    async () => {
      const [source] = await service.get('/api/v1/sources');
      return source.acknowledgedLsn !== null && lsnNumber(source.acknowledgedLsn) >= target;
    },
    {what: `the service to reach ${row!.lsn}`, limitMs: 15_000},
  );
}

function lsnNumber(text: string): bigint {
  const [high, low] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
