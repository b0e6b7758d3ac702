import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';

/** A wire between two TCP peers on the loopback address that a test can do things to. */
export interface Wire {
  readonly host: string;
  readonly port: number;
  /** How many connections were accepted since the start. */
  readonly accepted: number;
  /** How many bytes came from the server since the start. */
  passed(): number;
  /** Breaks every connection, as a failing network does; new ones are accepted. */
  cut(): void;
  /** Refuses new connections (breaks them at once) until `admit`. */
  refuse(): void;
  admit(): void;
  /** Nothing passes either way, and nobody is told: a half-open connection. */
  stall(): void;
  /** What stood still goes on, in order. */
  resume(): void;
  /** What comes from the server is handed on in pieces of so many bytes; 0 is as it comes. */
  fragment(bytes: number): void;
  close(): Promise<void>;
}

/** Listens on a free port and hands everything on to `target`. */
export async function openProxy(target: {host: string; port: number}): Promise<Wire> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;
  let passed = 0;
  let refusing = false;
  let stalled = false;
  let pieceBytes = 0;

  const server = createServer({pauseOnConnect: true}, (near) => {
    if (refusing) return void near.destroy();
    accepted += 1;
    const far = connect(target.port, target.host);
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
    }
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      passed += chunk.length;
      writePieces(near, chunk, pieceBytes);
    });
    if (stalled) far.pause();
    else near.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const each = (act: (socket: Socket) => void): void => {
    for (const [near, far] of pairs) {
      act(near);
      act(far);
    }
  };
  const cut = (): void => each((socket) => socket.resetAndDestroy());
  return {
    host: '127.0.0.1',
    port: address.port,
    get accepted() {
      return accepted;
    },
    passed: () => passed,
    cut,
    refuse: () => {
      refusing = true;
    },
    admit: () => {
      refusing = false;
    },
    stall: () => {
      stalled = true;
      each((socket) => socket.pause());
    },
    resume: () => {
      stalled = false;
      each((socket) => socket.resume());
    },
    fragment: (bytes) => {
      pieceBytes = bytes;
    },
    close: async () => {
      each((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

function writePieces(to: Socket, chunk: Buffer, bytes: number): void {
  if (bytes === 0) return void to.write(chunk);
  for (let at = 0; at < chunk.length; at += bytes) to.write(chunk.subarray(at, at + bytes));
}
