import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {testDatabase} from '../support/postgres.ts';
import {startServer, type TestServer} from '../support/postgres-server.ts';
import {queryYaml, type TestService, testService} from '../support/service.ts';
import {endOfLog, slotConfirmed} from '../support/slot-confirmed.ts';
import {until} from '../support/until.ts';

const ROWS = 300_000;
const TIMEOUT_MS = 1000;
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

const QUERIES = [
  queryYaml('all', 'SELECT id, v, name FROM t'),
  queryYaml('low', 'SELECT id, v FROM t WHERE v < 500'),
  queryYaml('groups', 'SELECT v, count(*) AS n, max(id) AS newest FROM t GROUP BY v'),
  queryYaml('joined', 'SELECT t.id AS id, g.name AS name FROM t JOIN g ON g.id = t.v'),
].join('');

describe.runIf(embedded)('with a wal_sender_timeout of one second', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({wal_sender_timeout: `${TIMEOUT_MS}ms`, synchronous_commit: 'off'});
  });
  afterAll(() => server?.dispose());

  test('a transaction that takes far longer than that in one turn costs no connection', async () => {
    const path = mkdtempSync(join(tmpdir(), 'tailrace-turn-'));
    onTestFinished(() => rmSync(path, {recursive: true}));
    const service = await testService({
      database: await testDatabase({server}),
      sql: `CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL, name text NOT NULL);
        CREATE TABLE g (id int PRIMARY KEY, name text NOT NULL);
        INSERT INTO g SELECT i, 'group ' || i FROM generate_series(1, 1000) AS i`,
      queries: QUERIES,
      source: ['tables: [t, g]'],
      stateStore: {path},
    });
    onTestFinished(() => service.close());
    await until(async () => (await sender(service)) !== null);
    const before = await sender(service);
    const turns = monitorEventLoopDelay({resolution: 10});
    turns.enable();
    await service.database.query(
      `INSERT INTO t SELECT i, i % 1000, 'row ' || i FROM generate_series(1, ${ROWS}) AS i`,
    );
    // In a long turn the service answers no request, and Postgres does.
    const upTo = await endOfLog(service.database);
    await slotConfirmed(service.database, {upTo, limitMs: 60_000});
    turns.disable();
    const longestMs = turns.max / 1e6;
    expect(longestMs).toBeGreaterThan(2 * TIMEOUT_MS);
    expect(await sender(service)).toBe(before);
    expect((await service.get('/api/v1/queries/all')).count).toBe(ROWS);
  });
});

async function sender(service: TestService): Promise<number | null> {
  const [row] = await service.database.query<{pid: number | null}>(
    'SELECT active_pid AS pid FROM pg_replication_slots WHERE database = current_database()',
  );
  return row?.pid ?? null;
}
