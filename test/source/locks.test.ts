import {expect, test} from 'vitest';
import {systemClock} from '../../src/lib/clock.ts';
import {describeTables} from '../../src/postgres/catalog.ts';
import {lockTables} from '../../src/postgres/table-locks.ts';
import {beingRead} from '../support/being-read.ts';
import {expectImage} from '../support/expect-image.ts';
import type {TestDatabase} from '../support/postgres.ts';
import {proxiedSource} from '../support/proxied-source.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLES = `CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY);
  INSERT INTO a VALUES (1, 5); INSERT INTO b VALUES (1)`;
/** The server looks for deadlocks after a second. */
const DEADLOCK_MS = 1500;

/** The server makes a slot, and waits for whoever is in a transaction. */
const slotIsMade = (database: TestDatabase): Promise<boolean> =>
  until(async () => {
    const rows = await database.query(
      `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'walsender'
        AND query LIKE 'CREATE_REPLICATION_SLOT%' AND wait_event_type = 'Lock'
        AND datname = current_database()`,
    );
    return rows.length > 0;
  });

test('who alters a table in a transaction that a comparison waits for goes first', async () => {
  const database = await freshDatabase(TABLES);
  const running = runSource(database, {tables: ['a', 'b'], slotWaitMs: 60_000});
  await running.streaming();
  const migration = await database.connect();
  await migration.query('BEGIN; INSERT INTO b VALUES (2)');
  running.source.resync();
  await slotIsMade(database);
  await migration.query(`SET lock_timeout = '5s'; ALTER TABLE a ADD w int DEFAULT 3; COMMIT`);
  await until(() => running.tables().some(({columns}) => columns.some(({name}) => name === 'w')));
  await running.streaming();
  await expectImage(running, database);
  expect(running.warned.join()).toContain('[tables-locked]');
});

test('a table that is altered while a comparison waits for somebody else is altered at once', async () => {
  const database = await freshDatabase(TABLES);
  const running = runSource(database, {tables: ['a', 'b'], slotWaitMs: 60_000});
  await running.streaming();
  const other = await database.connect();
  await other.query('BEGIN; INSERT INTO b VALUES (2)');
  running.source.resync();
  await slotIsMade(database);
  const migration = await database.connect();
  await migration.query(`SET lock_timeout = '5s'; ALTER TABLE a ADD w int DEFAULT 3`);
  await other.query('COMMIT');
  await until(() => running.tables().some(({columns}) => columns.some(({name}) => name === 'w')));
  await running.streaming();
  await expectImage(running, database);
});

/** Some megabytes, which come through a slow wire. */
const WIDE = `CREATE TABLE a (id int PRIMARY KEY, v text);
  INSERT INTO a SELECT i, repeat('x', 1000) FROM generate_series(1, 8000) AS i`;

test('who alters a table that a comparison reads goes first', async () => {
  const database = await freshDatabase(WIDE);
  const {running, proxy} = await proxiedSource(database, {tables: ['a']});
  const migration = await database.connect();
  proxy.slow(500_000);
  running.source.resync();
  await beingRead(database);
  await migration.query(`SET lock_timeout = '5s'; ALTER TABLE a ADD w int DEFAULT 3`);
  proxy.calm();
  await until(() => running.tables().some(({columns}) => columns.some(({name}) => name === 'w')));
  await running.streaming();
  await expectImage(running, database);
  expect(running.warned.join()).toContain('[tables-locked]');
});

test('a comparison comes through in the end, whoever waits for its tables all the time', async () => {
  const database = await freshDatabase(WIDE);
  const {running, proxy} = await proxiedSource(database, {tables: ['a']});
  const other = await database.connect();
  proxy.slow(4_000_000);
  running.source.resync();
  let went = 0;
  while (running.told.length === 1) {
    await Promise.race([beingRead(database), until(() => running.told.length > 1)]);
    await other.query('BEGIN; LOCK TABLE a IN ACCESS EXCLUSIVE MODE; COMMIT');
    went += 1;
  }
  proxy.calm();
  await running.streaming();
  await expectImage(running, database);
  expect(went).toBeGreaterThan(1);
});

test('who locks all tables never stands between the statements of one who alters several', async () => {
  const database = await freshDatabase(TABLES);
  const [migration, control] = await Promise.all([database.connect(), database.connect()]);
  const asked = {names: ['a', 'b'], tableKeys: [], publication: undefined, role: 'postgres'};
  const {followed} = await describeTables(control, asked);
  const {signal} = new AbortController();
  const options = {limitMs: 10_000, clock: systemClock(), signal};
  await migration.query('BEGIN; ALTER TABLE b ADD w int');
  const locked = lockTables(control, followed, options);
  await new Promise((resolve) => setTimeout(resolve, DEADLOCK_MS));
  await migration.query('ALTER TABLE a ADD w int; COMMIT');
  await locked;
  const later = migration.query(`SET lock_timeout = 50; ALTER TABLE a ADD x int`);
  await expect(later).rejects.toThrow('lock timeout');
});

test('tables that somebody keeps for long are given up, with a Problem', async () => {
  const database = await freshDatabase(TABLES);
  const [migration, control] = await Promise.all([database.connect(), database.connect()]);
  const asked = {names: ['a', 'b'], tableKeys: [], publication: undefined, role: 'postgres'};
  const {followed} = await describeTables(control, asked);
  await migration.query('BEGIN; ALTER TABLE b ADD w int');
  const {signal} = new AbortController();
  const options = {limitMs: 100, clock: systemClock(), signal};
  await expect(lockTables(control, followed, options)).rejects.toMatchObject({
    code: 'tables-locked',
    detail: expect.stringContaining('locked for 100 ms'),
  });
});
