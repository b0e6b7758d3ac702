import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {openProxy, type Wire} from './proxy.ts';
import {until} from './until.ts';

interface End {
  readonly socket: Socket;
  /** What came, and in how many pieces. */
  readonly got: () => string;
  readonly over: () => boolean;
}

function end(socket: Socket): End {
  let text = '';
  let over = false;
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    over = true;
  });
  return {socket, got: () => text, over: () => over};
}

/** A client and a server that have exchanged a word over a wire. */
async function joined(): Promise<{wire: Wire; client: End; server: End}> {
  const ends: End[] = [];
  const listener = createServer((socket) => ends.push(end(socket))).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const wire = await openProxy({
    host: '127.0.0.1',
    port: (listener.address() as {port: number}).port,
  });
  const client = end(connect(wire.port, wire.host));
  onTestFinished(async () => {
    for (const {socket} of [client, ...ends]) socket.destroy();
    await wire.close();
    listener.close();
  });
  client.socket.write('a');
  await until(() => ends[0]?.got() === 'a');
  ends[0]!.socket.write('b');
  await until(() => client.got() === 'b');
  return {wire, client, server: ends[0]!};
}

test.each(['cut', 'finish'] as const)('%s ends both sides', async (how) => {
  const {wire, client, server} = await joined();
  wire[how]();
  await until(() => client.over() && server.over() && wire.open === 0);
});

test('stall passes nothing and ends nothing, and what stood still comes in order', async () => {
  const {wire, client, server} = await joined();
  wire.stall();
  client.socket.write('123');
  client.socket.write('456');
  const other = await joined();
  expect([server.got(), client.over(), server.over(), other.client.got()]).toEqual([
    'a',
    false,
    false,
    'b',
  ]);
  wire.resume();
  await until(() => server.got() === 'a123456');
});

test.each(['client', 'server'] as const)(
  'abandoned by the %s, the other side hears nothing',
  async (gone) => {
    const {wire, client, server} = await joined();
    const [goes, stays] = gone === 'client' ? [client, server] : [server, client];
    wire.abandon(gone);
    await until(() => goes.over());
    stays.socket.write('is anybody there?');
    const other = await joined();
    expect(other.client.got()).toBe('b');
    expect([stays.over(), wire.open]).toEqual([false, 0]);
  },
);

test('slow hands on no more than so many bytes a second, and all of them', async () => {
  const {wire, client, server} = await joined();
  wire.slow(10_000);
  const sinceMs = performance.now();
  client.socket.write('x'.repeat(3000));
  await until(() => server.got().length === 3001);
  expect(performance.now() - sinceMs).toBeGreaterThan(250);
});

test('refused connections end at once, until they are admitted', async () => {
  const {wire, client} = await joined();
  wire.refuse();
  const refused = end(connect(wire.port, wire.host));
  await until(() => refused.over());
  expect(client.over()).toBe(false);
  wire.calm();
  const taken = wire.accepted;
  const again = end(connect(wire.port, wire.host));
  onTestFinished(() => void again.socket.destroy());
  await until(() => wire.accepted === taken + 1);
});
