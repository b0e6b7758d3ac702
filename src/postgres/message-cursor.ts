import {decodeProblems} from './problems-decode.ts';

/**
 * Reads the fields of one message from front to back, and nothing outside of it: what
 * would lie beyond the end is a Problem.
 */
export class MessageCursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** The Problem to throw; `cause` is an error that reading a value ended in. */
  malformed(what: string, cause?: unknown): Error {
    return decodeProblems['replication-message-malformed'](
      {what, offset: this.at, length: this.bytes.length},
      {cause},
    );
  }

  /** Steps over `length` bytes, and answers where they begin. */
  take(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.bytes.length - start) {
      throw this.malformed(`${length} bytes were announced, ${this.bytes.length - start} are left`);
    }
    this.at = start + length;
    return start;
  }

  uint8(): number {
    return this.bytes[this.take(1)]!;
  }

  uint16(): number {
    return this.bytes.readUInt16BE(this.take(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.take(4));
  }

  uint64(): bigint {
    return this.bytes.readBigUInt64BE(this.take(8));
  }

  /** A signed 64-bit integer that is safe in practice, such as a time. */
  int64(): number {
    return this.int32() * 2 ** 32 + this.uint32();
  }

  /** A text that ends in a zero byte. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw this.malformed('a name has no end');
    const start = this.take(end + 1 - this.at);
    return this.bytes.toString('utf8', start, end);
  }

  /** A count that the rest of the message has room for, at `bytesEach` or more. */
  count(count: number, bytesEach: number): number {
    const left = this.bytes.length - this.at;
    if (count < 0 || count * bytesEach > left) {
      throw this.malformed(`${count} items were announced, ${left} bytes are left`);
    }
    return count;
  }

  /** States that the message ends here. */
  end(): void {
    const left = this.bytes.length - this.at;
    if (left > 0) throw this.malformed(`${left} bytes follow the end of the message`);
  }
}
