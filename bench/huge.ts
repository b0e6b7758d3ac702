import {fork} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type IntervalHistogram, monitorEventLoopDelay} from 'node:perf_hooks';
import pg from 'pg';
import {readConfig} from '../src/config/read.ts';
import {systemClock} from '../src/lib/clock.ts';
import {silentLog} from '../src/lib/log.ts';
import {startService} from '../src/pipeline.ts';
import {startServer} from '../test/support/postgres-server.ts';
import {until} from '../test/support/until.ts';

/**
 * What does one transaction of a million rows cost the service, with the durable store on:
 * how much memory at its peak, how long until it is acknowledged, how long the longest
 * turn in which nobody else is served?
 *
 * The service runs in a process of its own, with the three queries of the tutorial over a
 * table of a million rows. `seen`: all three look at what changes; `unseen`: another column
 * does, which one of them shows; `other`: rows of a table that is not published; `undone`: the
 * first, rolled back.
 *
 *   npx tsx bench/huge.ts [rows] [seen,unseen,other,undone]
 *   TAILRACE_PROFILE=1: the service leaves a CPU profile in the folder it was started in
 */
const ROWS = Number(process.argv[2] ?? 1_000_000);
const CASES = {
  seen: 'UPDATE metrics SET value = 101 - value % 7 WHERE id <= $1',
  unseen: `UPDATE metrics SET unit = 'permille' WHERE id <= $1`,
  other: 'UPDATE others SET v = v + 1 WHERE id <= $1',
  undone: 'UPDATE metrics SET value = 101 - value % 7 WHERE id <= $1',
};
type Case = keyof typeof CASES;

interface Measured {
  readonly rssMb: number;
  readonly heapMb: number;
  readonly peakMb: number;
  readonly turnMs: number;
  /** CPU time since the beginning. */
  readonly cpuMs: number;
}

async function parent(): Promise<void> {
  const cases = (process.argv[3] ?? 'seen,unseen,other,undone').split(',') as Case[];
  const server = await startServer({fsync: 'off', max_wal_size: '4GB'});
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-huge-'));
  const {host, port, user, password} = server;
  const client = new pg.Client({host, port, user, password, database: 'postgres'});
  await client.connect();
  await client.query(SETUP);
  for (const one of cases) {
    const env = {
      ...{PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password},
      ...{PGDATABASE: 'postgres', STATE_DIR: join(folder, one)},
    };
    await measured(client, one, env);
    await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    await client.query('UPDATE metrics SET value = 1, unit = $1', ['percent']);
  }
  await client.end();
  await server.dispose();
  await rm(folder, {recursive: true});
}

const SETUP = `
  CREATE TABLE metrics (id int PRIMARY KEY, name text, value numeric(10,2), unit text,
    updated_at timestamptz DEFAULT now());
  CREATE TABLE alerts (id int PRIMARY KEY, metric_name text, threshold numeric(10,2),
    severity text, message text, acknowledged bool, created_at timestamptz DEFAULT now());
  CREATE TABLE others (id int PRIMARY KEY, v int);
  INSERT INTO metrics SELECT n, 'metric ' || n, 1, 'percent' FROM generate_series(1, ${ROWS}) n;
  INSERT INTO others SELECT n, 0 FROM generate_series(1, ${ROWS}) n;`;

async function measured(client: pg.Client, one: Case, env: NodeJS.ProcessEnv): Promise<void> {
  const profiling = process.env.TAILRACE_PROFILE === '1' ? ['--cpu-prof'] : [];
  const execArgv = [...process.execArgv, ...profiling];
  const service = fork(import.meta.filename, {env: {...process.env, ...env}, execArgv});
  const [ready] = (await once(service, 'message')) as [{api: string}];
  const before = await asked(service, 'begin');
  const begun = performance.now();
  await client.query('BEGIN');
  await client.query(CASES[one], [ROWS]);
  const written = performance.now();
  await client.query(one === 'undone' ? 'ROLLBACK' : 'COMMIT');
  const {rows} = await client.query('SELECT pg_current_wal_flush_lsn()::text AS lsn');
  const committed = performance.now();
  await until(async () => lsn(await acknowledged(ready.api)) >= lsn(String(rows[0].lsn)), {
    limitMs: 300_000,
    what: 'the service to catch up',
  });
  const done = performance.now();
  const after = await asked(service, 'end');
  process.stdout.write(
    `${one.padEnd(7)} ${ROWS.toLocaleString()} rows: written in ${seconds(written - begun)}, ` +
      `taken ${seconds(done - committed)} after the commit, longest turn ${seconds(after.turnMs)}, CPU ${seconds(after.cpuMs - before.cpuMs)}; ` +
      `RSS before ${before.rssMb} MB, peak ${after.peakMb} MB (+${after.peakMb - before.rssMb}), ` +
      `after ${after.rssMb} MB; heap before ${before.heapMb} MB, after ${after.heapMb} MB\n`,
  );
  service.send('stop');
  await once(service, 'exit');
}

async function asked(service: ReturnType<typeof fork>, what: string): Promise<Measured> {
  service.send(what);
  const [answer] = (await once(service, 'message')) as [Measured];
  return answer;
}

/** What it has acknowledged; a connection may have been given up during a long turn. */
async function acknowledged(api: string): Promise<string> {
  const answer = await fetch(`${api}/api/v1/sources`).catch(() => undefined);
  if (!answer) return '0/0';
  const {data} = (await answer.json()) as {data: {acknowledgedLsn: string | null}[]};
  return data[0]?.acknowledgedLsn ?? '0/0';
}

/** The service, in a process that tells what it takes. */
async function child(): Promise<void> {
  const text = (await readFile('config/server.yaml', 'utf8'))
    .replace('host: 0.0.0.0', 'host: 127.0.0.1')
    .replace(/port: 808\d/g, 'port: 0');
  const {config} = readConfig({text, file: 'config/server.yaml', env: process.env});
  const service = await startService(
    {...config, reactions: config.reactions.filter(({kind}) => kind === 'sse')},
    {
      ...{clock: systemClock(), random: Math.random, pid: process.pid, log: silentLog},
      write() {},
      publicDir: 'public',
      fail: (error) => {
        throw error;
      },
    },
  );
  await service.ready();
  const delay = monitorEventLoopDelay({resolution: 5});
  process.on('message', (what) => {
    if (what === 'stop') return void service.stop().then(() => process.exit());
    if (what === 'begin') begin(delay);
    void told(delay.max / 1e6).then((measured) => process.send?.(measured));
  });
  process.send?.({api: service.addresses.api});
}

function begin(delay: IntervalHistogram): void {
  delay.enable();
  // The peak is counted from here: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
  writeFileSync('/proc/self/clear_refs', '5');
}

async function told(turnMs: number): Promise<Measured> {
  const status = await readFile('/proc/self/status', 'utf8');
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
  const {rss, heapUsed} = process.memoryUsage();
  const {user, system} = process.cpuUsage();
  const mb = (bytes: number): number => Math.round(bytes / 2 ** 20);
  return {
    rssMb: mb(rss),
    heapMb: mb(heapUsed),
    peakMb: mb(peakKb * 1024),
    turnMs,
    cpuMs: (user + system) / 1000,
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function lsn(text: string): bigint {
  const [high, low] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

if (process.send) await child();
else await parent();
