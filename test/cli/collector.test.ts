import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {collect} from '../../src/cli/collector.ts';
import {HOLD_MS} from '../../src/cli/readings.ts';
import type {Clock} from '../../src/lib/clock.ts';
import type {Log} from '../../src/lib/log.ts';
import {openFolder} from '../support/demo-place.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {until} from '../support/until.ts';

const INIT = resolve(import.meta.dirname, '../../sql/init.sql');

/** A clock that stands still until it is told to go on; waits end when their time has come. */
function steppedClock(): Clock & {pass(ms: number): void; readonly waiting: number} {
  let nowMs = 0;
  let waits: {untilMs: number; end: () => void}[] = [];
  return {
    nowMs: () => nowMs,
    steadyMs: () => nowMs,
    wait: (ms, signal) =>
      new Promise((end, fail) => {
        waits.push({untilMs: nowMs + ms, end});
        signal.addEventListener('abort', () => fail(signal.reason), {once: true});
      }),
    pass(ms) {
      nowMs += ms;
      const due = waits.filter((wait) => wait.untilMs <= nowMs);
      waits = waits.filter((wait) => wait.untilMs > nowMs);
      for (const {end} of due) end();
    },
    get waiting() {
      return waits.length;
    },
  };
}

/** A collector on a database of its own, and on a machine whose memory the test sets. */
async function collecting(): Promise<{
  database: TestDatabase;
  /** Sets the memory in use, lets time pass, and waits until the reading is over. */
  reading(memoryPercent: number, afterMs?: number): Promise<void>;
  value(name: string): Promise<string | undefined>;
  /** Which of them are alerted of: the processor and the disk are the machine's own, and may be full. */
  alerts(names?: readonly string[]): Promise<string[]>;
  warnings: string[];
}> {
  const proc = await openFolder();
  await mkdir(join(proc, 'net'));
  const database = await testDatabase();
  onTestFinished(() => database.drop({graceMs: 2000}));
  await database.query(await readFile(INIT, 'utf8'));

  const clock = steppedClock();
  const warnings: string[] = [];
  const log: Log = {error() {}, warn: (text) => warnings.push(text), info() {}, debug() {}};
  const stop = new AbortController();
  const places = {proc, folder: proc};
  await writeMemory(proc, 50);
  const running = collect({connect: database.connect, places, clock, log}, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  return {
    database,
    warnings,
    async reading(memoryPercent, afterMs = 1000) {
      await until(() => clock.waiting > 0, {what: 'the collector to wait'});
      await writeMemory(proc, memoryPercent);
      clock.pass(afterMs);
      await until(() => clock.waiting > 0, {what: 'the reading to end'});
    },
    async value(name) {
      const [row] = await database.query('SELECT value FROM metrics WHERE name = $1', [name]);
      return row?.value as string | undefined;
    },
    async alerts(names = ['memory_usage']) {
      const rows = await database.query(
        "SELECT metric_name FROM alerts WHERE severity = 'critical' AND metric_name = ANY ($1)",
        [names],
      );
      return rows.map((row) => String(row.metric_name));
    },
  };
}

const writeMemory = (proc: string, percent: number) =>
  writeFile(
    join(proc, 'meminfo'),
    `MemTotal: 10000 kB\nMemAvailable: ${Math.round(10_000 - percent * 100)} kB\n`,
  );

test('a reading goes into the table, and load has a row of its own', async () => {
  const {reading, value} = await collecting();
  await reading(62.5);
  expect(await value('memory_usage')).toBe('62.50');
  expect(await value('load_average')).toMatch(/^\d+\.\d\d$/);
});

test('what the machine does not tell keeps its first row', async () => {
  const {reading, value} = await collecting();
  await reading(62.5);
  expect(await value('request_rate')).toBe('1250.00');
  expect(await value('active_connections')).toBe('42.00');
});

test('a value set by hand stays to be seen, then the machine has its word again', async () => {
  const {database, reading, value} = await collecting();
  await reading(50);
  await database.query("UPDATE metrics SET value = 77 WHERE name = 'memory_usage'");
  await reading(51);
  await reading(52);
  expect(await value('memory_usage')).toBe('77.00');
  await reading(53, HOLD_MS);
  expect(await value('memory_usage')).toBe('53.00');
});

test('an alert answers to the table, by whose hand ever, and clears by itself', async () => {
  const {database, reading, alerts} = await collecting();
  const both = ['disk_usage', 'memory_usage'];
  await reading(50);
  await database.query("UPDATE metrics SET value = 95 WHERE name = 'disk_usage'");
  await reading(86);
  expect((await alerts(both)).sort()).toEqual(both);
  await reading(60);
  await reading(60, 5000);
  expect(await alerts(both)).toEqual(['disk_usage']);
});

test('an alert that a user removed is not raised again while it stands', async () => {
  const {database, reading, alerts} = await collecting();
  await reading(90);
  expect(await alerts()).toEqual(['memory_usage']);
  await database.query('DELETE FROM alerts');
  await reading(91);
  expect(await alerts()).toEqual([]);
});

test('a row that is gone stays gone', async () => {
  const {database, reading, value} = await collecting();
  await reading(50);
  await database.query('TRUNCATE metrics');
  await reading(51);
  expect(await value('memory_usage')).toBeUndefined();
});

test('a table that is away is told once, and readings go on when it is back', async () => {
  const {database, reading, value, warnings} = await collecting();
  await reading(50);
  await database.query('ALTER TABLE metrics RENAME TO away');
  await reading(51);
  await reading(52);
  await reading(53);
  expect(warnings).toEqual(['the collector could not write; it tries on']);
  await database.query('ALTER TABLE away RENAME TO metrics');
  await reading(54);
  await reading(55);
  expect(await value('memory_usage')).toBe('55.00');
});
