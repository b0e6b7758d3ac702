import {expect, test} from 'vitest';
import type {Message} from '../../src/postgres/pgoutput.ts';
import {assembler} from '../../src/postgres/transactions.ts';

const begin = (finalLsn: bigint): Message => ({kind: 'begin', finalLsn, commitTime: 7, xid: 1});
const commit = (commitLsn: bigint, endLsn: bigint): Message => ({
  kind: 'commit',
  commitLsn,
  endLsn,
  commitTime: 7,
});
const insert = (id: number): Message => ({kind: 'insert', relationOid: 1, row: [id]});

test('changes come out with their commit, in order, and at the end of it', () => {
  const transactions = assembler({from: 0n, maxRows: 10});
  expect(transactions.push(begin(100n))).toBeUndefined();
  expect(transactions.open).toBe(true);
  transactions.push(insert(1));
  transactions.push({kind: 'origin', commitLsn: 1n, name: 'elsewhere'});
  transactions.push(insert(2));
  expect(transactions.push(commit(100n, 148n))).toEqual({
    lsn: 148n,
    xid: 1,
    commitTime: 7,
    changes: [insert(1), insert(2)],
  });
  expect(transactions.open).toBe(false);
});

test.each<[finalLsn: bigint, known: boolean]>([
  [99n, true],
  [100n, false],
  [101n, false],
])('of a stream from 100, a commit at %s is known: %s', (finalLsn, known) => {
  const transactions = assembler({from: 100n, maxRows: 10});
  transactions.push(begin(finalLsn));
  transactions.push(insert(1));
  expect(transactions.push(commit(finalLsn, finalLsn + 48n)) === undefined).toBe(known);
});

test('a transaction of as many rows as allowed passes, and one more is refused', () => {
  const transactions = assembler({from: 0n, maxRows: 2});
  transactions.push(begin(1n));
  transactions.push(insert(1));
  transactions.push(insert(2));
  expect(() => transactions.push(insert(3))).toThrow(
    expect.objectContaining({
      code: 'transaction-too-large',
      message: expect.stringContaining('more than 2 rows'),
    }),
  );
});
