import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startServer} from '../test/support/postgres-server.ts';
import {until} from '../test/support/until.ts';
import {type Watcher, watcher} from './support/latency.ts';
import {loadedService} from './support/service.ts';
import {connected, TUTORIAL_TABLES, tutorialConfig} from './support/tutorial.ts';
import {middle, part, say, verdict} from './support/verdict.ts';

/**
 * How long is it from a commit to the event at a client?
 *
 * The three queries of the tutorial, 1,000 updates of one row a second, one client on the
 * stream. Service, client and floor are processes of their own. The floor is a bare
 * replication client that prints the same log. The commit is what Postgres says it is: its
 * time in the log, before the log is synced. Goal: p50 within 1.5 times, p99 within 2.
 * What the service adds is the middle of the differences, transaction by transaction. Last, a
 * script that syncs what it prints stands where the service did: what no durable one is under.
 *
 *   npx tsx bench/latency.ts [updates a second] [updates] [repeats]
 */
const [perSecond = 1000, updates = 10_000, repeats = 3] = process.argv.slice(2).map(Number);
const ROWS = 1000;
const PUBLICATION = 'tailrace_publication';
const WARM_UP = Math.min(2 * perSecond, updates);

const server = await startServer({fsync: 'on'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-latency-'));
const writer = await connected(server);
await writer.query(`${TUTORIAL_TABLES}
  INSERT INTO metrics SELECT n, 'metric ' || n, 0, 'x' FROM generate_series(1, ${ROWS}) AS n;
  CREATE PROCEDURE paced(updates int, per_second float) LANGUAGE plpgsql AS $$
    DECLARE begun timestamptz := clock_timestamp(); ahead float;
    BEGIN
      FOR i IN 1..updates LOOP
        UPDATE metrics SET value = value + 1 WHERE id = 1 + i % ${ROWS};
        COMMIT;
        ahead := i / per_second - extract(epoch FROM clock_timestamp() - begun);
        IF ahead > 0 THEN PERFORM pg_sleep(ahead); END IF;
      END LOOP;
    END $$`);

try {
  await measured('durable', join(folder, 'store'));
  await measured('in memory', undefined);
  await leastDurable();
} finally {
  await writer.end();
  await server.dispose();
  await rm(folder, {recursive: true, force: true});
}

async function measured(name: string, store: string | undefined): Promise<void> {
  const slot = `bench_${store === undefined ? 'memory' : 'durable'}`;
  const start = await loadedService();
  const service = await start(await tutorialConfig(server, {slot, store}));
  await service.ready;
  const url = `${service.api}/api/v1/events?queries=current-metrics`;
  const runs = await runsOf(name, () => watcher({kind: 'stream', url}));
  for (const [share, most] of [
    [0.5, 1.5],
    [0.99, 2],
  ] as const) {
    verdict({
      question: `commit to client, ${name}, p${share * 100}, times the floor's`,
      figure: middle(runs.map(({ours, floor}) => part(ours, share) / part(floor, share))),
      goal: {kind: 'at most', value: most},
    });
  }
  await service.stop();
}

/** No service: a second floor, which syncs what it prints. Nothing durable is sooner. */
async function leastDurable(): Promise<void> {
  const slot = 'bench_synced';
  const file = join(folder, 'synced');
  const runs = await runsOf('least that is durable', async () => {
    await makeSlot(slot);
    const own = await watcher({kind: 'wal', server, slot, publication: PUBLICATION, file});
    return {heard: own.heard, close: () => own.close().then(() => dropSlot(slot))};
  });
  verdict({
    question: "commit to a script that syncs, p50, times the floor's",
    figure: middle(runs.map(({ours, floor}) => part(ours, 0.5) / part(floor, 0.5))),
  });
}

interface Run {
  /** Milliseconds, transaction by transaction. */
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}

/** The floor and another one hear of the same commits; the first run is for warming up. */
async function runsOf(name: string, other: () => Promise<Watcher>): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let i = 0; i <= repeats; i++) runs.push(await run(i === 0 ? WARM_UP : updates));
  return runs.slice(1);

  async function run(count: number): Promise<Run> {
    const slot = 'bench_floor';
    await makeSlot(slot);
    const floorOf = await watcher({kind: 'wal', server, slot, publication: PUBLICATION});
    const client = await other();
    await writer.query(`CALL paced(${count}, ${perSecond})`);
    const [theirs, its] = [await floorOf.heard(count), await client.heard(count)];
    await Promise.all([floorOf.close(), client.close()]);
    await dropSlot(slot);
    const both = [...its.keys()].filter((xid) => theirs.has(xid));
    const ms = (of: ReadonlyMap<number, number>) => both.map((xid) => of.get(xid)! / 1000);
    const [ours, floor] = [ms(its), ms(theirs)];
    const added = middle(ours.map((one, i) => one - floor[i]!));
    say(
      `${name}: ${shown(ours)}  floor ${shown(floor)}  added ${added.toFixed(2)} ms` +
        `  (${both.length} commits)`,
    );
    return {ours, floor};
  }
}

async function makeSlot(slot: string): Promise<void> {
  await writer.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
}

/** Once the server has noticed that nobody reads it any more. */
async function dropSlot(slot: string): Promise<void> {
  await until(async () => {
    const {rowCount} = await writer.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
       WHERE slot_name = $1 AND NOT active`,
      [slot],
    );
    return rowCount === 1;
  });
}

function shown(times: readonly number[]): string {
  const at = (share: number): string => part(times, share).toFixed(2);
  return `p50 ${at(0.5)} ms p99 ${at(0.99)} ms max ${at(1)} ms`;
}
