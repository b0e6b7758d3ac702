import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {Response} from 'express';

/** Pieces are joined until they are worth a write. */
const WRITE_CHARACTERS = 64 * 1024;

/**
 * Sends a body that is made while it is sent, as fast as the client takes it; a client
 * that takes nothing for `stalledMs`, or goes away, ends it. The head must be set.
 */
export async function sendPieces(
  response: Response,
  pieces: Iterable<string>,
  {stalledMs}: {stalledMs: number},
): Promise<void> {
  if (response.req.method === 'HEAD') return void response.end();
  response.setTimeout(stalledMs, () => response.destroy());
  try {
    await pipeline(Readable.from(joined(pieces), {objectMode: true}), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

function* joined(pieces: Iterable<string>): Generator<string> {
  let waiting = '';
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < WRITE_CHARACTERS) continue;
    yield waiting;
    waiting = '';
  }
  if (waiting !== '') yield waiting;
}
