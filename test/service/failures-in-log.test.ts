import {expect, onTestFinished, test} from 'vitest';
import {silentLog} from '../../src/lib/log.ts';
import {caughtUp, queryYaml, testService} from '../support/service.ts';
import {until} from '../support/until.ts';

test('a query that fails is told in the log once, with what to do, and as loud when it runs', async () => {
  const said: string[] = [];
  const say =
    (level: string) =>
    (message: string, fields = {}) =>
      void said.push(`${level} ${JSON.stringify(fields)} ${message}`);
  const service = await testService({
    sql: `CREATE TABLE t (id int PRIMARY KEY, share int); INSERT INTO t VALUES (1, 0);
      CREATE PUBLICATION test_publication FOR TABLE t`,
    queries: [
      queryYaml('parts', 'SELECT id, 100 / share AS part FROM t'),
      queryYaml('strangers', 'SELECT id FROM nowhere'),
      queryYaml('all', 'SELECT id FROM t'),
    ].join(''),
    limits: '{queryRetryMs: 100}',
    settled: false,
    log: {...silentLog, warn: say('warn'), info: say('info')},
  });
  onTestFinished(service.close);
  const of = (id: string): string[] => said.filter((line) => line.includes(`{"query":"${id}"`));

  await until(() => of('parts').length === 1 && of('strangers').length === 1);
  expect(of('parts')[0]).toMatch(/^warn .*"code":"expression-failed".*division by zero/s);
  expect(of('strangers')[0]).toMatch(/^warn .*nowhere/s);
  // Tried again, and in vain.
  for (let n = 0; n < 3; n++) await service.database.query('UPDATE t SET share = 0');
  await caughtUp(service);
  expect(of('parts')).toHaveLength(1);
  await service.database.query('UPDATE t SET share = 5');
  await until(() => of('parts').length === 2);
  expect(of('parts')[1]).toMatch(/^warn .*runs again/);
  expect(of('all')).toEqual([]);
});
