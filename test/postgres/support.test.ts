import {expect, test} from 'vitest';
import {testDatabase} from '../support/postgres.ts';

test('a test database is new, in UTF-8, and decodes logically', async () => {
  const database = await testDatabase({suffix: ' "Übung"'});
  try {
    expect(await database.query('SHOW wal_level')).toEqual([{wal_level: 'logical'}]);
    expect(await database.query('SHOW server_encoding')).toEqual([{server_encoding: 'UTF8'}]);
    expect(await database.query('SELECT current_database() AS name')).toEqual([
      {name: database.database},
    ]);
  } finally {
    await database.drop();
  }
});

test('a connection that is left open fails the drop, and the database goes all the same', async () => {
  const database = await testDatabase();
  const other = await testDatabase();
  const {Client} = (await import('pg')).default;
  const {host, port, user, password} = database;
  const leak = new Client({host, port, user, password, database: database.database});
  leak.on('error', () => {});
  await leak.connect();
  await expect(database.drop({graceMs: 100})).rejects.toThrow('left connected');
  expect(
    await other.query('SELECT 1 FROM pg_database WHERE datname = $1', [database.database]),
  ).toEqual([]);
  await other.drop();
});
