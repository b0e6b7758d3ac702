import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {silentLog} from '../../src/lib/log.ts';
import {floating, run, server} from '../support/floating-source.ts';
import {folded} from '../support/folded.ts';
import {testDatabase} from '../support/postgres.ts';
import type {ServerAddress} from '../support/postgres-server.ts';
import {queryYaml, type TestService, testService} from '../support/service.ts';
import {listen} from '../support/services-in-turn.ts';
import {until} from '../support/until.ts';

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

const SCHEMA = `
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE t (id int PRIMARY KEY, v numeric, feels mood, at timestamptz)`;
const ROWS = `
  INSERT INTO t SELECT i, i, 'sad', '2026-01-01' FROM generate_series(1, 50) AS i`;
/** The same rows as a dump would write them: in another order, in columns of other numbers. */
const RESTORED = `
  CREATE TABLE of_before (mood text);
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE t (gone int, id int PRIMARY KEY, v numeric, feels mood, at timestamptz);
  ALTER TABLE t DROP COLUMN gone;
  INSERT INTO t SELECT i, i, 'sad', '2026-01-01' FROM generate_series(50, 1, -1) AS i`;
const QUERIES =
  queryYaml('all', 'SELECT id, v, feels, at FROM t') +
  queryYaml('count', 'SELECT count(*) AS n FROM t');

/** As after pg_upgrade from before 17, or a dump that was restored: no slot, another system. */
describe.runIf(embedded)('a new server with the data of the old one', {timeout: 60_000}, () => {
  test('costs a service that ran on the net difference, and its client hears nothing else', async () => {
    const {start, replaced, change, warned} = await upgraded();
    const service = await start();
    const client = await listen(service);
    await client.until((one) => one.named('snapshot').length === 2);
    await replaced();
    await until(() => client.messageCount === 1, {limitMs: 20_000, what: () => warned.join('\n')});
    await change(service);
    await client.until((one) => one.messageCount === 2);
    expect([client.ended, client.named('reset')]).toEqual([false, []]);
    expectNetOnce(client.messages());
    const fold = folded(client.named('snapshot'), client.messages());
    expect(fold.rows('all').find(({id}) => id === 8)).toMatchObject({v: 80, feels: 'happy'});
    expect(warned.join('\n')).toMatch(
      /\[slot-lost\][\s\S]*The server, or the database, is another one than before/,
    );
    expect(warned.join('\n')).not.toContain('standby');
    client.close();
  });

  test('costs one that was stopped meanwhile the same, and its client goes on by its last id', async () => {
    const {start, stop, replaced, change, next} = await upgraded();
    const before = await listen(await start());
    await before.until((one) => one.named('snapshot').length === 2 && one.lastId !== undefined);
    before.close();
    await stop();
    await replaced();
    const service = await start(next);
    const client = await listen(service, before.lastId);
    await client.until((one) => one.messageCount === 1);
    await change(service);
    await client.until((one) => one.messageCount === 2);
    expect([client.named('reset'), client.named('snapshot')]).toEqual([[], []]);
    expectNetOnce(client.messages());
    client.close();
  });
});

/** What was written before we were back came as a comparison, the rest with the stream. */
function expectNetOnce(messages: readonly {readonly [field: string]: unknown}[]): void {
  expect(messages).toMatchObject([
    {queryId: 'all', added: [], deleted: [], transaction: {kind: 'resync'}},
    {queryId: 'all', added: [], deleted: [], transaction: {kind: 'stream'}},
  ]);
  expect(messages.map(({updated}) => (updated as unknown[]).length)).toEqual([1, 1]);
}

/** An old server with a service on it, and a new one that takes its place when told. */
async function upgraded() {
  const [old, next] = [await server(), await server()];
  const path = await mkdtemp(join(tmpdir(), 'tailrace-upgrade-'));
  const database = await testDatabase({server: old});
  const name = database.database;
  await database.query(`${SCHEMA};${ROWS}`);
  const wire = await floating(old);
  const warned: string[] = [];
  let running: TestService | undefined;
  const stop = async () => {
    await running?.stop();
    running = undefined;
  };
  onTestFinished(async () => {
    await stop();
    await rm(path, {recursive: true, force: true});
  });
  return {
    next,
    warned,
    stop,
    async start(at: ServerAddress = old) {
      running = await testService({
        sql: 'SELECT 1',
        queries: QUERIES,
        source: ['tables: [public.t]'],
        database: {...database, query: (sql) => run(at, sql, name)},
        stateStore: {path},
        through: async () => ({host: wire.host, port: wire.port}),
        log: {...silentLog, warn: (text) => void warned.push(text)},
      });
      return running;
    },
    async replaced() {
      await old.stop('fast');
      await run(next, `CREATE DATABASE ${name}`, 'postgres');
      await run(next, RESTORED, name);
      await run(next, 'UPDATE t SET v = 70 WHERE id = 7', name);
      wire.to(next);
    },
    change: (service: TestService) => changed(service, () => run(next, LATER, name)),
  };
}

const LATER = `UPDATE t SET v = 80, feels = 'happy' WHERE id = 8`;

async function changed(service: TestService, write: () => Promise<unknown>): Promise<void> {
  await until(async () => (await service.get('/api/v1/sources/db')).status === 'Running');
  await write();
}
