import {tmpdir} from 'node:os';
import pg from 'pg';
import type {Transaction} from '../src/data/transaction.ts';
import {systemClock} from '../src/lib/clock.ts';
import {silentLog} from '../src/lib/log.ts';
import type {PostgresSourceOptions} from '../src/source/options.ts';
import {postgresSource} from '../src/source/postgres-source.ts';
import type {Source} from '../src/source/source.ts';
import {startServer} from '../test/support/postgres-server.ts';
import {until} from '../test/support/until.ts';

/**
 * What does it cost to lose the slot, and to lose the instance?
 *
 * Sources over an embedded Postgres and a table of a million rows. The slot is dropped by
 * its own limit while the consumer stands, then made again: until the net difference of a
 * thousand rows is told. Then a second instance waits, and the first one ends: until the
 * second streams. The floor is the first snapshot, measured in the same run.
 *
 *   npx tsx bench/slot-loss.ts [rows]
 *
 * Last, on two shared cores with a million rows: snapshot 3.0 s; slot dropped at once; net
 * difference told after 4.5 s, 1.5 of the floor with the wait of 0.5 s; takeover 1.0 s.
 */
const ROWS = Number(process.argv[2] ?? 1_000_000);
const LIMIT = 64 * 1024 * 1024;

const server = await startServer();
const writer = new pg.Client({...address(), database: 'postgres'});
await writer.connect();
await writer.query(`CREATE TABLE t (id int PRIMARY KEY, name text, value numeric(10,2));
  INSERT INTO t SELECT n, 'row ' || n, 0 FROM generate_series(1, ${ROWS}) AS n`);

const first = running(options());
const snapshotMs = await timed(() => streaming(first.source));

first.hold();
await writer.query('UPDATE t SET value = 1 WHERE id = 1');
await until(() => first.told.length === 2);
for (let i = 0; i < 6; i++) {
  await writer.query(`SELECT pg_logical_emit_message(true, 'bench', '')`);
  await writer.query('SELECT pg_switch_wal()');
}
const givenUpMs = await timed(() =>
  until(async () => (await writer.query('SELECT FROM pg_replication_slots')).rows.length === 0, {
    limitMs: 30_000,
  }),
);
await writer.query('UPDATE t SET value = 2 WHERE id <= 1000');
first.release();
const netMs = await timed(() =>
  until(() => first.told.length > 2 && first.told.at(-1)?.kind === 'resync', {limitMs: 120_000}),
);
const net = first.told.at(-1)?.changes.get('public.t')?.length;
await streaming(first.source);

const second = running(options());
await until(() => second.source.status().state.kind === 'waiting');
await first.stop();
const takeoverMs = await timed(() =>
  until(
    () =>
      second.source.status().state.kind !== 'waiting' && second.source.status().slot !== undefined,
    {limitMs: 60_000},
  ),
);
await streaming(second.source);

const line = (what: string, ms: number, more = ''): void =>
  void process.stdout.write(`${what.padEnd(52)} ${ms.toFixed(0).padStart(7)} ms  ${more}\n`);
line(`first snapshot of ${ROWS} rows (the floor)`, snapshotMs);
line('over the limit: slot dropped', givenUpMs, '(looked at every 200 ms)');
line(
  `slot lost: ${net} rows of difference told`,
  netMs,
  `${(netMs / snapshotMs).toFixed(2)} of the floor, with the wait of 500 ms`,
);
line('first instance ended: the second has the slot', takeoverMs, '(asks every 1000 ms)');

await second.stop();
await writer.end();
await server.dispose();

function address() {
  const {host, port, user, password} = server;
  return {host, port, user, password};
}

function options(): PostgresSourceOptions {
  const sessions = {database: 'postgres', sslMode: 'disable', sslCa: undefined} as const;
  return {
    id: 'bench',
    connect: {
      ...address(),
      ...sessions,
      connectTimeoutMs: 5000,
      silentMs: 60_000,
      applicationName: 'bench',
    },
    tables: ['t'],
    tableKeys: [],
    slotName: 'bench',
    publicationName: 'bench',
    retryFirstMs: 100,
    retryMaxMs: 500,
    slotWaitMs: 30_000,
    tableCheckMs: 10_000,
    slotCheckMs: 200,
    maxRetainedWalBytes: LIMIT,
    slotRetryMs: 1000,
    slotFailover: false,
    heartbeatMs: 0,
    verifyMs: 0,
    verifyRowsPerSecond: 1000,
    verifyChanges: 1000,
    limits: {
      transactions: 1000,
      changes: 100_000,
      transactionRows: 5_000_000,
      transactionMemoryBytes: 64 * 1024 * 1024,
      transactionSpillBytes: 1024 ** 3,
      spillFolder: tmpdir(),
    },
  };
}

function running(of: PostgresSourceOptions) {
  const world = {clock: systemClock(), random: Math.random, log: silentLog};
  const source = postgresSource(of, world);
  const stopping = new AbortController();
  const told: Transaction[] = [];
  let held: Promise<void> | undefined;
  let release = (): void => {};
  const over = source.run(
    {
      describe() {},
      async receive(next) {
        const transaction = next();
        if (!transaction) return false;
        told.push(transaction);
        await held;
        source.acknowledge(transaction.lsn);
        return true;
      },
      reach: (lsn) => source.acknowledge(lsn),
    },
    stopping.signal,
  );
  return {
    source,
    told,
    hold() {
      held = new Promise((resolve) => {
        release = resolve;
      });
    },
    release() {
      held = undefined;
      release();
    },
    async stop() {
      stopping.abort();
      await over;
    },
  };
}

async function streaming(source: Source): Promise<void> {
  await until(() => source.status().state.kind === 'streaming', {limitMs: 120_000});
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
