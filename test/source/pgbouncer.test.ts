import pg from 'pg';
import {describe, expect, test} from 'vitest';
import type {Problem} from '../../src/lib/problem.ts';
import {expectImage} from '../support/expect-image.ts';
import {startPgbouncer, withoutPgbouncer} from '../support/pgbouncer.ts';
import type {TestDatabase} from '../support/postgres.ts';
import {freshDatabase, runSource, type SourceChoices} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE = 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)';
/** As many a PgBouncer is set up, for clients who send settings of which it knows nothing. */
const LENIENT = {ignore_startup_parameters: 'options, extra_float_digits'};

describe.skipIf(withoutPgbouncer())('through a real PgBouncer', () => {
  test.each([
    [{pool_mode: 'session'}],
    [{pool_mode: 'transaction'}],
    [{pool_mode: 'session', ...LENIENT}],
    [{pool_mode: 'transaction', ...LENIENT}],
    [{pool_mode: 'statement', ...LENIENT}],
  ])(
    'with %j the source says that a pooler answers, and leaves nothing behind',
    async (settings) => {
      const database = await freshDatabase(TABLE);
      const port = await startPgbouncer(database, {settings});
      expect(await problemOf(database, {port})).toMatchObject({
        code: 'pooler-between',
        message: expect.stringContaining(`127.0.0.1:${port}`),
        hint: expect.stringContaining('direct address'),
      });
      const left = await database.query(`
      SELECT pubname FROM pg_publication UNION ALL
      SELECT slot_name FROM pg_replication_slots WHERE database = current_database()`);
      expect(left).toEqual([]);
    },
  );

  // Of a login, newer ones say what Postgres would.
  const login = expect.stringMatching(/^(pooler-between|authentication-refused)$/);

  test.each<[what: string, choices: SourceChoices['connect'], code: unknown, databases?: string]>([
    ['a database that it does not have', {}, 'pooler-between', 'other = host=127.0.0.1'],
    ['a user that it does not have', {user: 'somebody'}, login],
    ['a password that it has otherwise', {password: 'wrong'}, login],
  ])('%s is refused by the pooler, and told as such', async (_what, choices, code, databases) => {
    const database = await freshDatabase(TABLE);
    const options = {settings: LENIENT, ...(databases && {databases})};
    const port = await startPgbouncer(database, options);
    expect((await problemOf(database, {...choices, port})).code).toEqual(code);
  });

  test('with the direct address the source streams, while others use the pooler', async () => {
    const database = await freshDatabase(TABLE);
    const port = await startPgbouncer(database, {settings: {pool_mode: 'transaction'}});
    const running = runSource(database, {tables: ['t']});
    await running.streaming();
    const application = new pg.Client({...database, port});
    await application.connect();
    await application.query('INSERT INTO t VALUES (2)');
    await application.end();
    await expectImage(running, database);
  });
});

async function problemOf(
  database: TestDatabase,
  connect: NonNullable<SourceChoices['connect']>,
): Promise<Problem> {
  const running = runSource(database, {tables: ['t'], connect});
  await until(() => running.source.status().state.kind === 'waiting');
  const {state} = running.source.status();
  await running.stop();
  if (state.kind !== 'waiting') throw new Error(`the source is ${state.kind}`);
  return state.problem;
}
