import {queryObjects} from 'node:v8';
import {expect, test} from 'vitest';
import {snapshots} from '../../src/reaction/snapshot.ts';
import {row, world} from './world.ts';

/** Each is of rows that were taken for a snapshot. */
const remembered = (): number => queryObjects(WeakRef, {format: 'count'});

test('what was taken for snapshots of queries that come and go is not kept', () => {
  const ids = Array.from({length: 100}, (_, i) => `q${i}`);
  const of = world({queries: ids});
  const all = snapshots(of, {partRows: 10});
  const before = remembered();
  for (const id of ids) {
    of.commit({[id]: [{key: 1, after: row(1, 'x', '1')}]});
    const frames = all.of([id], 'e1-1');
    while (!frames.next().done);
  }
  expect(remembered() - before).toBeLessThan(10);
});
