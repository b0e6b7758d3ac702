import {expect, onTestFinished, test} from 'vitest';
import {random} from '../../src/lib/random.ts';
import {sessionName} from '../../src/source/session-name.ts';
import {expectImage} from '../support/expect-image.ts';
import type {TestDatabase} from '../support/postgres.ts';
import {openProxy, type Wire} from '../support/proxy.ts';
import {freshDatabase, type RunningSource, runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE = `CREATE TABLE t (id int PRIMARY KEY, v int, filler text);
  INSERT INTO t SELECT i, i FROM generate_series(1, 9) AS i`;
/** Far less than the server's own patience with a client that is gone. */
const AT_ONCE_MS = 15_000;

interface Reader {
  readonly pid: number;
  readonly name: string;
  readonly blocked: boolean;
}

/** Who reads from the slot. */
async function reader(database: TestDatabase): Promise<Reader | undefined> {
  const [row] = await database.query<Reader & Record<string, unknown>>(
    `SELECT pid, application_name AS name, wait_event = 'WalSenderWriteData' AS blocked
     FROM pg_replication_slots JOIN pg_stat_activity ON pid = active_pid
     WHERE database = current_database()`,
  );
  return row;
}

/** A source that was killed, and whose line the server still holds open. */
async function leftBehind(database: TestDatabase, choices: Parameters<typeof runSource>[1] = {}) {
  const wire: Wire = await openProxy(database);
  onTestFinished(() => wire.close());
  const first = runSource(database, {tables: ['t'], ...choices, connect: {port: wire.port}});
  await first.streaming();
  await first.caughtUp();
  const left = await reader(database);
  wire.refuse();
  wire.abandon('client');
  await first.stop();
  expect(await reader(database)).toMatchObject({pid: left?.pid});
  // Not before: what it had told the server that it has, it has.
  return {stored: first.stored(), left: left!};
}

/** How long it takes from here to the stream. */
async function streamingMs(running: RunningSource): Promise<number> {
  const sinceMs = performance.now();
  await running.streaming();
  return performance.now() - sinceMs;
}

test('a source that starts again ends the line that its predecessor left, and streams at once', async () => {
  const database = await freshDatabase(TABLE);
  const {stored, left} = await leftBehind(database);
  await database.query('UPDATE t SET v = 0 WHERE id = 1');
  const second = runSource(database, {tables: ['t'], stored});
  expect(await streamingMs(second)).toBeLessThan(AT_ONCE_MS);
  await expectImage(second, database);
  expect((await reader(database))?.pid).not.toBe(left.pid);
  expect(second.warned).toEqual([]);
  expect(second.told.map(({kind}) => kind)).toEqual(['stream']);
});

test('what the predecessor was still being sent does not hold up the one that follows', async () => {
  const database = await freshDatabase(TABLE);
  const {stored} = await leftBehind(database);
  const big = `INSERT INTO t SELECT i, i, string_agg(md5(random()::text), '')
    FROM generate_series(10, 40) AS i, generate_series(1, 20000) GROUP BY i`;
  await database.query(`ALTER TABLE t ALTER filler SET STORAGE EXTERNAL; ${big}`);
  await until(async () => (await reader(database))?.blocked === true, {what: 'the server to wait'});
  const second = runSource(database, {tables: ['t'], stored});
  expect(await streamingMs(second)).toBeLessThan(AT_ONCE_MS);
  expect(second.warned).toEqual([]);
  await expectImage(second, database);
});

test('a source of another store never ends the line that somebody left', async () => {
  const database = await freshDatabase(TABLE);
  const other = runSource(database, {tables: ['t']});
  await other.streaming();
  await other.stop();
  const {left} = await leftBehind(database);
  // One that once read from this slot, and one that never did.
  const standbys = [{stored: other.stored()}, {}].map((choices) =>
    runSource(database, {tables: ['t'], slotRetryMs: 20, ...choices}),
  );
  for (const {source} of standbys) {
    await until(() => attempts(source.status().state) > 5, {what: 'several attempts'});
  }
  expect(await reader(database)).toMatchObject({pid: left.pid});
  for (const {warned} of standbys) {
    expect(warned).toEqual([expect.stringContaining('[slot-in-use]')]);
    expect(warned[0]).not.toContain('left it behind');
  }
});

const attempts = (state: ReturnType<RunningSource['source']['status']>['state']): number =>
  state.kind === 'connecting' ? state.attempt : 0;

test('each in a row of sources that were killed before anything happened ends the one before', async () => {
  const database = await freshDatabase(TABLE);
  const first = await leftBehind(database);
  const second = await leftBehind(database, {stored: first.stored});
  const third = runSource(database, {tables: ['t'], stored: second.stored});
  expect(await streamingMs(third)).toBeLessThan(AT_ONCE_MS);
  expect(new Set([first.left.name, second.left.name, (await reader(database))?.name]).size).toBe(3);
});

test('of two that live on copies of one store one waits for the other: they do not take turns', async () => {
  const database = await freshDatabase(TABLE);
  const first = runSource(database, {tables: ['t'], slotRetryMs: 20});
  await first.streaming();
  const before = await reader(database);
  const copy = runSource(database, {tables: ['t'], slotRetryMs: 20, stored: first.stored()});
  // The first is ended once; which of the two is back sooner has the slot from then on.
  await until(async () => (await reader(database))?.pid !== before?.pid, {what: 'the end of it'});
  const both = [first, copy];
  const waiting = (): RunningSource | undefined =>
    both.find(({warned}) => warned.some((text) => text.includes('[slot-in-use]')));
  await until(() => waiting() !== undefined, {what: 'one of them to wait'});
  await until(async () => (await reader(database)) !== undefined, {what: 'the other to read'});
  const taken = await reader(database);
  const {source} = waiting()!;
  const since = attempts(source.status().state);
  await until(() => attempts(source.status().state) > since + 5, {what: 'several attempts'});
  expect(await reader(database)).toMatchObject({pid: taken?.pid});
});

test('a predecessor whose role was another is waited for, and what is missing is told', async () => {
  const database = await freshDatabase(TABLE);
  const user = `${database.database}_reader`;
  await database.query(`CREATE ROLE ${user} LOGIN REPLICATION PASSWORD 'secret';
    GRANT SELECT ON t TO ${user}`);
  const {stored, left} = await leftBehind(database);
  const second = runSource(database, {
    tables: ['t'],
    stored,
    connect: {user, password: 'secret'},
  });
  onTestFinished(async () => {
    await second.stop();
    await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  });
  await until(() => second.warned.length > 0);
  expect(second.warned[0]).toMatch(/\[slot-in-use\][\s\S]*left it behind: the role may not end it/);
  expect(await reader(database)).toMatchObject({pid: left.pid});
  await database.query(`SELECT pg_terminate_backend(${left.pid})`);
  await second.streaming();
});

test.each<[base: string, shown: string]>([
  ['tailrace', 'tailrace'],
  ['Größe\n', 'Gr??e?'],
  ['x'.repeat(100), 'x'.repeat(46)],
])('a session called %j says so as %j, and its mark, in what Postgres shows', (base, shown) => {
  const name = sessionName(base, random(1));
  expect(name).toMatch(new RegExp(`^${shown.replaceAll('?', '\\?')} [0-9a-f]{16}$`));
  expect(name.length).toBeLessThanOrEqual(63);
  expect(sessionName(base, random(2))).not.toBe(name);
});
