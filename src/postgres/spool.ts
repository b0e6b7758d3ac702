import {slotProblems} from './problems-slot.ts';
import {type SpillFile, spillFile} from './spill-file.ts';

export interface SpoolLimits {
  /** Bytes of messages in memory; past it a transaction goes to a file. */
  readonly transactionMemoryBytes: number;
  /** Bytes of messages in files, of all transactions together. */
  readonly transactionSpillBytes: number;
  /** Where the files are made. */
  readonly spillFolder: string;
}

/** Bytes of a message's length and of the id of its (sub)transaction, before each message. */
const HEADER_BYTES = 8;
/** What is taken from memory, written and read at once. */
const CHUNK_BYTES = 256 * 1024;

/** The kind of a message that describes a relation. */
const RELATION = 0x52;

/** A stretch of a chunk; neighbours share chunks, so that small transactions cost little. */
interface Stretch {
  readonly chunk: Buffer;
  readonly start: number;
  end: number;
}

/**
 * Holds the messages of transactions that have not been applied yet, as the bytes they
 * are: decoded they would take ten times the room. Memory is bounded over all of them; past
 * the bound, the transaction that grows goes to a file, and leaves a chunk in memory.
 */
export class Spool {
  readonly limits: SpoolLimits;
  readonly #open = new Set<Kept>();
  /** The chunk that is being filled, from `at`. */
  chunk: Buffer = Buffer.alloc(0);
  at = 0;
  memoryBytes = 0;
  fileBytes = 0;

  constructor(limits: SpoolLimits) {
    this.limits = limits;
  }

  /** Room for the messages of one transaction; `xid` names it in problems. */
  keep(xid: number): Kept {
    return new Kept(this, xid);
  }

  /** Makes room for `bytes` more in one chunk. */
  extend(bytes: number): void {
    if (this.at + bytes <= this.chunk.length) return;
    this.chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
    this.at = 0;
  }

  note(spilled: Kept): void {
    this.#open.add(spilled);
  }

  forget(spilled: Kept): void {
    this.#open.delete(spilled);
  }

  /** Closes every file; nothing of what was kept can be read any more. */
  close(): void {
    for (const kept of this.#open) kept.release();
  }
}

/** The messages of one transaction, in order. */
export class Kept {
  /** Changes among the messages. */
  changes = 0;
  readonly #spool: Spool;
  readonly #xid: number;
  #stretches: Stretch[] = [];
  #memoryBytes = 0;
  #spilled: {readonly file: SpillFile; readonly tail: Buffer; filled: number} | undefined;
  #rolledBack: Set<number> | undefined;
  #relationsOnly = false;

  constructor(spool: Spool, xid: number) {
    this.#spool = spool;
    this.#xid = xid;
  }

  /** Bytes that it takes of memory. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  get empty(): boolean {
    return this.#stretches.length === 0 && this.#spilled === undefined;
  }

  /**
   * Copies a message: its first byte, and what follows from `rest` on. `xid`: the
   * subtransaction that it goes with, 0 for none. Throws `transaction-too-large` and
   * `transaction-not-kept` where there is no room for it.
   */
  append(bytes: Buffer, rest: number, xid: number): void {
    const length = 1 + bytes.length - rest;
    const needed = HEADER_BYTES + length;
    if (this.#spilled) {
      this.#appendToFile(bytes, rest, xid);
      return;
    }
    const spool = this.#spool;
    spool.extend(needed);
    const {chunk, at} = spool;
    put(chunk, at, bytes, rest, xid);
    spool.at = at + needed;
    const last = this.#stretches.at(-1);
    if (last && last.chunk === chunk && last.end === at) last.end = spool.at;
    else if (!last) this.#stretches = [{chunk, start: at, end: spool.at}];
    else this.#stretches.push({chunk, start: at, end: spool.at});
    this.#memoryBytes += needed;
    spool.memoryBytes += needed;
    // One that would bring little is left where it is: of those there are few enough.
    const full = spool.memoryBytes > spool.limits.transactionMemoryBytes;
    if (full && this.#memoryBytes >= CHUNK_BYTES) this.#spill();
  }

  /** What the subtransaction changed is not among the messages any more. */
  rollBack(subxid: number): void {
    this.#rolledBack ??= new Set();
    this.#rolledBack.add(subxid);
  }

  /** Its changes are known: of its messages only the descriptions of relations are left. */
  forgetRows(): void {
    this.#relationsOnly = true;
    this.changes = 0;
  }

  /** Reads the messages from the first on. What it answers is good until it is asked again. */
  reader(): () => Buffer | undefined {
    const slices = this.#spilled ? this.#fileSlices() : memorySlices(this.#stretches);
    const rolledBack = this.#rolledBack;
    const relationsOnly = this.#relationsOnly;
    let slice: Buffer | undefined;
    let at = 0;
    return () => {
      for (;;) {
        if (!slice || at === slice.length) {
          slice = slices();
          if (!slice) return undefined;
          at = 0;
        }
        const start = at + HEADER_BYTES;
        const xid = slice.readUInt32LE(at + 4);
        at = start + slice.readUInt32LE(at);
        if (rolledBack?.has(xid)) continue;
        if (relationsOnly && slice[start] !== RELATION) continue;
        return slice.subarray(start, at);
      }
    };
  }

  /** Gives the room back. */
  release(): void {
    this.#spool.memoryBytes -= this.#memoryBytes;
    this.#memoryBytes = 0;
    this.#stretches = [];
    if (!this.#spilled) return;
    this.#spool.fileBytes -= this.#spilled.file.size;
    this.#spilled.file.close();
    this.#spilled = undefined;
    this.#spool.forget(this);
  }

  #spill(): void {
    const stretches = this.#stretches;
    const bytes = this.#memoryBytes;
    this.#guarded(() => {
      const file = spillFile(this.#spool.limits.spillFolder);
      this.#spilled = {file, tail: Buffer.allocUnsafeSlow(CHUNK_BYTES), filled: 0};
      this.#spool.note(this);
    });
    for (const {chunk, start, end} of stretches) this.#write(chunk.subarray(start, end));
    this.#stretches = [];
    this.#memoryBytes = 0;
    this.#spool.memoryBytes -= bytes;
  }

  #appendToFile(bytes: Buffer, rest: number, xid: number): void {
    const spilled = this.#spilled!;
    const needed = HEADER_BYTES + 1 + bytes.length - rest;
    if (spilled.filled + needed > CHUNK_BYTES) this.#flush();
    if (needed > CHUNK_BYTES) {
      const own = Buffer.allocUnsafeSlow(needed);
      put(own, 0, bytes, rest, xid);
      this.#write(own);
      return;
    }
    put(spilled.tail, spilled.filled, bytes, rest, xid);
    spilled.filled += needed;
  }

  #flush(): void {
    const {tail, filled} = this.#spilled!;
    if (filled === 0) return;
    this.#spilled!.filled = 0;
    this.#write(tail.subarray(0, filled));
  }

  #write(bytes: Buffer): void {
    const spool = this.#spool;
    const {transactionSpillBytes} = spool.limits;
    if (spool.fileBytes + bytes.length > transactionSpillBytes) {
      const than = `${transactionSpillBytes} bytes on disk`;
      throw slotProblems['transaction-too-large']({xid: this.#xid, than});
    }
    this.#guarded(() => this.#spilled!.file.append(bytes));
    spool.fileBytes += bytes.length;
  }

  /** What the file's system refuses is a Problem; the tables are compared then. */
  #guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const {spillFolder: folder} = this.#spool.limits;
      throw slotProblems['transaction-not-kept']({xid: this.#xid, folder, reason}, {cause});
    }
  }

  /** Slices of the file, each of whole messages. */
  #fileSlices(): () => Buffer | undefined {
    this.#flush();
    const {file} = this.#spilled!;
    let buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let position = 0;
    const filled = (): Buffer => {
      const got = this.#guarded(() => file.read(position, buffer));
      return buffer.subarray(0, got);
    };
    return () => {
      if (position >= file.size) return undefined;
      let slice = filled();
      const first = HEADER_BYTES + slice.readUInt32LE(0);
      if (first > buffer.length) {
        buffer = Buffer.allocUnsafeSlow(first);
        slice = filled();
      }
      const whole = slice.subarray(0, wholeMessages(slice));
      position += whole.length;
      return whole;
    };
  }
}

function put(into: Buffer, at: number, bytes: Buffer, rest: number, xid: number): void {
  putUint32(into, at, 1 + bytes.length - rest);
  putUint32(into, at + 4, xid);
  into[at + HEADER_BYTES] = bytes[0]!;
  bytes.copy(into, at + HEADER_BYTES + 1, rest);
}

/** By hand, not by the Buffer's own: this is run twice for every change. */
function putUint32(into: Buffer, at: number, value: number): void {
  into[at] = value;
  into[at + 1] = value >>> 8;
  into[at + 2] = value >>> 16;
  into[at + 3] = value >>> 24;
}

function memorySlices(stretches: readonly Stretch[]): () => Buffer | undefined {
  let index = 0;
  return () => {
    const stretch = stretches[index++];
    return stretch?.chunk.subarray(stretch.start, stretch.end);
  };
}

/** Bytes of the messages that a slice holds to their ends. */
function wholeMessages(slice: Buffer): number {
  let at = 0;
  while (at + HEADER_BYTES <= slice.length) {
    const end = at + HEADER_BYTES + slice.readUInt32LE(at);
    if (end > slice.length) break;
    at = end;
  }
  return at;
}
