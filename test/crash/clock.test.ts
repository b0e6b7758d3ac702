import {mkdtemp, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {folding, type Message, type SnapshotPart} from '../support/folded.ts';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';
import {killed, type ServiceProcess, startProcess} from './service-process.ts';
import {acknowledged, ask, configText, TABLES} from './workload.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const HELD_MS = 700;
const LIMIT_MS = 10_000;
const PRELOAD = resolve(import.meta.dirname, '../support/shifted-clock.mjs');
/** Rows that stay above 50 for so long. */
const HELD = `MATCH (a:a) WHERE drasi.trueFor(a.v > 50, duration({milliseconds: ${HELD_MS}}))
  RETURN a.id AS id`;

let server: TestServer;
let folder: string;
let config: string;
let clock: string;
let url: string;
let beats: string;
let service: ServiceProcess;

/** Sets the clock of the process that runs now, and of those that will. */
async function setClock(shiftMs: number): Promise<void> {
  await writeFile(`${clock}.new`, String(shiftMs));
  await rename(`${clock}.new`, clock);
}

/** What the process takes for the time is as far from ours as it was set to be. */
async function expectClock(shiftMs: number): Promise<void> {
  const shifted = async (): Promise<boolean> => {
    const response = await fetch(new URL('/health', url));
    const {timestamp} = (await response.json()) as {timestamp: string};
    return Math.abs(Date.parse(timestamp) - Date.now() - shiftMs) < 60_000;
  };
  // It looks every few milliseconds.
  await until(shifted, {what: `the clock to be off by ${shiftMs} ms`});
}

const start = async (): Promise<ServiceProcess> =>
  startProcess(config, {
    port: Number(new URL(url).port),
    env: {NODE_OPTIONS: `--import ${PRELOAD}`, TAILRACE_TEST_CLOCK: clock},
  });

beforeAll(async () => {
  server = await startServer();
  await ask(server, TABLES);
  folder = await mkdtemp(join(tmpdir(), 'tailrace-clock-'));
  config = join(folder, 'server.yaml');
  clock = join(folder, 'clock');
  const [port, streams] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${port}/api/v1/events`;
  await writeFile(
    config,
    configText(server, {
      port,
      store: join(folder, 'store'),
      source: ['heartbeatMs: 200', 'tableCheckMs: 200', 'silentMs: 2000'],
      limits: '{eventLogMs: 3600000, clientRotateMs: 3600000}',
      queries: {held: HELD},
      reactions: `[{kind: sse, id: beats, queries: [held], host: 127.0.0.1, port: ${streams},
        ssePath: /events, heartbeatIntervalMs: 100}]`,
    }),
  );
  beats = `http://127.0.0.1:${streams}/events`;
  await setClock(0);
  service = await start();
}, 60_000);

afterAll(async () => {
  if (service) await killed(service);
  await server?.dispose();
  if (folder) await rm(folder, {recursive: true, force: true});
});

/** What a client holds of a query, over its streams: each message is checked on the way. */
function rowsOf(streams: readonly SseClient[], queryId: string): readonly {id: number}[] {
  const fold = folding();
  for (const stream of streams) {
    for (const part of stream.named('snapshot') as SnapshotPart[]) fold.begin(part);
    for (const message of stream.messages() as Message[]) fold.take(message);
  }
  return fold.rows(queryId) as unknown as readonly {id: number}[];
}

/** The result as it was at the time of a commit can be asked for. */
async function expectPast(client: SseClient): Promise<void> {
  const {transaction} = client.messages().findLast(({queryId}) => queryId === 'high');
  const micros = String(transaction.commitTime % 1000).padStart(3, '0');
  const at = new Date(transaction.commitTime / 1000).toISOString().replace('Z', `${micros}Z`);
  const response = await fetch(new URL(`/api/v1/queries/high/results?at=${at}`, url));
  expect([response.status, at]).toEqual([200, at]);
}

/** The newest row. */
let id = 0;

/** A row that comes now is told now, acknowledged, and held for as long as it was asked to be. */
async function expectAlive(streams: readonly SseClient[], heart: SseClient): Promise<void> {
  id += 1;
  const told = (queryId: string): boolean => rowsOf(streams, queryId).some((row) => row.id === id);
  const begunMs = performance.now();
  await ask(server, `INSERT INTO a VALUES (${id}, 90, 1)`);
  await until(() => told('high'), {limitMs: LIMIT_MS, what: `row ${id} to be told`});
  await until(() => told('held'), {limitMs: LIMIT_MS, what: `row ${id} to have been held`});
  expect(performance.now() - begunMs).toBeGreaterThanOrEqual(HELD_MS);
  await acknowledged(server, LIMIT_MS);
  await expectPast(streams.at(-1)!);
  const beaten = heart.comments.length;
  await until(() => heart.comments.length >= beaten + 3, {limitMs: LIMIT_MS, what: 'heartbeats'});
  const client = streams.at(-1)!;
  expect([client.ended, heart.ended, client.named('reset')]).toEqual([false, false, []]);
}

const SHIFTS: [how: string, shiftMs: number][] = [
  ['a day ahead', DAY_MS],
  ['back to what it was', 0],
  ['a day back', -DAY_MS],
  ['ten years ahead', 3652 * DAY_MS],
];

test('a clock that is set while the service runs changes nothing but the times that it says', async () => {
  const client = await sseClient(`${url}?snapshot=true&coalesce=false`);
  const heart = await sseClient(beats);
  try {
    await expectAlive([client], heart);
    for (const [, shiftMs] of SHIFTS) {
      await setClock(shiftMs);
      await expectClock(shiftMs);
      await expectAlive([client], heart);
    }
  } finally {
    client.close();
    heart.close();
    await setClock(0);
  }
}, 60_000);

test.each(SHIFTS)(
  'a clock that is %s after a restart keeps the log for who comes back',
  async (_how, shiftMs) => {
    const before = await sseClient(`${url}?snapshot=true&coalesce=false`);
    const first = await sseClient(beats);
    await expectAlive([before], first);
    before.close();
    first.close();
    await killed(service);
    await ask(server, `INSERT INTO a VALUES (${++id}, 95, 2)`);
    await setClock(shiftMs);
    service = await start();
    await expectClock(shiftMs);
    const after = await sseClient(`${url}?coalesce=false`, {'Last-Event-ID': before.lastId!});
    const heart = await sseClient(beats);
    try {
      await after.until(() => rowsOf([before, after], 'high').some((row) => row.id === id));
      const last = (before.messages() as Message[]).at(-1)!.sequence;
      expect((after.messages() as Message[])[0]!.sequence).toBe(last + 1);
      await expectAlive([before, after], heart);
    } finally {
      after.close();
      heart.close();
    }
  },
  60_000,
);
