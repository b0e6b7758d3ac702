import {expect, test} from 'vitest';
import type {RawTransaction, RowChange} from '../../src/postgres/transactions.ts';
import {inbox} from '../../src/source/inbox.ts';

function transaction(lsn: bigint, size: number): RawTransaction {
  const change: RowChange = {kind: 'insert', relationOid: 1, row: []};
  return {lsn, xid: 1, commitTime: 0, changes: Array(size).fill(change)};
}

/** A socket that remembers whether it reads. */
function socket() {
  return {
    reading: true,
    pause() {
      this.reading = false;
    },
    resume() {
      this.reading = true;
    },
  };
}

test('what came is taken in order and at once, and then it waits for more', async () => {
  const waiting = inbox({transactions: 10, changes: 10}, socket());
  waiting.push(transaction(1n, 1));
  waiting.push(transaction(2n, 1));
  expect((await waiting.take())?.map(({lsn}) => lsn)).toEqual([1n, 2n]);
  waiting.done();
  const next = waiting.take();
  waiting.push(transaction(3n, 1));
  expect((await next)?.map(({lsn}) => lsn)).toEqual([3n]);
});

test.each<[name: string, sizes: number[]]>([
  ['transactions', [0, 0, 0]],
  ['changes', [3, 7]],
  ['changes of one transaction', [50]],
])(
  'at its limit of %s the socket is paused, until what stood in it is done',
  async (_name, sizes) => {
    const wire = socket();
    const waiting = inbox({transactions: 3, changes: 10}, wire);
    for (const [i, size] of sizes.entries()) {
      expect(wire.reading).toBe(true);
      waiting.push(transaction(BigInt(i), size));
    }
    expect(wire.reading).toBe(false);
    await waiting.take();
    expect(wire.reading).toBe(false);
    waiting.done();
    expect(wire.reading).toBe(true);
  },
);

test('it is idle only when nothing stands in it and nothing is being consumed', async () => {
  const waiting = inbox({transactions: 3, changes: 10}, socket());
  expect(waiting.idle).toBe(true);
  waiting.push(transaction(1n, 1));
  expect(waiting.idle).toBe(false);
  await waiting.take();
  expect(waiting.idle).toBe(false);
  waiting.done();
  expect(waiting.idle).toBe(true);
});

test('once closed it gives nothing, to who waits nor to who comes', async () => {
  const waiting = inbox({transactions: 3, changes: 10}, socket());
  const taking = waiting.take();
  waiting.close();
  expect(await taking).toBeUndefined();
  waiting.push(transaction(1n, 1));
  expect(await waiting.take()).toBeUndefined();
});
