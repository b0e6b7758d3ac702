import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type RequestHandler, Router} from 'express';
import {afterEach, expect, test} from 'vitest';
import {admission} from '../../src/http/admission.ts';
import {nothingHere} from '../../src/http/answers.ts';
import type {ListenerOptions} from '../../src/http/listener.ts';
import {type Listeners, listeners} from '../../src/http/listeners.ts';
import {staticFiles} from '../../src/http/static.ts';
import type {Fields} from '../../src/lib/log.ts';
import {silentLog} from '../../src/lib/log.ts';
import {listenerOptions} from '../reaction/world.ts';
import {until} from '../support/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const local = {host: '127.0.0.1', port: 0, setting: 'port'};

function opened(options: Partial<ListenerOptions> = {}): Listeners {
  const all = listeners({...listenerOptions, ...options});
  cleanups.push(() => all.close());
  return all;
}

async function serving(
  handler: RequestHandler,
  options: Partial<ListenerOptions> = {},
): Promise<string> {
  const {port} = await opened(options).mount(local, [], () => handler);
  return `http://127.0.0.1:${port}`;
}

const echo: RequestHandler = (request, response) => void response.send(request.path);

test('a port that another process holds is a Problem that names the setting', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  cleanups.push(() => other.close());
  const {port} = other.address() as AddressInfo;
  const mounting = opened().mount({...local, port, setting: 'reactions.live.port'}, [], () => echo);
  await expect(mounting).rejects.toMatchObject({
    code: 'port-in-use',
    message: `port ${port} is in use`,
    detail: expect.stringContaining('"reactions.live.port"'),
    hint: expect.stringContaining(`lsof -i :${port}`),
  });
});

test.runIf(someAreReserved())('a port that only root may have is denied to others', async () => {
  const mounting = asNobody(() => opened().mount({...local, port: 1}, [], () => echo));
  await expect(mounting).rejects.toMatchObject({
    code: 'port-denied',
    message: expect.stringContaining('port 1'),
    detail: expect.stringContaining('"port"'),
  });
});

/** Whether this system reserves ports at all; many containers reserve none. */
function someAreReserved(): boolean {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) > 1;
  } catch {
    return false;
  }
}

/** Does something without root's rights, where the tests have them. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await act();
  process.seteuid?.('nobody');
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}

test('what the system refuses otherwise is a Problem with its words', async () => {
  const mounting = opened().mount({...local, host: 'fe80::1'}, [], () => echo);
  await expect(mounting).rejects.toMatchObject({code: 'listen-failed'});
});

test('a port that was in use can be had once it is free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const {port} = other.address() as AddressInfo;
  const all = opened();
  await expect(all.mount({...local, port}, [], () => echo)).rejects.toThrow('in use');
  other.close();
  await once(other, 'close');
  expect((await all.mount({...local, port}, [], () => echo)).port).toBe(port);
});

test('a host that is no address of this machine is a Problem', async () => {
  const mounting = opened().mount({...local, host: '192.0.2.1'}, [], () => echo);
  await expect(mounting).rejects.toMatchObject({code: 'host-unknown'});
});

test('what is mounted at one moment shares one listener', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const {port} = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  const all = opened();
  const at = (path: string): RequestHandler => Router().get(path, echo);
  const mounts = await Promise.all(
    ['/a', '/b'].map((path) => all.mount({...local, port}, [path], () => at(path))),
  );
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect([await status('/a'), await status('/b'), await status('/c')]).toEqual([200, 200, 404]);
  await mounts[0]!.unmount();
  expect([await status('/a'), await status('/b')]).toEqual([404, 200]);
  await mounts[1]!.unmount();
  await expect(status('/b')).rejects.toThrow('fetch failed');
});

test('a path that nobody serves is answered as a Problem in the envelope', async () => {
  const url = await serving(Router());
  const response = await fetch(`${url}/no/such`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    success: false,
    data: null,
    error: {
      code: 'route-not-found',
      message: 'nothing is served at /no/such',
      hint: expect.stringContaining('docs/api.md has all paths'),
    },
  });
});

test('a path below one that is served is answered with the whole of it', async () => {
  const url = await serving(
    Router().use('/api', nothingHere(['/api/v1'], 'docs/api.md lists them')),
  );
  const {error} = (await (await fetch(`${url}/api/v2`)).json()) as {error: unknown};
  expect(error).toMatchObject({
    message: 'nothing is served at /api/v2',
    hint: 'did you mean /api/v1?',
  });
});

test('a bug is told to the log in full, and to the client not at all', async () => {
  const told: (Fields | undefined)[] = [];
  const log = {...silentLog, error: (_message: string, fields?: Fields) => void told.push(fields)};
  const url = await serving(
    () => {
      throw new Error('secret at /etc/x');
    },
    {log},
  );
  const response = await fetch(url);
  expect(response.status).toBe(500);
  const answer = await response.text();
  expect(JSON.parse(answer)).toMatchObject({error: {code: 'internal-error'}});
  expect(answer).not.toMatch(/secret|at .*\.ts/);
  expect(told).toMatchObject([{method: 'GET', error: {message: 'secret at /etc/x'}}]);
});

test.each([
  ['a path that is not UTF-8', '/%ff', 400],
  ['a path cut in an escape', '/%e', 400],
])('%s is a bad request', async (_name, path, status) => {
  const url = await serving(Router().get('/:id', echo));
  expect((await fetch(url + path)).status).toBe(status);
});

test('a body larger than the limit is refused unread', async () => {
  const url = await serving(echo, {bodyBytes: 10});
  const response = await fetch(url, {method: 'POST', body: 'x'.repeat(11)});
  expect([response.status, (await response.json()).error.code]).toEqual([413, 'body-too-large']);
  expect((await fetch(url, {method: 'POST', body: 'x'.repeat(10)})).status).toBe(200);
});

test('a request whose head never ends is cut off', async () => {
  const url = await serving(echo, {headMs: 50, requestMs: 100});
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes;
  });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
  await once(socket, 'close');
  expect(heard).toMatch(/^HTTP\/1.1 408/);
}, 60_000);

test('a head larger than the limit is refused', async () => {
  const url = await serving(echo, {headBytes: 1024});
  expect((await fetch(url, {headers: {'X-Long': 'x'.repeat(2000)}})).status).toBe(431);
});

test('pages may load scripts, styles and data from here only', async () => {
  const url = await serving(echo);
  const {headers} = await fetch(url);
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('strict-transport-security')).toBeNull();
  expect(headers.get('x-powered-by')).toBeNull();
});

test('close waits for an answer under way, but not for ever', async () => {
  let answer: () => void = () => {};
  const all = opened({drainMs: 300});
  const handler: RequestHandler = (request, response) => {
    response.flushHeaders();
    if (request.path === '/done') answer = () => void response.end('done');
  };
  const {port} = await all.mount(local, [], () => handler);
  const url = `http://127.0.0.1:${port}`;
  const [done, never] = await Promise.all([fetch(`${url}/done`), fetch(`${url}/never`)]);
  const closing = all.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  answer();
  expect(await done.text()).toBe('done');
  const begun = performance.now();
  await closing;
  expect(performance.now() - begun).toBeLessThan(2000);
  await expect(never.text()).rejects.toThrow('terminated');
});

test('idle sockets do not hold up a close', async () => {
  const all = opened({drainMs: 60_000, keepAliveMs: 60_000});
  const {port} = await all.mount(local, [], () => echo);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  await all.close();
  await until(() => socket.closed || socket.readableEnded || socket.destroyed);
});

test('a directory is served so that browsers ask again, and the libraries of pages with it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-static-'));
  cleanups.push(() => rm(directory, {recursive: true}));
  await writeFile(join(directory, 'index.html'), '<h1>hello</h1>');
  await writeFile(join(directory, '.secret'), 'x');
  const url = await serving(staticFiles(directory));
  const page = await fetch(`${url}/`);
  expect([await page.text(), page.headers.get('cache-control')]).toEqual([
    '<h1>hello</h1>',
    'no-cache',
  ]);
  const etag = page.headers.get('etag')!;
  expect(
    (await fetch(`${url}/`, {headers: {'If-None-Match': etag, 'Cache-Control': ''}})).status,
  ).toBe(304);

  const preact = await fetch(`${url}/vendor/htm-preact.js`);
  expect(preact.headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(await preact.text()).toMatch(/export\{.* as html.*useState/s);
  expect(await (await fetch(`${url}/vendor/uplot.js`)).text()).toContain(
    'export { uPlot as default }',
  );
  const css = await fetch(`${url}/vendor/uplot.css`);
  expect([css.status, css.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  for (const path of [
    '/.secret',
    '/vendor/toString',
    '/vendor/..%2f..%2fpackage.json',
    '/%2e%2e/x',
  ]) {
    expect((await fetch(url + path)).status).toBe(404);
  }
});

test('one machine over IPv4 and mapped into IPv6 is one address', () => {
  const gate = admission({clients: 10, clientsPerAddress: 1});
  const first = gate.enter('::ffff:10.0.0.1');
  expect(gate.enter('10.0.0.1')).toEqual({kind: 'refused', limit: 'clientsPerAddress'});
  if (first.kind === 'admitted') {
    first.leave();
    first.leave();
  }
  expect(gate.clients).toBe(0);
  expect(gate.enter('10.0.0.1').kind).toBe('admitted');
});
