import {expect, test} from 'vitest';
import {BOOL, INT4, INT8, NUMERIC, TEXT, TIMESTAMPTZ} from '../../src/data/type.ts';
import {Problem} from '../../src/lib/problem.ts';
import {random} from '../../src/lib/random.ts';
import {decodeMessage, type ReadersOf} from '../../src/postgres/pgoutput.ts';
import {decodeStreamMessage} from '../../src/postgres/pgoutput-stream.ts';
import {byteReader} from '../../src/postgres/values.ts';
import {pgoutputFixtures} from '../support/pgoutput-fixtures.ts';

/**
 * The decoder, and whatever bytes a connection may bring: random ones, and what Postgres
 * sent with bytes changed, put in, taken out, cut off and announced otherwise. FUZZ_RUNS
 * for more by hand, from FUZZ_FIRST on.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 20_000);
const FIRST = Number(process.env.FUZZ_FIRST ?? 1);

const MANY = [INT4, TEXT, NUMERIC, TEXT].map(byteReader);
const READERS = new Map([
  [0x4007, MANY],
  [0x4018, [INT8, TIMESTAMPTZ, TEXT].map(byteReader)],
  [0x401c, [INT4, TEXT].map(byteReader)],
  [0x4025, [BOOL].map(byteReader)],
]);
const readersOf: ReadersOf = (oid) => READERS.get(oid);

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const messages = pgoutputFixtures.flatMap((one) => one.messages);
const streamed = [
  '53 000002e5 01',
  '45',
  '63 000002e5 00 0000000001906ed8 0000000001906f08 000303d0e0d18ad6',
  '41 000002e5 000002e6',
].map(hex);

type Decode = (bytes: Buffer) => unknown;
const decode: Decode = (bytes) => decodeMessage(bytes, readersOf);

const kindsOf = (all: readonly Buffer[]): string =>
  [...new Set(all.map((bytes) => String.fromCharCode(bytes[0]!)))].sort().join('');

/** The message, or `malformed`; anything else that is thrown is thrown on. */
function outcome(read: Decode, bytes: Buffer): unknown {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof Problem && error.code === 'replication-message-malformed') {
      return 'malformed';
    }
    throw error;
  }
}

test('every kind of message there is, is among those that are changed', () => {
  expect([kindsOf(messages), kindsOf(streamed)]).toEqual(['BCDIMORTUY', 'AESc']);
});

test.each([
  ['of the protocol', messages, decode],
  ['about streams', streamed, decodeStreamMessage],
] as const)(
  'a message %s that is cut short, or goes on, is malformed at every byte',
  (_, all, read) => {
    for (const bytes of all) {
      expect(outcome(read, bytes)).not.toBe('malformed');
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        expect(outcome(read, cut), `${cut.toString('hex')} of ${bytes.toString('hex')}`).toBe(
          'malformed',
        );
      }
      for (const more of [0, 0x6e, 0xff]) {
        const longer = Buffer.concat([bytes, Buffer.from([more])]);
        expect(outcome(read, longer), longer.toString('hex')).toBe('malformed');
      }
    }
  },
);

/** Where the lengths and counts of row values stand in messages of rows. */
function lengthsIn(bytes: Buffer): number[] {
  const found: number[] = [];
  let at = 5;
  while (at < bytes.length) {
    at += 1; // K, O or N
    const count = bytes.readUInt16BE(at);
    at += 2;
    for (let column = 0; column < count; column++) {
      const kind = bytes[at++];
      if (kind !== 0x74) continue;
      found.push(at);
      at += 4 + bytes.readInt32BE(at);
    }
  }
  return found;
}

test('a value whose length is a lie is malformed: no other value is read then', () => {
  const rows = messages.filter((bytes) => 'IUD'.includes(String.fromCharCode(bytes[0]!)));
  let lies = 0;
  for (const bytes of rows) {
    for (const at of lengthsIn(bytes)) {
      const truth = bytes.readInt32BE(at);
      for (const lie of [0, truth - 1, truth + 1, -1, -5, 0x7fffffff, -0x80000000, 0xffff]) {
        if (lie === truth) continue;
        const lying = Buffer.from(bytes);
        lying.writeInt32BE(lie, at);
        expect(outcome(decode, lying), `${lie} for ${truth} in ${bytes.toString('hex')}`).toBe(
          'malformed',
        );
        lies += 1;
      }
    }
  }
  expect(lies).toBeGreaterThan(100);
});

/** Bytes put in, taken out, changed, doubled; numbers set to their extremes. */
function mutated(bytes: Buffer, next: () => number): Buffer {
  const below = (limit: number): number => Math.floor(next() * limit);
  let all = Buffer.from(bytes);
  for (let times = 1 + below(3); times > 0; times--) {
    const at = below(all.length + 1);
    const way = below(5);
    if (way === 0) all = Buffer.concat([all.subarray(0, at), all.subarray(at + 1 + below(4))]);
    else if (way === 1) all = Buffer.concat([all.subarray(0, at), all.subarray(below(at + 1))]);
    else if (way === 2) {
      const put = Buffer.from(Array.from({length: 1 + below(4)}, () => below(256)));
      all = Buffer.concat([all.subarray(0, at), put, all.subarray(at)]);
    } else if (way === 3 && at + 4 <= all.length) {
      all.writeUInt32BE([0, 0x7fffffff, 0x80000000, 0xffffffff][below(4)]!, at);
    } else if (at < all.length) all[at] = below(256);
  }
  return all;
}

test(`${RUNS} messages of any bytes are messages or malformed, in no time, and leave no more than they are`, () => {
  const next = random(FIRST);
  const read: readonly (readonly [readonly Buffer[], Decode])[] = [
    [messages, decode],
    [streamed, decodeStreamMessage],
  ];
  let [whole, malformed] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    const [all, how] = read[run % 4 === 0 ? 1 : 0]!;
    const from = all[Math.floor(next() * all.length)]!;
    const length = Math.floor(next() * 60);
    const any = () => Buffer.from(Array.from({length}, () => Math.floor(next() * 256)));
    const bytes = run % 5 === 0 ? Buffer.concat([from.subarray(0, 1), any()]) : mutated(from, next);
    const said = `run ${run} from ${FIRST}: ${bytes.toString('hex')}`;
    let told: unknown;
    try {
      told = outcome(how, bytes);
    } catch (error) {
      throw new Error(said, {cause: error});
    }
    if (told === 'malformed') malformed += 1;
    else whole += 1;
    // What is told was in the message: nothing is made of lengths that lie.
    if (told !== 'malformed')
      expect(sizeOf(told), said).toBeLessThanOrEqual(40 * bytes.length + 400);
  }
  expect(whole).toBeGreaterThan(RUNS / 100);
  expect(malformed).toBeGreaterThan(RUNS / 2);
}, 60_000);

const sizeOf = (told: unknown): number =>
  JSON.stringify(told, (_key, value) => (typeof value === 'bigint' ? String(value) : value)).length;
