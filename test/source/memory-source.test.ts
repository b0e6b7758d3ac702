import {expect, test} from 'vitest';
import type {Table} from '../../src/data/schema.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import {INT4, TEXT} from '../../src/data/type.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {memorySource} from '../../src/source/memory-source.ts';

const TABLE: Table = {
  id: 'public.t',
  schema: 'public',
  name: 't',
  columns: [
    {name: 'id', type: INT4},
    {name: 'v', type: TEXT},
  ],
  keyColumns: [0],
  foreignKeys: [],
};

test('it tells what was there, then each commit as one net step', async () => {
  const source = memorySource({id: 'm', tables: [TABLE], clock: systemClock()});
  const told: Transaction[] = [];
  const stopping = new AbortController();
  await source.commit([{kind: 'put', table: 'public.t', row: [1, 'a']}]);
  const running = source.run(
    {
      describe: (tables) => expect(tables).toEqual([TABLE]),
      async receive(next) {
        const transaction = next();
        if (transaction) told.push(transaction);
        return transaction !== undefined;
      },
      reach() {},
    },
    stopping.signal,
  );
  await source.commit([
    {kind: 'put', table: 'public.t', row: [2, 'b']},
    {kind: 'put', table: 'public.t', row: [2, 'c']},
    {kind: 'delete', table: 'public.t', row: [1, null]},
  ]);
  expect(told.map(({kind, changes}) => [kind, changes.get('public.t')])).toEqual([
    ['resync', [{key: 1, before: undefined, after: [1, 'a']}]],
    [
      'stream',
      [
        {key: 2, before: undefined, after: [2, 'c']},
        {key: 1, before: [1, 'a'], after: undefined},
      ],
    ],
  ]);
  expect([...source.rows('public.t')]).toEqual([[2, [2, 'c']]]);
  expect(told[1]!.lsn).toBeGreaterThan(told[0]!.lsn);
  stopping.abort();
  await running;
});
