/**
 * Messages of a streamed transaction, as a server sends them with `streaming 'on'`.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
export const streamStart = (xid: number, first = true): Buffer =>
  Buffer.concat([Buffer.from('S'), uint32(xid), Buffer.of(first ? 1 : 0)]);

export const streamStop = (): Buffer => Buffer.from('E');

export const streamAbort = (xid: number, subxid: number): Buffer =>
  Buffer.concat([Buffer.from('A'), uint32(xid), uint32(subxid)]);

export function streamCommit(xid: number, commitLsn: bigint, endLsn: bigint): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.write('c');
  bytes.writeUInt32BE(xid, 1);
  bytes.writeBigUInt64BE(commitLsn, 6);
  bytes.writeBigUInt64BE(endLsn, 14);
  return bytes;
}

/** A message as it comes within a block: with the id of its (sub)transaction. */
export const within = (xid: number, message: Buffer): Buffer =>
  Buffer.concat([message.subarray(0, 1), uint32(xid), message.subarray(1)]);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
