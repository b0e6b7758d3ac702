import {expect, onTestFinished, test} from 'vitest';
import type {Problem} from '../../src/lib/problem.ts';
import {expectImage} from '../support/expect-image.ts';
import {freshDatabase, type RunningSource, runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE = 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)';

/** The problem that the source waits with. */
async function problemOf({source}: RunningSource): Promise<Problem> {
  await until(() => source.status().state.kind === 'waiting');
  const {state} = source.status();
  if (state.kind !== 'waiting') throw new Error(`the source is ${state.kind}`);
  return state.problem;
}

test('a slot that another service reads from is waited for, and its process is named', async () => {
  const database = await freshDatabase(TABLE);
  const first = runSource(database, {tables: ['t'], connect: {applicationName: 'the first'}});
  await first.streaming();
  const second = runSource(database, {tables: ['t']});
  const problem = await problemOf(second);
  expect(problem.code).toBe('slot-in-use');
  expect(problem.detail).toContain('the first');
  await first.stop();
  await second.streaming();
  await expectImage(second, database);
});

test.each<[what: string, sql: string, said: string]>([
  [
    'with another plugin',
    `SELECT pg_create_logical_replication_slot($1, 'test_decoding')`,
    'test_decoding',
  ],
  ['that is physical', 'SELECT pg_create_physical_replication_slot($1)', 'physical'],
])('a slot %s is refused, and left as it is', async (_what, sql, said) => {
  const database = await freshDatabase(TABLE);
  const slotName = `${database.database}_other`;
  await database.query(sql, [slotName]);
  onTestFinished(async () => {
    await database.query('SELECT pg_drop_replication_slot($1)', [slotName]).catch(() => {});
  });
  const problem = await problemOf(runSource(database, {tables: ['t'], slotName}));
  expect(problem.code).toBe('slot-not-ours');
  expect(problem.detail).toContain(said);
});

test('a slot of another database is refused', async () => {
  const database = await freshDatabase(TABLE);
  const other = await freshDatabase();
  const slotName = `${other.database}_x`;
  await other.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [slotName]);
  const problem = await problemOf(runSource(database, {tables: ['t'], slotName}));
  expect(problem.code).toBe('slot-not-ours');
  expect(problem.detail).toContain(other.database);
});

test('a name that no slot can have is refused', async () => {
  const database = await freshDatabase(TABLE);
  const problem = await problemOf(runSource(database, {tables: ['t'], slotName: 'My "Slot"'}));
  expect(problem.code).toBe('slot-name-invalid');
});

test('a slot that cannot come because of an open transaction names its process', async () => {
  const database = await freshDatabase(TABLE);
  const blocker = await database.connect();
  await blocker.query('BEGIN; INSERT INTO t VALUES (2)');
  const {rows} = await blocker.query<{pid: number}>('SELECT pg_backend_pid() AS pid');
  const running = runSource(database, {tables: ['t'], slotWaitMs: 300});
  const problem = await problemOf(running);
  expect(problem.code).toBe('slot-creation-blocked');
  expect(problem.detail).toContain(`process ${rows[0]?.pid} (test, idle in transaction`);
  await blocker.query('COMMIT');
  await running.streaming();
  await expectImage(running, database);
});

test('a source that is stopped while it waits for a slot leaves none behind', async () => {
  const database = await freshDatabase(TABLE);
  const blocker = await database.connect();
  await blocker.query('BEGIN; INSERT INTO t VALUES (2)');
  const running = runSource(database, {tables: ['t']});
  const sender = `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walsender'
    AND datname = current_database() AND query LIKE 'CREATE_REPLICATION_SLOT%'`;
  await until(async () => (await database.query(sender)).length === 1);
  await running.stop();
  await blocker.query('COMMIT');
  await until(async () => (await database.query(sender)).length === 0);
  const slots = 'SELECT 1 FROM pg_replication_slots WHERE database = current_database()';
  await until(async () => (await database.query(slots)).length === 0);
});
