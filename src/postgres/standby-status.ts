import type {Lsn} from '../data/lsn.ts';

/** Microseconds from 1970 to 2000, where Postgres's time begins. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n;

/**
 * The message by which a client says how far it is: received, and durable (which is what
 * the server may forget). Positions are the first byte that is not yet there, as the end
 * of a commit is. https://www.postgresql.org/docs/current/protocol-replication.html
 */
export function standbyStatus(status: {
  readonly received: Lsn;
  /** 0 says nothing, and leaves the slot where it is. */
  readonly durable: Lsn;
  readonly nowMs: number;
  /** Asks the server to answer at once: it proves that the line is alive. */
  readonly replyRequested: boolean;
}): Buffer {
  const message = Buffer.allocUnsafe(34);
  message.writeUInt8(0x72, 0); // 'r'
  message.writeBigUInt64BE(status.received, 1);
  message.writeBigUInt64BE(status.durable, 9); // flushed
  message.writeBigUInt64BE(status.durable, 17); // applied
  message.writeBigInt64BE(BigInt(Math.round(status.nowMs)) * 1000n - POSTGRES_EPOCH_MICROS, 25);
  message.writeUInt8(status.replyRequested ? 1 : 0, 33);
  return message;
}
