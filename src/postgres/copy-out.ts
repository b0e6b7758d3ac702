import type pg from 'pg';
import {connectionOf, type ProtocolConnection} from './connection.ts';

/** Takes a line, which stands in `bytes` from `start` up to `end`, its line feed included. */
export type OnLine = (bytes: Buffer, start: number, end: number) => void;

/**
 * Runs `COPY … TO STDOUT` and hands over each line as it comes; resolves after the last.
 * Postgres sends one line a message. A line's bytes are only good during the call: the
 * buffer is used again. What `onLine` throws ends the session and is thrown here.
 *
 * The lines are read from the socket itself, and only the other messages are left to pg: it
 * would make three objects a line, which takes as long as all else that is done with it.
 */
export function copyOut(client: pg.Client, sql: string, onLine: OnLine): Promise<void> {
  const {stream} = connectionOf(client);
  return new Promise((resolve, reject) => {
    let failure: {readonly error: unknown} | undefined;
    const fail = (error: unknown): void => {
      failure ??= {error};
    };
    const line: OnLine = (bytes, start, end) => {
      if (failure) return;
      try {
        onLine(bytes, start, end);
      } catch (error) {
        fail(error);
        stream.destroy();
      }
    };
    let leave = (): void => {};
    // The part of pg's Query that its Client calls while the statement runs.
    client.query({
      submit(connection: unknown): null {
        leave = aside(stream, line);
        (connection as ProtocolConnection).query(sql);
        return null;
      },
      handleError(error: unknown): void {
        leave();
        fail(error);
        reject(failure?.error);
      },
      handleCommandComplete(): void {},
      handleReadyForQuery(): void {
        leave();
        if (failure) reject(failure.error);
        else resolve();
      },
    } as pg.Submittable);
  });
}

/** CopyData, the message that a line is. */
const LINE = 100;
/** The kind of a message, and its length, which counts itself. */
const HEAD_BYTES = 5;

/**
 * Takes the lines out of what a socket says, until `leave` is called. A statement is begun
 * after the last message of the one before, so what comes next is the beginning of one.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
function aside(stream: ProtocolConnection['stream'], onLine: OnLine): () => void {
  const listeners = stream.listeners('data') as ((bytes: Buffer) => void)[];
  let left = false;
  /** The beginning of a message, until `wanted` bytes of it are there. */
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wanted = HEAD_BYTES;

  const other = (bytes: Buffer): void => {
    for (const listener of listeners) listener(bytes);
  };
  function hold(bytes: Buffer): void {
    held = [bytes];
    heldBytes = bytes.length;
    wanted = bytes.length < HEAD_BYTES ? HEAD_BYTES : messageEnd(bytes, 0);
  }
  function read(chunk: Buffer): void {
    let bytes = chunk;
    if (heldBytes > 0) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < wanted) return;
      bytes = Buffer.concat(held, heldBytes);
    }
    let at = 0;
    while (!left && bytes.length - at >= HEAD_BYTES) {
      const end = messageEnd(bytes, at);
      if (!(end > at))
        return void stream.destroy(new Error('a message has a length it cannot have'));
      if (end > bytes.length) break;
      if (bytes[at] === LINE) onLine(bytes, at + HEAD_BYTES, end);
      else other(bytes.subarray(at, end));
      at = end;
    }
    if (left && at < bytes.length) other(bytes.subarray(at));
    else hold(bytes.subarray(at));
  }

  stream.on('data', read);
  for (const listener of listeners) stream.off('data', listener);
  return () => {
    if (left) return;
    left = true;
    stream.off('data', read);
    for (const listener of listeners) stream.on('data', listener);
  };
}

/** NaN for a length that no message has. */
function messageEnd(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at + 1);
  return length < 4 || length > 0x7fff_ffff ? Number.NaN : at + 1 + length;
}
