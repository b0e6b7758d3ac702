import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {queryYaml, testService} from '../support/service.ts';
import {until} from '../support/until.ts';

const ROWS = 20_000;
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('with a server that streams and waits for one second', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({logical_decoding_work_mem: '64kB', wal_sender_timeout: '1s'});
  });
  afterAll(() => server?.dispose());

  test('of a transaction that waits in a file nobody sees a part, and nothing is left of it', async () => {
    const path = mkdtempSync(join(tmpdir(), 'tailrace-huge-'));
    onTestFinished(() => rmSync(path, {recursive: true}));
    const service = await testService({
      database: await testDatabase({server}),
      sql: 'CREATE TABLE t (id int PRIMARY KEY, v int)',
      queries: queryYaml('counts', 'MATCH (t:t) RETURN count(t) AS n, sum(t.v) AS total'),
      source: ['tables: [t]'],
      limits: '{transactionMemoryBytes: 300000}',
      stateStore: {path},
    });
    onTestFinished(() => service.close());
    const seen = new Set<string>();
    const looked = async (): Promise<string> => {
      const text = JSON.stringify(await service.results('counts'));
      seen.add(text);
      return text;
    };
    const files = readdirSync(path).sort();
    const empty = await looked();
    const writer = await service.database.connect();
    const insert = `INSERT INTO t SELECT i, 1 FROM generate_series(1, ${ROWS}) AS i`;
    await writer.query(`BEGIN; ${insert}; ROLLBACK; BEGIN; ${insert}`);
    for (let look = 0; look < 20; look++) await looked();
    expect([...seen]).toEqual([empty]);
    await writer.query('COMMIT');
    await until(async () => (await looked()) !== empty, {limitMs: 20_000});
    expect([...seen]).toEqual([empty, JSON.stringify([{n: ROWS, total: ROWS}])]);
    const events = (await service.get('/api/v1/sources')) as {transactions: number}[];
    expect(events[0]?.transactions).toBe(1);
    expect(readdirSync(path).sort()).toEqual(files);
  });
});
