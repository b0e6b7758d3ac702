import {once} from 'node:events';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {platform} from 'node:os';
import {afterEach, describe, expect, test} from 'vitest';
import {listeners} from '../../src/http/listeners.ts';
import {unacknowledged} from '../../src/http/unacknowledged.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {sseReaction} from '../../src/reaction/sse.ts';
import {listenerOptions, sseOptions, streamOptions, world} from '../reaction/world.ts';
import {until} from '../support/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Both ends of a connection. */
async function pair(host: string): Promise<{ours: Socket; theirs: Socket}> {
  const server: Server = createServer({pauseOnConnect: true}).listen(0, host);
  await once(server, 'listening');
  const {port} = server.address() as {port: number};
  const ours = connect(port, host);
  const [theirs] = (await once(server, 'connection')) as [Socket];
  cleanups.push(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });
  return {ours, theirs};
}

describe.runIf(platform() === 'linux')('what the system holds for a peer', () => {
  test.each(['127.0.0.1', '::1'])('is what a peer at %s does not take', async (host) => {
    const {ours, theirs} = await pair(host);
    expect((await unacknowledged())(ours)).toBe(0);
    // More than both systems hold for a socket: some of it stays with us.
    ours.write(Buffer.alloc(32 * 1024 * 1024));
    await until(async () => ((await unacknowledged())(ours) ?? 0) > 0, {what: 'bytes to wait'});
    expect((await unacknowledged())(theirs)).toBe(0);
    theirs.resume();
    await until(async () => (await unacknowledged())(ours) === 0, {what: 'all to be taken'});
  });

  test('is told of a client that speaks IPv4 to a socket of both kinds', async () => {
    const server = createServer({pauseOnConnect: true}).listen(0, '::');
    await once(server, 'listening');
    const {port} = server.address() as {port: number};
    const client = connect(port, '127.0.0.1');
    client.pause();
    const [served] = (await once(server, 'connection')) as [Socket];
    cleanups.push(() => {
      client.destroy();
      served.destroy();
      server.close();
    });
    expect(served.remoteAddress).toBe('::ffff:127.0.0.1');
    served.write(Buffer.alloc(32 * 1024 * 1024));
    await until(async () => ((await unacknowledged())(served) ?? 0) > 0, {what: 'bytes to wait'});
  });
});

/** A stream whose heartbeats follow on each other, on a system that says what `held` says. */
async function stream(held: (sent: number) => number | undefined) {
  const of = world();
  const all = listeners(listenerOptions);
  const config = {...sseOptions, port: 0, heartbeatIntervalMs: 20};
  let looks = 0;
  const reaction = sseReaction(config, {
    ...streamOptions,
    ...{world: of, listeners: all, clock: systemClock(), stalledMs: 200},
    unacknowledged: async () => {
      looks += 1;
      return ({bytesWritten}) => held(bytesWritten);
    },
  });
  await reaction.start();
  cleanups.push(all.close, reaction.stop);
  const {port} = reaction.status().address!;
  const client = connect(port, '127.0.0.1');
  cleanups.push(() => client.destroy());
  client.resume();
  client.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => reaction.status().clients === 1);
  return {client, clients: () => reaction.status().clients, looks: () => looks};
}

test('a client that acknowledges nothing of the heartbeats is cut off', async () => {
  const {client, clients} = await stream((sent) => sent - 100);
  await until(() => clients() === 0, {what: 'the client to be gone'});
  await until(() => client.closed);
});

test.each([
  ['acknowledges all', () => 0],
  ['is always behind by a little', () => 10],
  ['cannot be seen by the system', () => undefined],
])('a client that %s is kept', async (_, held) => {
  const {clients, looks} = await stream(held);
  // Twice as long as one is kept that takes nothing.
  await until(() => looks() > 20);
  expect(clients()).toBe(1);
});
