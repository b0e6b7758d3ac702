import {once} from 'node:events';
import {type AddressInfo, createServer, Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {subscribe} from '../../src/postgres/replication-transport.ts';

const AUTHENTICATED = Buffer.from('520000000800000000', 'hex');
const READY = Buffer.from('5a0000000549', 'hex');

function fatal(): Buffer {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

test('a server that ends as soon as it has let us in rejects, and ends no process', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, fatal()])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const {port} = server.address() as AddressInfo;
  const socket = new Socket();
  socket.on('error', () => {});
  const {over} = subscribe(
    {
      connect: {
        host: '127.0.0.1',
        port,
        database: 'd',
        user: 'u',
        password: '',
        sslMode: 'disable',
        sslCa: undefined,
        connectTimeoutMs: 2000,
        silentMs: 60_000,
        applicationName: 'tailrace',
      },
      tls: false,
      slot: 's',
      publication: 'p',
      from: 0n,
      walSenderTimeoutMs: 0,
      messages: false,
    },
    socket,
    {connected() {}, started() {}, message() {}, keepalive() {}},
  );
  await expect(over).rejects.toThrow();
});
