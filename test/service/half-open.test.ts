import {expect, onTestFinished, test} from 'vitest';
import {openProxy} from '../support/proxy.ts';
import type {TestService} from '../support/service.ts';
import {listen, servicesInTurn} from '../support/services-in-turn.ts';
import {QUERIES, TABLES} from '../support/tutorial.ts';
import {until} from '../support/until.ts';

/** The server would wait for as long as `silentMs`, which is a minute. */
const AT_ONCE_MS = 15_000;

const running = (service: TestService): Promise<unknown> =>
  until(async () => (await service.get('/api/v1/sources/db')).status === 'Running', {
    what: 'the stream',
  });

test('a service that starts again streams at once, though the server still waits for the one before', async () => {
  const {database, start, stop} = await servicesInTurn(TABLES);
  const wire = await openProxy(database);
  onTestFinished(() => wire.close());
  const through = async () => ({host: wire.host, port: wire.port});
  const first = await start(QUERIES, {through});
  await running(first);
  const before = await listen(first);
  await before.until((one) => one.named('snapshot').length > 0);
  before.close();
  wire.refuse();
  wire.abandon('client');
  await stop();
  await database.query('UPDATE metrics SET value = 99 WHERE id = 1');
  const [held] = await database.query<{pid: number}>(
    'SELECT active_pid AS pid FROM pg_replication_slots WHERE database = current_database()',
  );
  expect(held?.pid).toBeGreaterThan(0);

  const sinceMs = performance.now();
  const second = await start(QUERIES);
  await running(second);
  expect(performance.now() - sinceMs).toBeLessThan(AT_ONCE_MS);
  const after = await listen(second, before.lastId);
  await after.until((one) => one.messageCount > 0);
  expect(after.messages()[0].transaction.kind).toBe('stream');
  expect([after.named('reset'), after.named('snapshot')]).toEqual([[], []]);
  after.close();
});
