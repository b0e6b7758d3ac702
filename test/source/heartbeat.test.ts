import {expect, test} from 'vitest';
import {silentLog} from '../../src/lib/log.ts';
import type {Message} from '../../src/postgres/pgoutput.ts';
import {heartbeat} from '../../src/source/heartbeat.ts';
import {expectImage} from '../support/expect-image.ts';
import {freshDatabase, runSource, sourceOptions} from '../support/running-source.ts';
import {simulatedClock} from '../support/simulated-clock.ts';
import {until} from '../support/until.ts';

const TABLE = 'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)';

test('a heartbeat moves an idle slot, and its way is measured', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t'], heartbeatMs: 30});
  await running.streaming();
  const confirmed = async () =>
    (
      await database.query<{lsn: string}>(
        `SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots
         WHERE database = current_database()`,
      )
    )[0]?.lsn;
  const before = await confirmed();
  await until(() => running.source.status().heartbeat !== undefined, {what: 'one to come back'});
  expect(running.source.status().heartbeat?.roundTripMs).toBeLessThan(5000);
  await until(async () => (await confirmed()) !== before, {what: 'the slot to move'});
  // Nobody is told of them, and rows come as before.
  await database.query('INSERT INTO t VALUES (2, 2)');
  await expectImage(running, database);
  expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream']);
});

test('a heartbeat that came back ends the count of tries that failed, as a transaction does', async () => {
  const database = await freshDatabase(TABLE);
  const {source, ...running} = runSource(database, {tables: ['t'], heartbeatMs: 30});
  const cutsOff = async (attempt: number): Promise<void> => {
    await running.streaming();
    const known = source.status().heartbeat?.atMs ?? 0;
    const came = () => (source.status().heartbeat?.atMs ?? 0) > known;
    await until(came, {what: 'a heartbeat of this connection'});
    await database.query(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
      WHERE database = current_database() AND active`);
    const now = () => source.status().state;
    await until(() => now().kind === 'connecting', {what: 'the next try'});
    expect(now()).toMatchObject({kind: 'connecting', attempt});
  };
  await cutsOff(2);
  await cutsOff(2);
});

test('a role that may write none is told so once, and everything else goes on', async () => {
  const database = await freshDatabase(TABLE);
  const role = `${database.database}_role`;
  await database.query(`
    CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'secret';
    GRANT SELECT ON t TO ${role};
    CREATE PUBLICATION tailrace FOR TABLE t;
    DO $$ DECLARE f regprocedure; BEGIN
      FOR f IN SELECT oid FROM pg_proc WHERE proname = 'pg_logical_emit_message' LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
      END LOOP; END $$`);
  const connect = {user: role, password: 'secret'};
  const choices = {tables: ['t'], heartbeatMs: 20, connect};
  const running = runSource(database, choices);
  try {
    await running.streaming();
    await until(() => running.warned.length > 0, {what: 'the refusal'});
    await database.query('INSERT INTO t VALUES (2, 2)');
    await until(() => running.told.length === 2);
    expect(running.warned).toEqual([expect.stringContaining('[heartbeat-refused]')]);
    expect(running.source.status().warnings.map(({code}) => code)).toEqual(['heartbeat-refused']);
    expect(running.source.status().state.kind).toBe('streaming');
    // The statement of the hint mends it.
    const hint = running.source.status().warnings[0]?.hint?.split(';')[0] ?? '';
    await database.query(hint);
    await running.stop();
    const again = runSource(database, choices);
    await again.streaming();
    await until(() => again.source.status().heartbeat !== undefined);
    await again.stop();
  } finally {
    await running.stop();
    await database.query(`
      DROP PUBLICATION tailrace; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

const beat = (text: string, prefix = 'tailrace'): Message => ({
  kind: 'message',
  transactional: false,
  lsn: 1n,
  prefix,
  content: Buffer.from(text),
});

test('one that does not come back is as late as it is old', async () => {
  const clock = simulatedClock(1000);
  const options = sourceOptions({database: 'mine'} as never, {slotName: 'mine', heartbeatMs: 10});
  const one = heartbeat(options, {clock, random: () => 0, log: silentLog});
  const client = {query: async () => ({rows: []})} as never;
  const duty = one.duty(170_000, () => {});
  const during = {stop: () => {}, signal: new AbortController().signal};
  await duty.look(client, during);
  await clock.pass(5);
  one.hear(beat('mine 1000'));
  expect(one.status).toEqual({atMs: 1000, roundTripMs: 5});
  await duty.look(client, during);
  await clock.pass(700);
  expect(one.status).toEqual({atMs: 1000, roundTripMs: 700});
  one.forget();
  expect(one.status).toEqual({atMs: 1000, roundTripMs: 5});
});

test.each<[what: string, message: Message]>([
  ['of another service', beat('other 1000')],
  ['of another program', beat('mine 1000', 'outbox')],
  ['that says nothing', beat('mine then')],
])('a message %s is not taken for our heartbeat', (_what, message) => {
  const clock = simulatedClock(2000);
  const options = sourceOptions({database: 'mine'} as never, {slotName: 'mine'});
  const one = heartbeat(options, {clock, random: () => 0, log: silentLog});
  one.hear(message);
  expect(one.status).toBeUndefined();
});
