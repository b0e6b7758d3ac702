import {expect, onTestFinished, test} from 'vitest';
import {expectImage} from '../support/expect-image.ts';
import {openProxy} from '../support/proxy.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';

const ROWS = `CREATE TABLE t (id int PRIMARY KEY, v text, n numeric);
  INSERT INTO t SELECT i, repeat('ä\\', i % 4) || E'\\t' || i % 3, (i % 5) / 4.0 FROM generate_series(1, 200) i;
  INSERT INTO t VALUES (1000, NULL, NULL), (1001, '', 'NaN')`;

test.each([1, 3, 1000])(
  'a snapshot that comes in pieces of %i bytes is read whole',
  async (size) => {
    const database = await freshDatabase(ROWS);
    if (size > 3) await database.query(`INSERT INTO t VALUES (0, repeat('long ', 100000), 1)`);
    const wire = await openProxy(database);
    onTestFinished(() => wire.close());
    wire.fragment(size);
    const running = runSource(database, {tables: ['t'], connect: {port: wire.port}});
    await running.streaming();
    await database.query(`UPDATE t SET v = 'after' WHERE id < 10`);
    await expectImage(running, database);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream']);
  },
);
