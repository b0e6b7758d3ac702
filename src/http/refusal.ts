import type {IncomingMessage, ServerResponse} from 'node:http';
import {frameText} from './frame.ts';

/** Whether whoever asks is a browser's EventSource, or reads the same. */
export const readsEvents = ({headers}: IncomingMessage): boolean =>
  headers.accept?.includes('text/event-stream') ?? false;

/** A client that is refused comes back this many times later than another. */
const LATER = 8;

/**
 * Sends a client away that is one too many. A browser's EventSource gives up for good on
 * any status but 200, so it is told to come back later in a stream that ends at once.
 */
export function sendAway(
  response: ServerResponse,
  {limit, retryMs}: {readonly limit: string; readonly retryMs: number},
): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    Connection: 'close',
  });
  const data = JSON.stringify({reason: 'too-many-clients', limit});
  response.end(frameText({event: 'bye', retryMs: retryMs * LATER, data}));
}
