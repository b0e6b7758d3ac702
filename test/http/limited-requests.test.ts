import type {RequestHandler, Response} from 'express';
import {afterEach, expect, test} from 'vitest';
import {leavesRequests} from '../../src/http/limited-requests.ts';
import type {ListenerOptions} from '../../src/http/listener.ts';
import {listeners} from '../../src/http/listeners.ts';
import {listenerOptions} from '../reaction/world.ts';
import {until} from '../support/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Slow {
  readonly url: string;
  /** Answers that wait. */
  readonly waiting: Response[];
}

/** Serves paths whose answers wait until they are told. */
async function slow(options: Partial<ListenerOptions>): Promise<Slow> {
  const waiting: Response[] = [];
  const handler: RequestHandler = (request, response) => {
    if (request.path === '/stream') leavesRequests(response);
    if (request.path === '/health') response.send('ok');
    else waiting.push(response);
  };
  const all = listeners({...listenerOptions, ...options});
  cleanups.push(() => {
    for (const response of waiting) response.end();
    return all.close();
  });
  const {port} = await all.mount({host: '127.0.0.1', port: 0, setting: 'port'}, [], () => handler);
  return {url: `http://127.0.0.1:${port}`, waiting};
}

test.each([
  ['in all', {requests: 2}, 'requests'],
  ['to one address', {requestsPerAddress: 2}, 'requestsPerAddress'],
])(
  'one answer too many %s is refused, with the time to ask again',
  async (_name, limits, limit) => {
    const {url, waiting} = await slow(limits);
    const under = [fetch(`${url}/a`), fetch(`${url}/b`)];
    await until(() => waiting.length === 2);
    const third = await fetch(`${url}/c`);
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await third.json()).error).toMatchObject({
      code: 'too-many-requests',
      detail: `The limit "${limit}" is reached.`,
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    waiting.shift()!.end();
    await under[0];
    void fetch(`${url}/d`);
    await until(() => waiting.length === 2);
  },
);

test('a browser that wants a stream is sent away so that it comes back by itself', async () => {
  const {url, waiting} = await slow({requests: 1});
  void fetch(`${url}/a`);
  await until(() => waiting.length === 1);
  const stream = await fetch(`${url}/stream`, {headers: {Accept: 'text/event-stream'}});
  expect([stream.status, stream.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  expect(await stream.text()).toBe(
    'event: bye\nretry: 16000\ndata: {"reason":"too-many-clients","limit":"requests"}\n\n',
  );
});

test('what has become a stream takes no place of the answers', async () => {
  const {url, waiting} = await slow({requests: 1});
  for (let open = 1; open <= 3; open++) {
    void fetch(`${url}/stream`);
    await until(() => waiting.length === open);
  }
  void fetch(`${url}/a`);
  await until(() => waiting.length === 4);
  expect((await fetch(`${url}/b`)).status).toBe(503);
});

test('an address longer than the limit is refused as a Problem', async () => {
  const {url} = await slow({urlCharacters: 100});
  const answer = await fetch(`${url}/${'x'.repeat(100)}`);
  expect([answer.status, (await answer.json()).error.code]).toEqual([414, 'url-too-long']);
});
