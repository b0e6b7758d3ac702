import {connect} from 'node:net';
import {inspect} from 'node:util';
import {afterAll, expect, test} from 'vitest';
import {api} from '../../src/api/api.ts';
import {apiProblems} from '../../src/api/problems.ts';
import type {QueryChanges} from '../../src/api/service.ts';
import type {Listener} from '../../src/http/listener.ts';
import {listeners} from '../../src/http/listeners.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {queryStream} from '../../src/reaction/query-stream.ts';
import {sseReaction} from '../../src/reaction/sse.ts';
import {listenerOptions, row, sseOptions, streamOptions, world} from '../reaction/world.ts';
import {until} from '../support/until.ts';
import {type Conversation, conversation} from './requests.ts';

/**
 * The listener with everything that is mounted on it, and whatever a client may send it:
 * answers are results, streams or Problems, connections that make no sense are closed, and
 * nothing crashes, hangs or is left behind. FUZZ_RUNS for more by hand, from FUZZ_FIRST on.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const FIRST = Number(process.env.FUZZ_FIRST ?? 1);
const LIMIT_OF_ALL_MS = 120_000 + 30 * RUNS;
const AT_ONCE = 50;
/** How long a conversation may be without a word from the server. */
const LIMIT_MS = 8_000;

const failures: unknown[] = [];
const log = {...silentLog, error: (...said: unknown[]) => void failures.push(said)};
const of = world();
for (let id = 1; id <= 5; id++) of.commit({q: [{key: id, after: row(id, `m${id}`, '1.50')}]});
const all = listeners({...listenerOptions, log, headMs: 200, requestMs: 400, keepAliveMs: 200});
const stream = queryStream({...streamOptions, world: of, queries: of.queries, encode: () => ''});
const limits = {pageRows: 100, stalledMs: 2000, bodyBytes: 1000};
let door: Listener | undefined;
const local = {host: '127.0.0.1', port: 0, setting: 'port'};
const {port} = await all.mount(local, ['/api'], (listener) => {
  door = listener;
  const refuse = () =>
    Promise.reject(apiProblems['query-not-found']({id: 'z', nearest: undefined}));
  const changes = Object.fromEntries(
    Object.keys(of.service.changes).map((name) => [name, refuse]),
  ) as unknown as QueryChanges;
  const service = {...of.service, changes};
  const corsAllowedOrigins = ['http://localhost:3000'];
  const apiToken = 'a-token-of-the-api';
  const clock = systemClock();
  return api({service, events: stream.open, corsAllowedOrigins, apiToken, limits, clock}, listener);
});
const reaction = sseReaction({...sseOptions, port}, {...streamOptions, world: of, listeners: all});
await reaction.start();
afterAll(async () => {
  await stream.close();
  await reaction.stop();
  await all.close();
});

/** What the server said until it closed, or for a stream until something was heard of it. */
function talk({writes, ending}: Conversation): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${LIMIT_MS} ms, heard: ${JSON.stringify(heard)}`));
    }, LIMIT_MS);
    const done = (): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(heard);
    };
    socket.setNoDelay(true);
    socket.on('error', done);
    socket.on('close', done);
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (/text\/event-stream[\s\S]*\r\n\r\n[\s\S]*id: /.test(heard)) done();
    });
    for (const text of writes) if (text !== '') socket.write(Buffer.from(text, 'latin1'));
    if (ending === 'end') socket.end();
    if (ending === 'cut') setImmediate(done);
  });
}

/** The answers in what was heard: heads, and bodies as far as their lengths are told. */
function answers(heard: string): {readonly status: number; readonly body: string}[] {
  const heads = heard.split(/(?=HTTP\/1\.[01] \d{3} )/).filter((part) => part !== '');
  return heads.map((part) => {
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(part)?.[1]);
    const at = part.indexOf('\r\n\r\n') + 4;
    const [head, body] = [part.slice(0, at), part.slice(at)];
    return {status, body: /^transfer-encoding: chunked/im.test(head) ? unchunked(body) : body};
  });
}

function unchunked(body: string): string {
  const size = Number.parseInt(body, 16);
  if (!(size > 0)) return '';
  const at = body.indexOf('\r\n') + 2;
  return body.slice(at, at + size) + unchunked(body.slice(at + size + 2));
}

/** What is wrong with what a conversation came to; undefined: nothing. */
function wrong(heard: string): string | undefined {
  for (const {status, body} of answers(heard)) {
    if (Number.isNaN(status)) return 'no answer of HTTP';
    if (status >= 500 && status !== 503) return `status ${status}`;
    if (/ at .*\.[jt]s:\d|node_modules/.test(body)) return 'a stack';
    if (status < 400 || body === '') continue;
    if (body.startsWith('<')) return 'HTML';
    const {success, error, status: state} = JSON.parse(body);
    if (state === 'unready') continue;
    if (success !== false || typeof error.code !== 'string') return `no Problem: ${body}`;
  }
  return undefined;
}

test(
  `${RUNS} conversations of any sort end in answers, streams, Problems or closed sockets`,
  async () => {
    const statuses = new Map<number, number>();
    const seeds = Array.from({length: RUNS}, (_, i) => FIRST + i).values();
    const worker = async (): Promise<void> => {
      for (const seed of seeds) {
        const heard = await talk(conversation(seed)).catch((error) => `seed ${seed}: ${error}`);
        const said = `seed ${seed}: ${JSON.stringify(heard)} ${inspect(failures)}`;
        expect(wrong(heard), said).toBeUndefined();
        for (const {status} of answers(heard))
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({length: AT_ONCE}, worker));

    expect(failures).toEqual([]);
    // The cases reach what they are made for.
    const reached = [200, 204, 400, 401, 404, 405, 406, 408, 413, 415, 431];
    expect(reached.filter((status) => !statuses.has(status))).toEqual([]);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    await until(() => door!.admission.clients === 0);
    expect([stream.clients, reaction.status().clients]).toEqual([0, 0]);
  },
  LIMIT_OF_ALL_MS,
);

test('a head that comes byte by byte and never ends is cut off, and nobody else waits', async () => {
  const slow = Array.from({length: 20}, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => clearInterval(timer));
    socket.write('GET /events HTTP/1.1\r\nX: ');
    return socket;
  });
  expect((await fetch(`http://127.0.0.1:${port}/api/v1/queries`)).status).toBe(200);
  await until(() => slow.every((socket) => socket.closed));
});
