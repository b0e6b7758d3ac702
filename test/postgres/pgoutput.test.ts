import fc from 'fast-check';
import {expect, test} from 'vitest';
import {INT4, TEXT} from '../../src/data/type.ts';
import {Problem} from '../../src/lib/problem.ts';
import {decodeMessage, type Message, UNCHANGED} from '../../src/postgres/pgoutput.ts';
import {byteReader} from '../../src/postgres/values.ts';
import {pgoutputFixtures} from '../support/pgoutput-fixtures.ts';
import {decoder} from '../support/told.ts';

const fixtures = pgoutputFixtures.flatMap(({messages}) => messages);
const readers = [byteReader(INT4), byteReader(TEXT)];
const twoColumns = () => readers;
const none = () => undefined;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test.each(pgoutputFixtures)('$statement', ({messages, told}) => {
  const {decode, told: tell} = decoder();
  expect(messages.map((bytes) => tell(decode(bytes)))).toEqual(told);
});

test.each<[name: string, bytes: string, message: Message]>([
  [
    'begin: where the commit is, when, and whose',
    '42 0000000001906ed8 000303d0e0d18ad6 000002e5',
    {
      kind: 'begin',
      finalLsn: 0x1906ed8n,
      commitTime: Date.parse('2026-11-21T23:56:30.041Z') * 1000 + 814,
      xid: 741,
    },
  ],
  [
    'an xid and a position beyond the signed range stay positive',
    '42 fffffffffffffffe 0000000000000000 ffffffff',
    {
      kind: 'begin',
      finalLsn: 0xffff_ffff_ffff_fffen,
      commitTime: 946_684_800_000_000,
      xid: 4_294_967_295,
    },
  ],
  [
    'commit: its record and the end of it',
    '43 00 0000000001906ed8 0000000001906f08 000303d0e0d18ad6',
    {
      kind: 'commit',
      commitLsn: 0x1906ed8n,
      endLsn: 0x1906f08n,
      commitTime: Date.parse('2026-11-21T23:56:30.041Z') * 1000 + 814,
    },
  ],
  [
    'an oid beyond the signed range stays positive, and no schema is pg_catalog',
    '52 ffffffff 00 7400 64 0001 01 6100 80000000 fffffffe',
    {
      kind: 'relation',
      relation: {
        oid: 4_294_967_295,
        schema: 'pg_catalog',
        name: 't',
        replicaIdentity: 'default',
        columns: [{name: 'a', key: true, typeOid: 2_147_483_648, modifier: -2}],
      },
    },
  ],
  [
    'a type without a schema is of pg_catalog',
    '59 00000017 00 696e743400',
    {kind: 'type', typeOid: 23, schema: 'pg_catalog', name: 'int4'},
  ],
  [
    'the position of an origin is the one in its own server',
    '4f 00000000aabbccdd 7500',
    {kind: 'origin', commitLsn: 0xaabbccddn, name: 'u'},
  ],
  [
    'the position of a message is its own',
    '4d 01 0000000000000010 7000 00000002 00ff',
    {kind: 'message', transactional: true, lsn: 16n, prefix: 'p', content: hex('00ff')},
  ],
  [
    'unchanged TOAST is neither null nor a text',
    '55 00000001 4e 0002 74 00000001 37 75',
    {kind: 'update', relationOid: 1, old: undefined, row: [7, UNCHANGED]},
  ],
  [
    'an empty text is not null',
    '49 00000001 4e 0002 6e 74 00000000',
    {kind: 'insert', relationOid: 1, row: [null, '']},
  ],
])('%s', (_name, bytes, message) => {
  expect(decodeMessage(hex(bytes), twoColumns)).toEqual(message);
});

test.each<[name: string, bytes: string, what: string]>([
  ['an empty message', '', '1 bytes were announced, 0 are left'],
  ['a kind that does not exist', '7a', 'there is no message of kind "z"'],
  ['the begin of a streamed transaction', '53 00000001 01', 'there is no message of kind "S"'],
  ['a binary value', '49 00000001 4e 0002 62 00000001 37 6e', 'no column value of kind "b"'],
  ['too few columns', '49 00000001 4e 0001 6e', 'the row has 1 columns, its relation 2'],
  ['a value that is cut off', '49 00000001 4e 0002 6e 74 00000005 61', 'beyond the end'],
  ['a length that is cut off', '49 00000001 4e 0002 6e 74 0000', 'beyond the end'],
  ['a negative length', '49 00000001 4e 0002 6e 74 ffffffff', 'beyond the end'],
  ['the greatest length', '49 00000001 4e 0002 6e 74 7fffffff', 'beyond the end'],
  ['a row that is cut off', '49 00000001 4e 0002 6e', 'the row is cut short'],
  ['bytes after the end', '49 00000001 4e 0002 6e 6e 00', '1 bytes follow the end'],
  ['a name without an end', '52 00000001 7075', 'a name has no end'],
  ['more columns than bytes', '52 00000001 00 00 64 ffff', '65535 items were announced'],
  ['more relations than bytes', '54 7fffffff 00', '2147483647 items were announced'],
  ['an unknown replica identity', '52 00000001 00 00 78 0000', 'no replica identity "x"'],
  ['an old row of no kind', '44 00000001 4e 0000', 'an old row begins with "N"'],
  ['a new row of no kind', '49 00000001 4b 0000', 'a new row begins with "K"'],
  [
    'content longer than the message',
    '4d 00 0000000000000000 00 00000009',
    '9 bytes were announced',
  ],
  ['content of negative length', '4d 00 0000000000000000 00 ffffffff', '-1 bytes were announced'],
  ['a number that is none', '49 00000001 4e 0002 74 00000001 61 6e', '"a" is no text of a value'],
])('%s is malformed', (_name, bytes, what) => {
  expect(problemOf(hex(bytes))).toMatchObject({
    code: 'replication-message-malformed',
    detail: expect.stringContaining(what),
  });
});

test('a row of a relation that was not described is malformed', () => {
  expect(() => decodeMessage(hex('49 00000009 4e 0000'), none)).toThrow(Problem);
});

test('nothing that was decoded changes when the connection uses its buffer again', () => {
  const {decode} = decoder();
  for (const bytes of fixtures) {
    const buffer = Buffer.from(bytes);
    const message = decode(buffer);
    const before = structuredClone(withoutSymbols(message));
    buffer.fill(0x7a);
    expect(withoutSymbols(message)).toEqual(before);
  }
});

test('a message in the middle of a larger buffer is read in its own bounds', () => {
  const bytes = hex('ffff 49 00000001 4e 0002 74 00000001 37 6e ffff').subarray(2, -2);
  expect(decodeMessage(bytes, twoColumns)).toEqual({
    kind: 'insert',
    relationOid: 1,
    row: [7, null],
  });
});

test('a fixture that is cut short anywhere is malformed', () => {
  const {decode} = decoder();
  for (const bytes of fixtures) {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decode(bytes.subarray(0, length))).toThrow(Problem);
    }
    decode(bytes);
  }
});

test('random bytes are decoded or malformed, and nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom(...'BCRIUDTYOM'), fc.uint8Array({maxLength: 60}), (kind, bytes) => {
      settle(Buffer.concat([Buffer.from(kind), bytes]));
    }),
    {numRuns: 20_000},
  );
});

test('mutated messages are decoded or malformed, and nothing else', () => {
  const {decode} = decoder();
  for (const bytes of fixtures) decode(bytes);
  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom(0, 1, 45, 46, 48, 101, 127, 128, 255),
    fc.nat(2),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...fixtures),
      fc.array(change, {minLength: 1, maxLength: 4}),
      (bytes, changes) => {
        let mutated: Buffer = Buffer.from(bytes);
        for (const [place, byte, how] of changes) {
          const at = place % (mutated.length + 1);
          const rest = mutated.subarray(how === 1 ? at : at + 1);
          mutated = Buffer.concat([
            mutated.subarray(0, at),
            Buffer.of(...(how === 2 ? [] : [byte])),
            rest,
          ]);
        }
        settle(mutated, decode);
      },
    ),
    {numRuns: 20_000},
  );
});

/** Decodes; passes when that works or ends in the Problem for it. */
function settle(bytes: Buffer, decode = (some: Buffer) => decodeMessage(some, twoColumns)): void {
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).toBe('replication-message-malformed');
  }
}

function problemOf(bytes: Buffer): unknown {
  try {
    return decodeMessage(bytes, twoColumns);
  } catch (error) {
    return error;
  }
}

/** Decimals, symbols and buffers in a form that can be kept and compared. */
const withoutSymbols = (message: Message): unknown =>
  JSON.parse(
    JSON.stringify(message, (_key, value) =>
      typeof value === 'symbol' || typeof value === 'bigint' ? String(value) : value,
    ),
  );
