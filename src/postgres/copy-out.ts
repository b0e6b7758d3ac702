import type pg from 'pg';
import {connectionOf, type ProtocolConnection} from './connection.ts';

/**
 * Runs `COPY … TO STDOUT` and hands over each line as it comes; resolves after the last.
 * Postgres sends one line a message. A line's bytes are only good during the call: the
 * buffer is used again. What `onLine` throws ends the session and is thrown here.
 */
export function copyOut(
  client: pg.Client,
  sql: string,
  onLine: (line: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: {readonly error: unknown} | undefined;
    const fail = (error: unknown): void => {
      failure ??= {error};
    };
    // The part of pg's Query that its Client calls while the statement runs.
    client.query({
      submit(connection: unknown): null {
        (connection as ProtocolConnection).query(sql);
        return null;
      },
      handleCopyData({chunk}: {chunk: Buffer}): void {
        if (failure) return;
        try {
          onLine(chunk);
        } catch (error) {
          fail(error);
          connectionOf(client).stream.destroy();
        }
      },
      handleError(error: unknown): void {
        fail(error);
        reject(failure?.error);
      },
      handleCommandComplete(): void {},
      handleReadyForQuery(): void {
        if (failure) reject(failure.error);
        else resolve();
      },
    } as pg.Submittable);
  });
}
