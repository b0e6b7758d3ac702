import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startServer} from '../test/support/postgres-server.ts';
import {until} from '../test/support/until.ts';
import {acknowledged, type BenchService, loadedService} from './support/service.ts';
import {connected, endOfLog, TUTORIAL_TABLES, tutorialConfig} from './support/tutorial.ts';
import {middle, say, verdict} from './support/verdict.ts';

/**
 * What does a large table cost when the service starts?
 *
 * 1. The first snapshot of 1,000,000 rows of five columns, with the three queries of the
 *    tutorial and the durable store, until their results are served. The floor is psql,
 *    which copies the same table to nowhere. Goal: within 4 times.
 * 2. A restart over that store. The floor is the first snapshot. Goal: within 0.3 times.
 * 3. A slot that was lost while 1,000 of the rows changed: until results are right and the
 *    net difference is stored and acknowledged. No goal; the floor is psql again.
 *
 * What loading the program takes is in none of them.
 *
 *   npx tsx bench/snapshot.ts [rows] [repeats]
 *   TAILRACE_PROFILE=folder: a profile of each start, in the order of their times
 */
const [rows = 1_000_000, repeats = 3] = process.argv.slice(2).map(Number);
const CHANGED = Math.min(1000, rows);
const SLOT = 'bench_snapshot';
const LIMIT_MS = 600_000;

const server = await startServer({fsync: 'off'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-snapshot-'));
const client = await connected(server);
await client.query(TUTORIAL_TABLES);
await client.query(
  `INSERT INTO metrics SELECT n, 'metric ' || n, n % 80, 'percent' FROM generate_series(1, ${rows}) n`,
);
await client.query('VACUUM ANALYZE metrics');

try {
  const runs = [];
  for (let i = 0; i < repeats; i++) runs.push(await run(join(folder, `store${i}`)));
  verdict({
    question: `first snapshot of ${rows} rows, times psql's copy`,
    figure: middle(runs.map(({first, floor}) => first / floor)),
    goal: {kind: 'at most', value: 4},
  });
  verdict({
    question: `restart with ${rows} rows, times the first snapshot`,
    figure: middle(runs.map(({again, first}) => again / first)),
    goal: {kind: 'at most', value: 0.3},
  });
  verdict({
    question: `net difference of ${rows} rows after a lost slot, times psql's copy`,
    figure: middle(runs.map(({lost, floor}) => lost / floor)),
  });
} finally {
  await client.end();
  await server.dispose();
  await rm(folder, {recursive: true, force: true});
}

async function run(store: string) {
  const floor = await copySeconds();
  const first = await started(store, rows);
  const again = await first.stop().then(() => started(store, rows));
  await again.stop();
  const lost = await lostSlotSeconds(store);
  const memory = `${Math.round(lost.memory / 1024 / 1024)} MB`;
  const figures = {floor, first: first.seconds, again: again.seconds, lost: lost.seconds};
  const [copy, one, two, three] = Object.values(figures).map(
    (seconds) => `${seconds.toFixed(2)} s`,
  );
  say(`copy ${copy}  first ${one}  restart ${two}  lost slot ${three}  (held: ${memory})`);
  return figures;
}

/** From the start to the answer that has all rows. */
async function started(store: string, count: number) {
  const start = await loadedService();
  const config = await tutorialConfig(server, {slot: SLOT, store});
  const begun = performance.now();
  const service = await start(config);
  await service.ready;
  const served = await countOf(service, 'current-metrics');
  const seconds = (performance.now() - begun) / 1000;
  if (served !== count) throw new Error(`${served} rows are served, there are ${count}`);
  return {...service, seconds};
}

/** The rows that changed come into one more result. All is as it was afterwards. */
async function lostSlotSeconds(store: string): Promise<{seconds: number; memory: number}> {
  await client.query(
    `UPDATE metrics SET name = 'cpu_usage', value = 99 WHERE id % ${rows / CHANGED} = 0`,
  );
  await client.query('SELECT pg_drop_replication_slot($1)', [SLOT]);
  const end = await endOfLog(client);
  const start = await loadedService();
  const config = await tutorialConfig(server, {slot: SLOT, store});
  const begun = performance.now();
  const service = await start(config);
  await until(async () => (await countOf(service, 'critical-metrics')) === CHANGED, {
    limitMs: LIMIT_MS,
    what: 'the net difference',
  });
  await acknowledged(service, {lsn: end, limitMs: LIMIT_MS});
  const seconds = (performance.now() - begun) / 1000;
  const {anonymous: memory} = await service.memory();
  await service.stop();
  await client.query(`UPDATE metrics SET name = 'metric ' || id, value = id % 80
    WHERE name = 'cpu_usage'`);
  await client.query('SELECT pg_drop_replication_slot($1)', [SLOT]);
  return {seconds, memory};
}

async function countOf(service: BenchService, query: string): Promise<number | undefined> {
  const data = await service.get<{count: number} | null>(
    `/api/v1/queries/${query}/results?limit=1`,
  );
  return data?.count;
}

async function copySeconds(): Promise<number> {
  const begun = performance.now();
  const child = spawn(
    'psql',
    [
      ...['-h', server.host, '-p', String(server.port), '-U', server.user, '-d', 'postgres'],
      ...['-X', '-q', '-c', String.raw`\copy metrics TO /dev/null`],
    ],
    {stdio: ['ignore', 'ignore', 'inherit'], env: {...process.env, PGPASSWORD: server.password}},
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`psql ended with ${code}`);
  return (performance.now() - begun) / 1000;
}
