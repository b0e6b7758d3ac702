/**
 * Messages of pgoutput as a server sends them.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
export interface Relation {
  readonly oid: number;
  readonly name: string;
  readonly columns: readonly string[];
}

/** Microseconds from 1970 to 2000, where Postgres counts from. */
const POSTGRES_EPOCH = 946_684_800_000_000n;
const INT4_OID = 23;

export function beginBytes(commit: {finalLsn: bigint; commitTime: number; xid: number}): Buffer {
  return Buffer.concat([
    Buffer.from('B'),
    int64(commit.finalLsn),
    int64(BigInt(commit.commitTime) - POSTGRES_EPOCH),
    int32(commit.xid),
  ]);
}

export function commitBytes(commit: {
  finalLsn: bigint;
  endLsn: bigint;
  commitTime: number;
}): Buffer {
  const time = int64(BigInt(commit.commitTime) - POSTGRES_EPOCH);
  return Buffer.concat([Buffer.from('C\0'), int64(commit.finalLsn), int64(commit.endLsn), time]);
}

/** All columns are int4, the first one is the key. */
export function relationBytes({oid, name, columns}: Relation): Buffer {
  return Buffer.concat([
    Buffer.from('R'),
    int32(oid),
    text('public'),
    text(name),
    Buffer.from('d'),
    int16(columns.length),
    ...columns.flatMap((column, at) => [
      Buffer.of(at === 0 ? 1 : 0),
      text(column),
      int32(INT4_OID),
      int32(-1),
    ]),
  ]);
}

type Values = readonly (number | null)[];

export const insertBytes = (oid: number, row: Values): Buffer =>
  Buffer.concat([Buffer.from('I'), int32(oid), Buffer.from('N'), tuple(row)]);

export const updateBytes = (oid: number, row: Values): Buffer =>
  Buffer.concat([Buffer.from('U'), int32(oid), Buffer.from('N'), tuple(row)]);

/** Of a deleted row the key alone is sent. */
export const deleteBytes = (oid: number, row: Values): Buffer =>
  Buffer.concat([
    Buffer.from('D'),
    int32(oid),
    Buffer.from('K'),
    tuple(row.map((value, at) => (at === 0 ? value : null))),
  ]);

function tuple(row: Values): Buffer {
  const values = row.map((value) => {
    if (value === null) return Buffer.from('n');
    const bytes = Buffer.from(String(value));
    return Buffer.concat([Buffer.from('t'), int32(bytes.length), bytes]);
  });
  return Buffer.concat([int16(row.length), ...values]);
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`);

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
