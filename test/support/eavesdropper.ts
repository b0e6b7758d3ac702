import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {connect as connectTls, TLSSocket} from 'node:tls';
import {onTestFinished} from 'vitest';

/** "Let us speak TLS", as a client begins: https://www.postgresql.org/docs/current/protocol-flow.html */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Stands before a server that speaks TLS, decrypts with a certificate of its own and encrypts
 * anew; answers its port. It ends with the test.
 */
export async function startEavesdropper(
  server: {readonly host: string; readonly port: number},
  own: {readonly key: string; readonly cert: string},
): Promise<number> {
  const sockets = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connect(server.port, server.host);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}));
    overhear(near, far, own).catch(() => near.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function overhear(
  near: Socket,
  far: Socket,
  own: {readonly key: string; readonly cert: string},
): Promise<void> {
  await Promise.all([once(near, 'data'), once(far, 'connect')]);
  far.write(SSL_REQUEST);
  await once(far, 'data');
  const inside = new TLSSocket(near, {isServer: true, ...own});
  near.write('S');
  const outside = connectTls({socket: far, rejectUnauthorized: false});
  for (const socket of [inside, outside]) socket.on('error', () => {});
  inside.pipe(outside).pipe(inside);
}
