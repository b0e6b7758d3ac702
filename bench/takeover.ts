import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startServer} from '../test/support/postgres-server.ts';
import {until} from '../test/support/until.ts';
import {type BenchService, loadedService} from './support/service.ts';
import {connected, TUTORIAL_TABLES, tutorialConfig} from './support/tutorial.ts';
import {middle, part, say, verdict} from './support/verdict.ts';

/**
 * How long is nobody there when one of two services on a slot is killed?
 *
 * Both have a durable store of their own; the first streams, the second waits. After
 * `kill -9` of the first: until the second has a change in its results that was committed
 * after the kill. The floor is when Postgres says that nobody reads the slot any more. The
 * one that was killed is started again, and waits; the next round kills the other.
 * Goal: seconds. The default of `slotRetryMs` is one second.
 *
 *   npx tsx bench/takeover.ts [rows] [rounds]
 */
const [rows = 10_000, rounds = 5] = process.argv.slice(2).map(Number);
const SLOT = 'bench_takeover';
const GOAL_SECONDS = 5;
const LIMIT_MS = 120_000;

const server = await startServer({fsync: 'off'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-takeover-'));
const client = await connected(server);
try {
  await client.query(`${TUTORIAL_TABLES}
    INSERT INTO metrics SELECT n, 'metric ' || n, 0, 'x' FROM generate_series(1, ${rows}) AS n`);
  // Each has had the slot before, and so has rows to serve while it waits.
  await (await started('b')).stop();
  let active = await started('a');
  let waiting = await started('b');
  const times: {floor: number; ours: number}[] = [];
  for (let round = 1; round <= rounds; round++) {
    await status(active, 'Running');
    await status(waiting, 'Error');
    times.push(await killed(active, {waiting, round}));
    const next = await started(active.store);
    [active, waiting] = [waiting, next];
  }
  verdict({
    question: `takeover after kill -9, ${rows} rows, middle of ${rounds}`,
    figure: middle(times.map(({ours}) => ours)),
    unit: 's',
    goal: {kind: 'at most', value: GOAL_SECONDS},
  });
  verdict({
    question: 'takeover after kill -9, the slowest',
    figure: part(
      times.map(({ours}) => ours),
      1,
    ),
    unit: 's',
    goal: {kind: 'at most', value: GOAL_SECONDS},
  });
  for (const one of [active, waiting]) await one.stop();
} finally {
  await client.end();
  await server.dispose();
  await rm(folder, {recursive: true, force: true});
}

/** Resolves once it has results, be it of its store. */
async function started(store: string): Promise<BenchService & {readonly store: string}> {
  const start = await loadedService();
  const config = await tutorialConfig(server, {slot: SLOT, store: join(folder, store)});
  const service = {...(await start(config)), store};
  await service.ready;
  return service;
}

async function statusOf(service: BenchService): Promise<string | undefined> {
  const [source] = await service.get<{status: string}[]>('/api/v1/sources');
  return source?.status;
}

async function status(service: BenchService, wanted: string): Promise<void> {
  await until(async () => (await statusOf(service)) === wanted, {
    limitMs: LIMIT_MS,
    what: `a service to be ${wanted}`,
  });
}

async function killed(
  first: BenchService,
  {waiting, round}: {readonly waiting: BenchService; readonly round: number},
): Promise<{floor: number; ours: number}> {
  const own = await reader();
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  await first.kill();
  await client.query('UPDATE metrics SET value = $1 WHERE id = 1', [round]);
  const slotIsFree = until(async () => (await reader()) !== own, {
    limitMs: LIMIT_MS,
    what: 'the slot to be free',
  }).then(seconds);
  const changeIsThere = until(
    async () => {
      const data = await waiting.get<{results: {value: number}[]} | null>(
        '/api/v1/queries/current-metrics/results?limit=1',
      );
      return data?.results[0]?.value === round;
    },
    {limitMs: LIMIT_MS, what: 'the change at the second'},
  ).then(seconds);
  const [floor, ours] = await Promise.all([slotIsFree, changeIsThere]);
  say(`slot free after ${floor.toFixed(2)} s, change served after ${ours.toFixed(2)} s`);
  return {floor, ours};
}

/** Who reads the slot, as Postgres knows it; null: nobody. */
async function reader(): Promise<number | null> {
  const {rows: found} = await client.query(
    'SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1',
    [SLOT],
  );
  return found[0]?.active_pid ?? null;
}
