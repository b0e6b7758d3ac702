import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startServer} from '../test/support/postgres-server.ts';
import {acknowledged, loadedService} from './support/service.ts';
import {connected, endOfLog, tutorialConfig} from './support/tutorial.ts';
import {middle, say, verdict} from './support/verdict.ts';

/**
 * How fast does the service catch up, with the durable store on, compared with
 * `pg_recvlogical`, which reads the same changes from the same position and keeps nothing?
 *
 * The three queries of the tutorial over 10,000 readings, all updated by transactions of one
 * row, and then by transactions of a thousand. Each run has a copy of the slot and of the
 * store. Goal: 0.8 of its rate, 0.5 with large transactions.
 *
 * Seen on two quiet cores, 500,000 and 500 transactions: 0.84 to 0.87 of its rate, and
 * 0.65 to 0.69 (docs/decisions/0016).
 *
 *   npx tsx bench/drain.ts [transactions of one row] [transactions of 1,000 rows] [repeats]
 *   TAILRACE_PROFILE=folder: one run and no floor; each process leaves a profile there
 */
const [singles = 500_000, thousands = 500, repeats = 3] = process.argv.slice(2).map(Number);
const profiled = process.env.TAILRACE_PROFILE !== undefined;
const ROWS = 10_000;
const PG_RECVLOGICAL = '/usr/lib/postgresql/15/bin/pg_recvlogical';

const server = await startServer({fsync: 'off', max_replication_slots: '30'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-drain-'));
const client = await connected(server);
await client.query(`
  CREATE TABLE metrics (id int PRIMARY KEY, name text, value numeric(10,2), unit text,
    updated_at timestamptz DEFAULT now());
  CREATE TABLE alerts (id int PRIMARY KEY, metric_name text, threshold numeric(10,2),
    severity text, message text, acknowledged bool, created_at timestamptz DEFAULT now());
  INSERT INTO metrics SELECT n, 'metric ' || n, n % 100, 'percent' FROM generate_series(1, ${ROWS}) n;
  INSERT INTO alerts SELECT n, 'metric ' || n, 80, 'critical', 'high', false, now()
    FROM generate_series(1, 100) n;
  CREATE PROCEDURE work(transactions int, size int) LANGUAGE plpgsql AS $$
    BEGIN
      FOR i IN 1..transactions LOOP
        UPDATE metrics SET value = (i + id) % 101, updated_at = clock_timestamp()
          WHERE id > (i::bigint * size) % ${ROWS} AND id <= (i::bigint * size) % ${ROWS} + size;
        COMMIT;
      END LOOP;
    END $$`);
await client.query('SET synchronous_commit = off');

await drained('single', singles, 1);
await drained('thousand', thousands, 1000);
await client.end();
await server.dispose();
await rm(folder, {recursive: true});

async function drained(name: string, transactions: number, size: number): Promise<void> {
  if (transactions === 0) return;
  const store = join(folder, name);
  const start = await loadedService();
  const first = await start(await tutorialConfig(server, {slot: `${name}_first`, store}));
  await first.ready;
  await first.stop();
  const runs = Array.from({length: profiled ? 1 : repeats}, (_, i) => i);
  for (const i of runs) {
    await client.query(`SELECT pg_copy_logical_replication_slot('${name}_first', '${name}_s${i}')`);
    await client.query(`SELECT pg_copy_logical_replication_slot('${name}_first', '${name}_f${i}')`);
  }
  await client.query(`CALL work(${transactions}, ${size})`);
  const end = await endOfLog(client);
  const ratios: number[] = [];
  for (const i of runs) {
    const floor = profiled ? 1 : await floorSeconds(`${name}_f${i}`, end);
    await cp(store, `${store}${i}`, {recursive: true});
    const ours = await serviceSeconds(`${name}_s${i}`, `${store}${i}`, end);
    ratios.push(floor / ours);
    const rate = (seconds: number): string =>
      Math.round((transactions * size) / seconds).toLocaleString();
    say(
      `${transactions} x ${size} rows: pg_recvlogical ${floor.toFixed(2)} s (${rate(floor)} rows/s), ` +
        `tailrace ${ours.toFixed(2)} s (${rate(ours)} rows/s): ${(floor / ours).toFixed(2)} of its rate`,
    );
  }
  verdict({
    question: `drain of ${transactions} x ${size} rows, part of pg_recvlogical's rate`,
    figure: middle(ratios),
    goal: {kind: 'at least', value: size === 1 ? 0.8 : 0.5},
  });
  await client.query(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots`);
}

async function floorSeconds(slot: string, end: string): Promise<number> {
  const begun = performance.now();
  const child = spawn(
    PG_RECVLOGICAL,
    [
      ...['-h', server.host, '-p', String(server.port), '-U', server.user, '-d', 'postgres'],
      ...['--slot', slot, '--start', '--endpos', end, '-f', '/dev/null', '--no-loop'],
      ...['-o', 'proto_version=1', '-o', 'publication_names=tailrace_publication'],
    ],
    {stdio: ['ignore', 'ignore', 'inherit'], env: {...process.env, PGPASSWORD: server.password}},
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`pg_recvlogical ended with ${code}`);
  return (performance.now() - begun) / 1000;
}

async function serviceSeconds(slot: string, store: string, end: string): Promise<number> {
  const start = await loadedService();
  const config = await tutorialConfig(server, {slot, store});
  const begun = performance.now();
  const service = await start(config);
  await acknowledged(service, {lsn: end, limitMs: 300_000, everyMs: 20});
  const seconds = (performance.now() - begun) / 1000;
  const cpu = threadSeconds(service.pid);
  if (cpu !== undefined) say(`  ${cpu.toFixed(2)} s of the service's thread, with its start`);
  await service.stop();
  return seconds;
}

/** What the thread that does the work has used; only Linux tells. */
function threadSeconds(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}
