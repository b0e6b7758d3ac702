import {queryObjects} from 'node:v8';
import {expect, test} from 'vitest';
import {proxiedSource} from '../support/proxied-source.ts';
import {freshDatabase} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const signals = (): number => queryObjects(AbortSignal, {format: 'count'});

test('a connection that broke leaves nothing behind that waits for its end', async () => {
  const database = await freshDatabase('CREATE TABLE t (id int PRIMARY KEY)');
  const {running, proxy} = await proxiedSource(database, {tables: ['t']});
  const broken = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      proxy.cut();
      await until(() => running.source.status().state.kind !== 'streaming');
      await running.streaming();
    }
  };
  await broken(3);
  const before = signals();
  await broken(12);
  expect(signals() - before).toBeLessThan(5);
});
