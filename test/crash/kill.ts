import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import pg from 'pg';
import {FAILPOINTS} from '../../src/lib/failpoints.ts';
import {folded} from '../support/folded.ts';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';
import {type Chance, chance} from './mortal.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const UP_LIMIT_MS = 60_000;
const CLIENTS = 4;
const WRITERS = 3;

/** What a run of kills came to. */
export interface Survived {
  readonly kills: number;
  /** Of them, how often it was at a failpoint, by name. */
  readonly failpoints: Readonly<Record<string, number>>;
  readonly postgresCrashes: number;
  readonly commits: number;
  readonly events: number;
  /** Streams that clients opened. */
  readonly resumes: number;
}

const TABLES = `
  CREATE TABLE a (id int PRIMARY KEY, v int NOT NULL, g int NOT NULL);
  CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL);
  CREATE PUBLICATION killed FOR TABLE a, b;`;

/** What is kept answered, as it is asked of Postgres. */
const QUERIES: Readonly<Record<string, string>> = {
  high: 'SELECT id, v FROM a WHERE v > 50',
  joined: 'SELECT a.id AS a, a.v AS v, b.id AS b FROM a JOIN b ON b.a_id = a.id',
  groups: 'SELECT g, count(*)::int AS n, sum(v)::int AS total FROM a GROUP BY g',
};

/**
 * Runs the service as a process of its own on a Postgres of its own, kills both again and
 * again under load, and throws where a client was told other than each change once, or
 * holds in the end other than the database.
 */
export async function survive({kills, seed}: {kills: number; seed: number}): Promise<Survived> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-kill-'));
  const server = await startServer({fsync: 'on'});
  const over = new AbortController();
  try {
    return await ordeal({kills, server, folder, over, random: chance(seed)});
  } finally {
    over.abort();
    await server.dispose();
    await rm(folder, {recursive: true, force: true});
  }
}

interface Ordeal {
  readonly kills: number;
  readonly server: TestServer;
  readonly folder: string;
  readonly over: AbortController;
  readonly random: Chance;
}

async function ordeal({kills, server, folder, over, random}: Ordeal): Promise<Survived> {
  await ask(server, TABLES);
  const port = await freePort();
  const config = join(folder, 'server.yaml');
  await writeFile(config, configText(server, {port, store: join(folder, 'store')}));
  const url = `http://127.0.0.1:${port}/api/v1/events`;
  const writing = new AbortController();
  const writers = Array.from({length: WRITERS}, (_, at) => writer(server, writing.signal, at));
  const clients = Array.from({length: CLIENTS}, () => client(url, over.signal));
  const heard = (): number => clients.reduce((sum, one) => sum + one.heard, 0);
  const failpoints: Record<string, number> = {};
  let postgresCrashes = 0;

  let service = await started(config, {port});
  try {
    for (let kill = 0; kill < kills; kill++) {
      const before = heard();
      const wanted = 1 + random.below(60);
      const enough = (): boolean => !service.failpoint && heard() >= before + wanted;
      await until(() => gone(service) || enough(), {
        limitMs: UP_LIMIT_MS,
        what: () => `clients to hear of ${wanted} events\n${service.said()}`,
      });
      if (random.is(0.07)) {
        postgresCrashes += 1;
        await server.stop('immediate');
        if (random.is(0.5)) await killed(service);
        await server.start();
      }
      await killed(service);
      if (service.failpoint && service.diedByItself) {
        failpoints[service.failpoint] = (failpoints[service.failpoint] ?? 0) + 1;
      }
      const failpoint = random.is(0.5) ? random.pick(FAILPOINTS) : undefined;
      service = await started(config, {
        port,
        ...(failpoint && {failpoint: `${failpoint}:${5 + random.below(40)}`}),
      });
    }
    // Whatever failpoint it may have, it ends here without one.
    await killed(service);
    service = await started(config, {port});
    writing.abort();
    const commits = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    await agreed(server, clients);
    over.abort();
    const resumes = clients.reduce((sum, one) => sum + one.streams, 0);
    return {kills, failpoints, postgresCrashes, commits, events: heard(), resumes};
  } finally {
    await killed(service);
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly failpoint: string | undefined;
  readonly diedByItself: boolean;
  readonly said: () => string;
}

/** Starts what `npm run build` has made, and waits until it answers. */
async function started(
  config: string,
  {port, failpoint}: {port: number; failpoint?: string},
): Promise<Running> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.js'), '--config', config], {
    cwd: ROOT,
    env: {...process.env, ...(failpoint && {TAILRACE_FAILPOINT: failpoint})},
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  let byItself = false;
  child.once('exit', (_code, signal) => {
    byItself = !child.killed && signal === 'SIGKILL';
  });
  const running = {
    child,
    failpoint: failpoint?.split(':')[0],
    get diedByItself() {
      return byItself;
    },
    said: () => said,
  };
  await until(async () => gone(running) || (await answers(port)), {
    limitMs: UP_LIMIT_MS,
    what: () => `the service to answer\n${said}`,
  });
  if (gone(running) && !byItself) throw new Error(`the service ended by itself:\n${said}`);
  return running;
}

const gone = ({child}: Pick<Running, 'child'>): boolean =>
  child.exitCode !== null || child.signalCode !== null;

async function killed(running: Running): Promise<void> {
  const {child} = running;
  if (gone(running)) {
    if (child.signalCode === 'SIGKILL') return;
    throw new Error(`the service ended by itself:\n${running.said()}`);
  }
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/v1/queries`)).ok;
  } catch {
    return false;
  }
}

interface Listening {
  readonly heard: number;
  readonly streams: number;
  /** What it holds of a query; throws where it was told what does not follow. */
  rows(queryId: string): readonly unknown[];
}

/** A client that goes on where it was whenever its stream ends, as a browser does. */
function client(url: string, signal: AbortSignal): Listening {
  let current: SseClient | undefined;
  let snapshot: ReturnType<SseClient['named']> = [];
  const messages: ReturnType<SseClient['messages']> = [];
  let lastId: string | undefined;
  let heard = 0;
  let streams = 0;

  function takeIn(one: SseClient): void {
    if (one.named('reset').length > 0) throw new Error('a client was reset');
    if (lastId === undefined) snapshot = one.named('snapshot');
    lastId = one.lastId ?? lastId;
    messages.push(...one.messages());
    heard += one.messageCount;
    current = undefined;
  }

  async function stream(): Promise<void> {
    const headers: Record<string, string> = lastId ? {'Last-Event-ID': lastId} : {};
    const one = await sseClient(`${url}?coalesce=false${lastId ? '' : '&snapshot=true'}`, headers);
    streams += 1;
    current = one;
    await until(() => one.ended || signal.aborted, {limitMs: 600_000});
    one.close();
    takeIn(one);
  }

  async function live(): Promise<void> {
    while (!signal.aborted) {
      // Nobody is there at the moment: it asks again, as a browser does.
      await stream().catch((error) => {
        if (!/fetch failed/.test(String(error))) broken ??= error;
      });
      await new Promise(setImmediate);
    }
  }
  let broken: unknown;
  void live();

  return {
    get heard() {
      return heard + (current?.messageCount ?? 0);
    },
    get streams() {
      return streams;
    },
    rows(queryId) {
      if (broken) throw broken;
      if (current && lastId === undefined) snapshot = current.named('snapshot');
      const all = [...messages, ...(current?.messages() ?? [])];
      return folded(snapshot, all).rows(queryId);
    },
  };
}

/** Writes transaction after transaction; Postgres may be gone at any moment. */
async function writer(server: TestServer, signal: AbortSignal, at: number): Promise<number> {
  const random = chance(1000 + at);
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
async function agreed(server: TestServer, clients: readonly Listening[]): Promise<void> {
  for (const [queryId, sql] of Object.entries(QUERIES)) {
    const wanted = bag(await ask(server, sql));
    for (const one of clients) {
      const holds = (): boolean => bag(one.rows(queryId)) === wanted;
      const what = (): string => `"${queryId}" to be ${wanted}; it is ${bag(one.rows(queryId))}`;
      await until(holds, {limitMs: UP_LIMIT_MS, what});
    }
  }
}

const bag = (rows: readonly unknown[]): string =>
  rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join();

async function ask(server: TestServer, sql: string): Promise<readonly unknown[]> {
  return session(server, async (one) => (await one.query(sql)).rows ?? []);
}

async function session<T>(
  {host, port, user, password}: TestServer,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const one = new pg.Client({host, port, user, password, database: 'postgres'});
  one.on('error', () => {});
  await one.connect();
  try {
    return await act(one);
  } finally {
    await one.end().catch(() => {});
  }
}

function configText(server: TestServer, {port, store}: {port: number; store: string}): string {
  const queries = Object.entries(QUERIES).map(
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
stateStore: {kind: lmdb, path: ${JSON.stringify(store)}, checkpointBytes: 65536}
sources:
  - kind: postgres
    id: db
    host: ${server.host}
    port: ${server.port}
    database: postgres
    user: ${server.user}
    password: ${server.password}
    slotName: killed
    publicationName: killed
    retryFirstMs: 50
    retryMaxMs: 200
    slotRetryMs: 50
queries:${queries.join('')}
reactions: []
`;
}
