import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';

/**
 * A wire between two TCP peers on the loopback address that a test can do things to, also
 * while connections are open. What it holds is bounded: one read for each direction of a
 * connection, and `ABANDONED_MAX` sockets whose peer has gone.
 */
export interface Wire {
  readonly host: string;
  readonly port: number;
  /** How many connections were accepted since the start. */
  readonly accepted: number;
  /** How many connections pass bytes now, or would. */
  readonly open: number;
  /** How many bytes came from the server since the start. */
  passed(): number;
  /** Breaks every connection, as a failing network does (RST); new ones are accepted. */
  cut(): void;
  /** Ends every connection in order (FIN), in the middle of whatever it was. */
  finish(): void;
  /** Refuses new connections (breaks them at once) until `admit`. */
  refuse(): void;
  admit(): void;
  /** Nothing passes either way, and nobody is told. */
  stall(): void;
  /** What stood still goes on, in order. */
  resume(): void;
  /**
   * One side of every connection goes away, and the other is never told: it is not heard
   * and not answered any more, while new connections pass.
   */
  abandon(gone: 'client' | 'server'): void;
  /** Each direction of a connection passes so many bytes a second; 0: as it comes. */
  slow(bytesPerSecond: number): void;
  /** Bytes are handed on in pieces of so many, either way; 0: as they come. */
  fragment(bytes: number): void;
  /** Passes everything again, and takes new connections. */
  calm(): void;
  close(): Promise<void>;
}

interface Rules {
  refusing: boolean;
  /** Pending while nothing passes. */
  gate: Promise<void> | undefined;
  pieceBytes: number;
  bytesPerSecond: number;
}

/** Sockets that nobody reads from are kept up to so many; the oldest then break. */
const ABANDONED_MAX = 100;
/** A slow wire hands on a piece this often at most. */
const SLOW_MS = 20;

/** Listens on a free port and hands everything on to `target`. */
export async function openProxy(target: {host: string; port: number}): Promise<Wire> {
  const pairs = new Set<Pair>();
  const abandoned = new Set<Socket>();
  const rules: Rules = {refusing: false, gate: undefined, pieceBytes: 0, bytesPerSecond: 0};
  let open = (): void => {};
  let accepted = 0;
  let passed = 0;

  const server = createServer((near) => {
    if (rules.refusing) return void near.on('error', () => {}).destroy();
    accepted += 1;
    const pair = joined(near, connect(target.port, target.host), rules, (bytes) => {
      passed += bytes;
    });
    pairs.add(pair);
    void pair.over.then(() => pairs.delete(pair));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  function each(act: (socket: Socket) => void): void {
    for (const {sockets} of pairs) sockets.forEach(act);
  }
  function resume(): void {
    rules.gate = undefined;
    open();
  }
  function leave(pair: Pair, gone: 'client' | 'server'): void {
    pairs.delete(pair);
    const left = pair.abandon(gone);
    abandoned.add(left);
    left.once('close', () => abandoned.delete(left));
    for (const oldest of abandoned) {
      if (abandoned.size <= ABANDONED_MAX) break;
      abandoned.delete(oldest);
      oldest.destroy();
    }
  }
  return {
    host: '127.0.0.1',
    port: address.port,
    get accepted() {
      return accepted;
    },
    get open() {
      return pairs.size;
    },
    passed: () => passed,
    cut: () => each((socket) => socket.resetAndDestroy()),
    finish: () => each((socket) => socket.destroySoon()),
    refuse: () => {
      rules.refusing = true;
    },
    admit: () => {
      rules.refusing = false;
    },
    stall: () => {
      rules.gate ??= new Promise((resolve) => {
        open = resolve;
      });
    },
    resume,
    abandon: (gone) => {
      for (const pair of pairs) leave(pair, gone);
    },
    slow: (bytesPerSecond) => {
      rules.bytesPerSecond = bytesPerSecond;
    },
    fragment: (bytes) => {
      rules.pieceBytes = bytes;
    },
    calm: () => {
      Object.assign(rules, {refusing: false, pieceBytes: 0, bytesPerSecond: 0});
      resume();
    },
    close: async () => {
      resume();
      each((socket) => socket.destroy());
      for (const socket of abandoned) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Pair {
  /** Resolves when both sockets are gone, or one was abandoned. */
  readonly over: Promise<void>;
  readonly sockets: readonly Socket[];
  /** Ends one side, and answers the other, which is left alone. */
  abandon(gone: 'client' | 'server'): Socket;
}

function joined(near: Socket, far: Socket, rules: Rules, heard: (bytes: number) => void): Pair {
  const both = [near, far] as const;
  for (const socket of both) socket.setNoDelay(true).on('error', () => {});
  let abandoned = false;
  const end = (): void => {
    if (!abandoned) for (const socket of both) socket.destroySoon();
  };
  const left = (): boolean => abandoned || near.destroyed || far.destroyed;
  const there = carried(near, far, {rules, left, heard: () => {}}).finally(end);
  const back = carried(far, near, {rules, left, heard}).finally(end);
  return {
    over: Promise.all([there, back]).then(() => {}),
    sockets: both,
    abandon(gone) {
      abandoned = true;
      const [ends, stays] = gone === 'client' ? [near, far] : [far, near];
      ends.resetAndDestroy();
      stays.pause();
      return stays;
    },
  };
}

interface Way {
  readonly rules: Rules;
  readonly left: () => boolean;
  readonly heard: (bytes: number) => void;
}

/** Hands on what comes until either side ends. It is read no faster than it is taken. */
async function carried(from: Socket, to: Socket, {rules, left, heard}: Way): Promise<void> {
  try {
    // The socket stays as it is when this loop ends: what becomes of it is the pair's business.
    for await (const chunk of from.iterator({destroyOnReturn: false})) {
      const bytes = chunk as Buffer;
      heard(bytes.length);
      for (let at = 0; at < bytes.length; ) {
        while (rules.gate) await rules.gate;
        if (left()) return;
        const size = pieceSize(rules);
        await written(to, bytes.subarray(at, at + size));
        at += size;
        if (rules.bytesPerSecond > 0) await pause(SLOW_MS);
      }
    }
  } catch {
    // It was cut: the other side is told by the pair.
  }
}

function pieceSize({pieceBytes, bytesPerSecond}: Rules): number {
  const slow = bytesPerSecond > 0 ? Math.ceil((bytesPerSecond * SLOW_MS) / 1000) : 0;
  return Math.min(pieceBytes || Number.POSITIVE_INFINITY, slow || Number.POSITIVE_INFINITY);
}

/** Resolves once the socket takes more, or has ended. */
async function written(to: Socket, bytes: Buffer): Promise<void> {
  if (to.write(bytes) || to.destroyed) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      to.off('drain', go).off('close', go);
      resolve();
    };
    to.once('drain', go).once('close', go);
  });
}

/** A wire has no clock of ours: what is slow takes its time. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
