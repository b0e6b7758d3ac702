import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {expectImage} from '../support/expect-image.ts';
import {testDatabase} from '../support/postgres.ts';
import {startServer} from '../support/postgres-server.ts';
import {openProxy} from '../support/proxy.ts';
import {runSource} from '../support/running-source.ts';

const tls = join(import.meta.dirname, '../support/tls');
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

test.runIf(embedded)('over TLS the stream flows, is held back, is cut and goes on', async () => {
  const text = (name: string): string => readFileSync(join(tls, name), 'utf8');
  const server = await startServer(
    {ssl: 'on'},
    {'server.crt': text('server.pem'), 'server.key': text('server-key.pem')},
  );
  onTestFinished(() => server.dispose());
  const database = await testDatabase({server});
  await database.query('CREATE TABLE t (id serial PRIMARY KEY, v text)');
  const proxy = await openProxy(server);
  onTestFinished(() => proxy.close());
  const running = runSource(database, {
    tables: ['t'],
    connect: {port: proxy.port, sslMode: 'verify-ca', sslCa: join(tls, 'ca.pem')},
    limits: {transactions: 2, changes: 10, transactionRows: 10_000},
  });
  await running.streaming();
  const senders = await database.query(`
    SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE backend_type = 'walsender'`);
  expect(senders).toEqual([{ssl: true}]);
  for (let round = 0; round < 3; round++) {
    running.hold();
    for (let i = 0; i < 20; i++) {
      await database.query(
        `INSERT INTO t (v) SELECT repeat('x', 100) FROM generate_series(1, 100)`,
      );
    }
    if (round > 0) proxy.cut();
    running.release();
    await expectImage(running, database);
  }
  expect(running.told.filter(({kind}) => kind === 'resync')).toHaveLength(1);
  await running.stop();
  await database.drop();
});
