import {expect, test} from 'vitest';
import {Spool} from '../../src/postgres/spool.ts';
import type {RawTransaction} from '../../src/postgres/transactions.ts';
import {inbox} from '../../src/source/inbox.ts';

const MEMORY = 1000;
const spool = new Spool({
  transactionMemoryBytes: MEMORY,
  transactionSpillBytes: 0,
  spillFolder: '/nowhere',
});

function transaction(lsn: bigint, size: number, bytes = 0): RawTransaction {
  const messages = spool.keep(1);
  messages.changes = size;
  if (bytes > 0) messages.append(Buffer.alloc(bytes), 1, 0);
  return {lsn, xid: 1, commitTime: 0, messages};
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
  const waiting = inbox({transactions: 10, changes: 10, transactionMemoryBytes: MEMORY}, socket());
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
    const waiting = inbox({transactions: 3, changes: 10, transactionMemoryBytes: MEMORY}, wire);
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

test('the bytes that stand in it pause the socket, too', async () => {
  const wire = socket();
  const waiting = inbox({transactions: 3, changes: 10, transactionMemoryBytes: MEMORY}, wire);
  waiting.push(transaction(1n, 1, MEMORY / 2));
  expect(wire.reading).toBe(true);
  waiting.push(transaction(2n, 1, MEMORY / 2));
  expect(wire.reading).toBe(false);
  await waiting.take();
  waiting.done();
  expect(wire.reading).toBe(true);
});

test('it is idle only when nothing stands in it and nothing is being consumed', async () => {
  const waiting = inbox({transactions: 3, changes: 10, transactionMemoryBytes: MEMORY}, socket());
  expect(waiting.idle).toBe(true);
  waiting.push(transaction(1n, 1));
  expect(waiting.idle).toBe(false);
  await waiting.take();
  expect(waiting.idle).toBe(false);
  waiting.done();
  expect(waiting.idle).toBe(true);
});

test('once closed it gives nothing, to who waits nor to who comes', async () => {
  const waiting = inbox({transactions: 3, changes: 10, transactionMemoryBytes: MEMORY}, socket());
  const taking = waiting.take();
  waiting.close();
  expect(await taking).toBeUndefined();
  waiting.push(transaction(1n, 1));
  expect(await waiting.take()).toBeUndefined();
});
