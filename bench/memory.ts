import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startServer} from '../test/support/postgres-server.ts';
import {loadedService} from './support/service.ts';
import {connected, TUTORIAL_TABLES, tutorialConfig} from './support/tutorial.ts';
import {say, verdict} from './support/verdict.ts';

/**
 * What does a row cost in memory?
 *
 * The tutorial's service, with the durable store, over a table of five columns (a number, a
 * text of its own, a numeric and a text that many rows share, a time): what the process
 * holds more with all rows than with none, after a collection of garbage, for each row. The
 * tutorial's first query shows the table's rows as they are; one more shows a column and a
 * value that is computed.
 *
 *   npx tsx bench/memory.ts [rows]
 */
const [rows = 1_000_000] = process.argv.slice(2).map(Number);
const COMPUTED = `
  - id: computed
    autoStart: true
    query: SELECT id, value * 2 AS twice FROM metrics
    sources: [{sourceId: operations}]
`;

const server = await startServer({fsync: 'off'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-memory-'));
const client = await connected(server);
await client.query(TUTORIAL_TABLES);

try {
  const empty = await held('empty', '');
  await client.query(`INSERT INTO metrics
    SELECT n, 'metric ' || n, n % 80, 'percent' FROM generate_series(1, ${rows}) n`);
  const first = await held('first', '');
  const again = await held('first', '');
  const computed = await held('computed', COMPUTED);
  tell('a row and its place in a result that shows it whole', first - empty, 300);
  tell('the same after a restart', again - empty, 300);
  tell('its place in a result that computes two columns', computed - first, 300);
} finally {
  await client.end();
  await server.dispose();
  await rm(folder, {recursive: true, force: true});
}

function tell(what: string, bytes: number, most: number): void {
  verdict({
    question: `bytes of heap for ${what}`,
    figure: bytes / rows,
    goal: {kind: 'at most', value: most},
  });
}

/** Bytes of the heap of a service with that store, once it has its results. */
async function held(name: string, queries: string): Promise<number> {
  const slot = `bench_memory_${name}`;
  const start = await loadedService();
  const service = await start(
    await tutorialConfig(server, {slot, store: join(folder, name), queries}),
  );
  await service.ready;
  const {heapUsed, rss} = await service.memory();
  say(`${name}: heap ${inMb(heapUsed)}, resident ${inMb(rss)}`);
  await service.stop();
  return heapUsed;
}

function inMb(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
