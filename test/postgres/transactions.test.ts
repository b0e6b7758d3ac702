import {tmpdir} from 'node:os';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Problem} from '../../src/lib/problem.ts';
import type {Message} from '../../src/postgres/pgoutput.ts';
import {Spool} from '../../src/postgres/spool.ts';
import {
  type AssemblerOptions,
  assembler,
  type RawTransaction,
} from '../../src/postgres/transactions.ts';
import {beginBytes, commitBytes, insertBytes, relationBytes} from '../crash/pgoutput-bytes.ts';
import {
  streamAbort,
  streamCommit,
  streamStart,
  streamStop,
  within,
} from '../support/stream-bytes.ts';

const TABLE = {oid: 1, name: 't', columns: ['id']};
const relation = relationBytes(TABLE);
const insert = (id: number): Buffer => insertBytes(1, [id]);
const begin = (finalLsn: bigint): Buffer => beginBytes({finalLsn, commitTime: 7, xid: 1});
const commit = (finalLsn: bigint, endLsn: bigint): Buffer =>
  commitBytes({finalLsn, endLsn, commitTime: 7});

function assembling(options: Partial<AssemblerOptions> = {}) {
  const limits = {
    transactionMemoryBytes: 1000,
    transactionSpillBytes: 1_000_000,
    spillFolder: tmpdir(),
  };
  return assembler({
    from: 0n,
    maxRows: 10,
    spool: new Spool(limits),
    follows: (oid) => oid === 1,
    hear: () => {},
    ...options,
  });
}

/** What a transaction holds, message by message. */
function messages(transaction: RawTransaction | undefined): Buffer[] | undefined {
  const read = transaction?.messages.reader();
  if (!read) return undefined;
  const found: Buffer[] = [];
  for (let bytes = read(); bytes; bytes = read()) found.push(Buffer.from(bytes));
  return found;
}

/** What the last of the messages completes. */
function pushed(transactions: ReturnType<typeof assembling>, all: readonly Buffer[]) {
  const whole = all.map((bytes) => transactions.push(bytes));
  expect(whole.slice(0, -1).every((one) => one === undefined)).toBe(true);
  return whole.at(-1);
}

test('messages come out with their commit, in order, and at the end of it', () => {
  const transactions = assembling();
  expect(transactions.push(begin(100n))).toBeUndefined();
  expect(transactions.open).toBe(true);
  const rest = [relation, insert(1), Buffer.from('O\0\0\0\0\0\0\0\x01u\0'), insert(2)];
  const whole = pushed(transactions, [...rest, commit(100n, 148n)]);
  expect(whole).toMatchObject({lsn: 148n, xid: 1, commitTime: 7, messages: {changes: 2}});
  expect(messages(whole)).toEqual([relation, insert(1), insert(2)]);
  expect(transactions.open).toBe(false);
});

test.each<[finalLsn: bigint, known: boolean]>([
  [99n, true],
  [100n, false],
  [101n, false],
])('of a stream from 100, a commit at %s is known: %s', (finalLsn, known) => {
  const transactions = assembling({from: 100n});
  const end = finalLsn + 48n;
  const whole = pushed(transactions, [begin(finalLsn), insert(1), commit(finalLsn, end)]);
  expect(whole === undefined).toBe(known);
});

test('a transaction that is known still tells what its relations are', () => {
  const transactions = assembling({from: 100n});
  const plain = pushed(transactions, [begin(9n), relation, insert(1), commit(9n, 10n)]);
  expect(messages(plain)).toEqual([relation]);
  const block = [streamStart(5), within(5, relation), within(5, insert(1)), streamStop()];
  const streamed = pushed(transactions, [...block, streamCommit(5, 20n, 21n)]);
  expect(messages(streamed)).toEqual([relation]);
  expect(streamed?.messages.changes).toBe(0);
});

test('rows of tables that are not followed are not kept', () => {
  const transactions = assembling();
  const others = [insertBytes(2, [1]), insert(3)];
  expect(messages(pushed(transactions, [begin(1n), ...others, commit(1n, 2n)]))).toEqual([
    insert(3),
  ]);
  const block = [streamStart(5), ...others.map((bytes) => within(5, bytes)), streamStop()];
  expect(messages(pushed(transactions, [...block, streamCommit(5, 3n, 4n)]))).toEqual([insert(3)]);
});

test('a transaction of as many rows as allowed passes, and one more is refused', () => {
  const transactions = assembling({maxRows: 2});
  pushed(transactions, [begin(1n), insert(1), insert(2)]);
  expect(() => transactions.push(insert(3))).toThrow(
    expect.objectContaining({
      code: 'transaction-too-large',
      message: expect.stringContaining('more than 2 rows'),
    }),
  );
});

test('a streamed transaction past the limit is refused when it commits, and not before', () => {
  const transactions = assembling({maxRows: 2});
  const block = [streamStart(5), ...[1, 2, 3, 4].map((id) => within(5, insert(id))), streamStop()];
  pushed(transactions, [...block, streamAbort(5, 5), ...block]);
  expect(() => transactions.push(streamCommit(5, 1n, 2n))).toThrow(
    expect.objectContaining({code: 'transaction-too-large'}),
  );
});

test('streamed transactions that take turns come out apart, in the order of their commits', () => {
  const transactions = assembling();
  const first = [streamStart(5), within(5, relation), within(5, insert(1)), streamStop()];
  const second = [streamStart(6), within(6, relation), within(6, insert(10)), streamStop()];
  const further = [streamStart(5, false), within(5, insert(2)), streamStop()];
  const plain = pushed(transactions, [
    ...first,
    ...second,
    begin(50n),
    insert(7),
    commit(50n, 60n),
  ]);
  expect(messages(plain)).toEqual([insert(7)]);
  expect(transactions.streamed).toBe(2);
  expect(transactions.open).toBe(false);
  const six = pushed(transactions, [...further, streamCommit(6, 70n, 80n)]);
  expect(six).toMatchObject({lsn: 80n, xid: 6});
  expect(messages(six)).toEqual([relation, insert(10)]);
  const five = transactions.push(streamCommit(5, 90n, 99n));
  expect(messages(five)).toEqual([relation, insert(1), insert(2)]);
  expect(transactions.streamed).toBe(0);
});

test('of a subtransaction that is rolled back the rows go, and what it described stays', () => {
  const transactions = assembling();
  const block = [
    streamStart(5),
    within(5, insert(1)),
    within(7, relation),
    within(7, insert(2)),
    within(8, insert(3)),
    streamStop(),
    streamAbort(5, 7),
    streamStart(5, false),
    within(5, insert(4)),
    streamStop(),
  ];
  const whole = pushed(transactions, [...block, streamCommit(5, 1n, 2n)]);
  expect(messages(whole)).toEqual([insert(1), relation, insert(3), insert(4)]);
});

test('a streamed transaction that is rolled back leaves nothing', () => {
  const spool = new Spool({
    transactionMemoryBytes: 0,
    transactionSpillBytes: 1_000_000,
    spillFolder: tmpdir(),
  });
  const transactions = assembling({spool});
  pushed(transactions, [streamStart(5), within(5, insert(1)), streamStop(), streamAbort(5, 5)]);
  expect(transactions.streamed).toBe(0);
  expect([spool.memoryBytes, spool.fileBytes]).toEqual([0, 0]);
});

test('messages of no table are heard at once, but for those of an open transaction', () => {
  const heard: Message[] = [];
  const transactions = assembling({hear: (message) => heard.push(message)});
  const message = Buffer.from('4d00000000000000001070000000000100', 'hex');
  transactions.push(message);
  pushed(transactions, [streamStart(5), within(5, message), streamStop()]);
  expect(heard).toMatchObject([{kind: 'message', prefix: 'p'}]);
});

test.each<[name: string, all: Buffer[]]>([
  ['a row outside of a transaction', [insert(1)]],
  ['a relation outside of a transaction', [relation]],
  ['a commit of nothing', [commit(1n, 2n)]],
  ['a transaction within another', [begin(1n), begin(2n)]],
  ['a transaction within a block', [streamStart(5), begin(2n)]],
  ['a block within a transaction', [begin(1n), streamStart(5)]],
  ['a block within a block', [streamStart(5), streamStart(6)]],
  ['the end of no block', [streamStop()]],
  ['the commit of what was not streamed', [streamCommit(5, 1n, 2n)]],
  ['a block whose id is cut off', [Buffer.from('S\0\0')]],
  ['a rollback with more behind it', [Buffer.concat([streamAbort(5, 6), Buffer.of(0)])]],
  ['a row of a block that is cut short', [streamStart(5), Buffer.from('I\0')]],
])('%s is malformed', (_name, all) => {
  const transactions = assembling();
  expect(() => all.map((bytes) => transactions.push(bytes))).toThrow(
    expect.objectContaining({code: 'replication-message-malformed'}),
  );
});

test('whatever comes ends in transactions or in problems, and in nothing else', () => {
  const good = [begin(1n), commit(1n, 2n), relation, insert(1), streamStart(5), streamStop()];
  const some = [...good, streamAbort(5, 5), streamCommit(5, 1n, 2n), within(5, insert(1))];
  const any = fc.oneof(
    fc.constantFrom(...some),
    fc.uint8Array({maxLength: 20}).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.constantFrom(...'SEcABCRIUDTYOM'), fc.uint8Array({maxLength: 30}))
      .map(([kind, bytes]) => Buffer.concat([Buffer.from(kind), bytes])),
  );
  fc.assert(
    fc.property(fc.array(any, {maxLength: 12}), (all) => {
      const transactions = assembling();
      try {
        for (const bytes of all) transactions.push(bytes)?.messages.release();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    }),
    {numRuns: 5000},
  );
});
