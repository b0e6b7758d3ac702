import {expect, test} from 'vitest';
import {describeTables} from '../../src/postgres/catalog.ts';
import {ensurePublication, readPublication} from '../../src/postgres/publication.ts';
import {beingRead} from '../support/being-read.ts';
import {expectImage} from '../support/expect-image.ts';
import type {TestDatabase} from '../support/postgres.ts';
import {freshDatabase, runSource, type SourceChoices} from '../support/running-source.ts';
import {olderThan} from '../support/server-version.ts';
import {until} from '../support/until.ts';

const TABLES = `CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY);
  INSERT INTO t VALUES (1)`;

/** The source is in the middle of a statement about the table that is about to go. */
const sourceWaits = (database: TestDatabase): Promise<boolean> =>
  until(async () => {
    const rows = await database.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND application_name LIKE 'tailrace%' AND datname = current_database()`,
    );
    return rows.length > 0;
  });

// With 14 a source does not wait for the table there: the drop cannot be held in that moment.
const comesThrough = await olderThan(15, 'a table that goes while all that is published is read');

type Case = [when: string, publication: string, choices: SourceChoices];
const WHILE_READ: Case = ['while all that is published is read', 'FOR ALL TABLES', {}];

/** When a source looks at the database, and what it is asked to follow there. */
test.each<Case>([
  ['while the publication is made', '', {tables: ['t', 'u']}],
  ['while it is put into the publication', 'FOR TABLE t', {tables: ['t', 'u']}],
  ...(comesThrough ? [] : [WHILE_READ]),
  ['while all that is published is read, and is not asked for', 'FOR ALL TABLES', {tables: ['t']}],
])(
  'a table that is dropped %s is a table that is gone, and nothing else',
  async (_, as, choices) => {
    const database = await freshDatabase(TABLES);
    if (as) await database.query(`CREATE PUBLICATION tailrace ${as}`);
    const other = await database.connect();
    await other.query('BEGIN; DROP TABLE u');
    const running = runSource(database, choices);
    await sourceWaits(database);
    await other.query('COMMIT');
    await running.streaming();
    const missing = choices.tables?.includes('u')
      ? [expect.stringContaining('[table-missing]')]
      : [];
    expect(running.warned).toEqual(missing);
    expect(running.source.status().tables).toEqual(['public.t']);
    await expectImage(running, database);
  },
);

test('a table that is made again is not put into a publication of all tables', async () => {
  const database = await freshDatabase(`${TABLES}; CREATE PUBLICATION tailrace FOR ALL TABLES`);
  const client = await database.connect();
  const publication = await readPublication(client, 'tailrace');
  await database.query('DROP TABLE u; CREATE TABLE u (id int PRIMARY KEY)');
  const asked = {names: ['u'], tableKeys: [], publication, role: 'postgres'};
  const {followed: tables} = await describeTables(client, asked);
  expect(await ensurePublication(client, 'tailrace', {existing: publication, tables})).toBe(false);
});

test('a table that goes while another one is compared is no refusal of the server', async () => {
  const database = await freshDatabase(
    `CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY);
     INSERT INTO a SELECT i, repeat('x', 300) FROM generate_series(1, 8000) AS i`,
  );
  const slow = {verifyMs: 30, verifyRowsPerSecond: 5_000, tableCheckMs: 600_000};
  const running = runSource(database, {tables: ['a', 'b'], ...slow});
  await running.streaming();
  await beingRead(database);
  await database.query('DROP TABLE b');
  const givenUp = () => running.source.status().verification?.givenUp?.problem;
  // It may meet the lock before it meets what is gone.
  await until(() => givenUp()?.message.includes('relation "public.b" does not exist') === true, {
    what: () => `the relation to be missed: ${givenUp()?.message}`,
  });
  expect(givenUp()).toMatchObject({code: 'verification-given-up'});
});
