import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cp, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import pg from 'pg';
import {readConfig} from '../src/config/read.ts';
import {systemClock} from '../src/lib/clock.ts';
import {silentLog} from '../src/lib/log.ts';
import {startService} from '../src/pipeline.ts';
import {startServer} from '../test/support/postgres-server.ts';
import {until} from '../test/support/until.ts';
import {middle, say, verdict} from './support/verdict.ts';

/**
 * How fast does the service catch up, with the durable store on, compared with
 * `pg_recvlogical`, which reads the same changes from the same position and keeps nothing?
 *
 * The three queries of the tutorial over 10,000 readings, all updated by transactions of one
 * row, and then by transactions of a thousand. Each run has a copy of the slot and of the
 * store. Goal: 0.8 of its rate, 0.5 with large transactions.
 *
 * Seen on two quiet cores, 500,000 and 500 transactions: 0.33 to 0.38 of its rate for both
 * (33,000 transactions, 92,000 rows a second). It is our one thread that is busy: of its time
 * a quarter is garbage, a third the store (texts, the sync of the disk), a tenth the queries.
 * 13.7 kB are allocated for a transaction of one row: texts of events, small maps, closures.
 *
 *   npx tsx bench/drain.ts [transactions of one row] [transactions of 1,000 rows] [repeats]
 *   TAILRACE_PROFILE=1: one run of the service and no floor, to be looked at with --cpu-prof
 */
const [singles = 500_000, thousands = 500, repeats = 3] = process.argv.slice(2).map(Number);
const profiled = process.env.TAILRACE_PROFILE === '1';
const ROWS = 10_000;
const PG_RECVLOGICAL = '/usr/lib/postgresql/15/bin/pg_recvlogical';

const server = await startServer({fsync: 'off', max_replication_slots: '30'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-drain-'));
const client = new pg.Client({
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
  database: 'postgres',
});
await client.connect();
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
  const first = await started(`${name}_first`, store);
  await first.ready();
  await first.stop();
  const runs = Array.from({length: profiled ? 1 : repeats}, (_, i) => i);
  for (const i of runs) {
    await client.query(`SELECT pg_copy_logical_replication_slot('${name}_first', '${name}_s${i}')`);
    await client.query(`SELECT pg_copy_logical_replication_slot('${name}_first', '${name}_f${i}')`);
  }
  await client.query(`CALL work(${transactions}, ${size})`);
  const {rows} = await client.query('SELECT pg_current_wal_flush_lsn()::text AS lsn');
  const end = String(rows[0].lsn);
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
  const begun = performance.now();
  const service = await started(slot, store);
  await until(
    async () => {
      const answer = await fetch(`${service.addresses.api}/api/v1/sources`);
      const [source] = ((await answer.json()) as {data: {acknowledgedLsn: string | null}[]}).data;
      return lsn(source?.acknowledgedLsn ?? '0/0') >= lsn(end);
    },
    {limitMs: 300_000, what: 'the service to catch up'},
  );
  const seconds = (performance.now() - begun) / 1000;
  await service.stop();
  return seconds;
}

async function started(slot: string, store: string) {
  const text = (await readFile('config/server.yaml', 'utf8'))
    .replace('host: 0.0.0.0', 'host: 127.0.0.1')
    .replace(/port: 808\d/g, 'port: 0')
    .replace('tailrace_dashboard_slot', slot);
  const {config} = readConfig({
    text,
    file: 'config/server.yaml',
    env: {
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGUSER: server.user,
      PGPASSWORD: server.password,
      PGDATABASE: 'postgres',
      STATE_DIR: store,
    },
  });
  const reactions = config.reactions.filter(({kind}) => kind === 'sse');
  return startService(
    {...config, reactions},
    {
      clock: systemClock(),
      random: Math.random,
      pid: process.pid,
      log: silentLog,
      write() {},
      publicDir: 'public',
      fail: (error) => {
        throw error;
      },
    },
  );
}

function lsn(text: string): bigint {
  const [high, low] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
