import {connect, type Socket} from 'node:net';
import {afterEach} from 'vitest';
import type {ListenerOptions} from '../../src/http/listener.ts';
import {type Listeners, listeners} from '../../src/http/listeners.ts';
import type {Reaction} from '../../src/reaction/reaction.ts';
import {type SseOptions, type SseWorld, sseReaction} from '../../src/reaction/sse.ts';
import {type SseClient, sseClient} from '../support/sse-client.ts';
import {listenerOptions, sseOptions, streamOptions, type World} from './world.ts';

/** What is done after each test, the last first. */
export const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export interface Serving {
  readonly reaction: Reaction;
  readonly url: string;
  readonly all: Listeners;
  client(path?: string, headers?: Record<string, string>): Promise<SseClient>;
}

/** A stream of a world's queries on a port of its own, until the test ends. */
export async function serve(
  of: World,
  options: Partial<SseOptions> = {},
  env: Partial<SseWorld> & Partial<ListenerOptions> = {},
): Promise<Serving> {
  const all = listeners({...listenerOptions, ...env});
  const reaction = sseReaction(
    {...sseOptions, queries: [...of.queries.keys()], ...options},
    {...streamOptions, world: of, listeners: all, ...env},
  );
  await reaction.start();
  cleanups.push(() => reaction.stop());
  const url = `http://127.0.0.1:${reaction.status().address?.port}`;
  return {
    reaction,
    url,
    all,
    async client(path = '/events', headers = {}) {
      const client = await sseClient(url + path, headers);
      cleanups.push(() => client.close());
      return client;
    },
  };
}

/** A client that asks for the stream and then reads nothing of it. */
export function deafClient(url: string, path = '/events'): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  cleanups.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`);
  return socket;
}
