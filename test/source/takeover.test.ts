import {expect, test} from 'vitest';
import {lsnText} from '../../src/data/lsn.ts';
import {openSession} from '../../src/postgres/connection.ts';
import {expectImage} from '../support/expect-image.ts';
import {proxiedSource} from '../support/proxied-source.ts';
import {freshDatabase, runSource, sourceOptions} from '../support/running-source.ts';
import {slotConfirmed} from '../support/slot-confirmed.ts';
import {until} from '../support/until.ts';

const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, i FROM generate_series(1, 9) AS i';

test('who reads from a slot is named with process, name, user, statement and since when', async () => {
  const database = await freshDatabase(TABLE);
  const first = runSource(database, {tables: ['t'], connect: {applicationName: 'the first'}});
  await first.streaming();
  const second = runSource(database, {tables: ['t']});
  await until(() => second.source.status().state.kind === 'waiting');
  const {state} = second.source.status();
  const problem = state.kind === 'waiting' ? state.problem : undefined;
  const [slot] = await database.query<{pid: number}>(
    'SELECT active_pid AS pid FROM pg_replication_slots WHERE database = current_database()',
  );
  expect(problem?.code).toBe('slot-in-use');
  expect(problem?.detail).toMatch(
    new RegExp(
      `Process ${slot?.pid} .*"the first [0-9a-f]{16}", user "postgres", from 127.0.0.1.* since \\d{4}-.*START_REPLICATION`,
    ),
  );
  expect(problem?.hint).toContain(`pg_terminate_backend(${slot?.pid})`);
});

test('an instance that waits asks steadily, says so once, and takes over at once', async () => {
  const database = await freshDatabase(TABLE);
  const first = runSource(database, {tables: ['t']});
  await first.streaming();
  // Its general waits are so long that it could not take over by them.
  const second = runSource(database, {
    tables: ['t'],
    retryFirstMs: 60_000,
    retryMaxMs: 60_000,
    slotRetryMs: 20,
  });
  await until(() => (attempt(second) ?? 0) > 3, {what: 'several attempts'});
  expect(second.warned).toEqual([expect.stringContaining('[slot-in-use]')]);
  await database.query('UPDATE t SET v = 0 WHERE id = 1');
  await first.stop();
  await second.streaming();
  await expectImage(second, database);
});

const attempt = ({source}: ReturnType<typeof runSource>): number | undefined => {
  const {state} = source.status();
  return state.kind === 'connecting' ? state.attempt : undefined;
};

test('an instance that had the slot before takes it back with the net difference', async () => {
  const database = await freshDatabase(TABLE);
  const {running: one, proxy} = await proxiedSource(database, {tables: ['t']});
  proxy.refuse();
  proxy.cut();
  const other = runSource(database, {tables: ['t']});
  await other.streaming();
  await database.query('UPDATE t SET v = 0 WHERE id <= 2; DELETE FROM t WHERE id = 9');
  await expectImage(other, database);
  // Else the server would send it again, to whoever comes.
  await slotConfirmed(database, {upTo: lsnText(other.told.at(-1)!.lsn)});
  proxy.admit();
  await until(() => one.warned.some((text) => text.includes('[slot-in-use]')));
  expect(one.source.status().stale?.why?.code).toBeDefined();
  await other.stop();
  await one.streaming();
  await expectImage(one, database);
  expect(one.warned.at(-1)).toContain('[position-lost]');
  expect(one.told.map(({kind, changes}) => [kind, changes.get('public.t')?.length])).toEqual([
    ['resync', 9],
    ['resync', 3],
  ]);
});

test('an instance that was behind another before it read from the slot misses nothing', async () => {
  const database = await freshDatabase(TABLE);
  const before = runSource(database, {tables: ['t']});
  await before.streaming();
  await before.stop();
  // It has compared, and not yet begun to read: nobody has the slot.
  const second = runSource(database, {tables: ['t']});
  second.hold();
  await until(() => second.told.length === 1, {what: 'the comparison'});
  const first = runSource(database, {tables: ['t']});
  await first.streaming();
  await database.query('UPDATE t SET v = 0 WHERE id = 1; DELETE FROM t WHERE id = 9');
  await expectImage(first, database);
  await slotConfirmed(database, {upTo: lsnText(first.told.at(-1)!.lsn)});
  await first.stop();
  second.release();
  await until(() => second.told.length > 1, {what: 'what the other one was told'});
  await second.streaming();
  expect(second.told.map(({kind, changes}) => [kind, changes.get('public.t')?.length])).toEqual([
    ['resync', 9],
    ['resync', 2],
  ]);
  await expectImage(second, database);
  expect(second.warned.at(-1)).toContain('[position-lost]');
});

test('the server asks after us often enough to notice a machine that is gone', async () => {
  const database = await freshDatabase(TABLE);
  const session = await openSession(sourceOptions(database).connect, {replication: true});
  const shown = async (name: string): Promise<unknown> => {
    const {rows} = await session.client.query<Record<string, string>>(`SHOW ${name}`);
    return rows[0]?.[name];
  };
  expect(await shown('tcp_keepalives_idle')).toBe('5');
  expect(await shown('tcp_keepalives_interval')).toBe('2');
  expect(await shown('tcp_keepalives_count')).toBe('3');
  await session.end();
});
