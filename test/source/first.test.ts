import {expect, test} from 'vitest';
import {freshDatabase, runSource} from '../support/running-source.ts';

test('rows that were there come with the snapshot, and later ones with the stream', async () => {
  const database = await freshDatabase(`
    CREATE TABLE metrics (id serial PRIMARY KEY, name text NOT NULL, value numeric(10, 2));
    INSERT INTO metrics (name, value) VALUES ('cpu', 12.50), ('disk', 60);`);
  const running = runSource(database, {tables: ['metrics']});
  await running.streaming();
  await database.query(`UPDATE metrics SET value = 95 WHERE name = 'disk'`);
  await database.query(`DELETE FROM metrics WHERE name = 'cpu'`);
  await running.caughtUp();
  expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream', 'stream']);
  expect([...running.fold('public.metrics').values()].map((row) => row.map(String))).toEqual([
    ['2', 'disk', '95.00'],
  ]);
});
