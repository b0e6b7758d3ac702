import {fork} from 'node:child_process';
import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {resolve} from 'node:path';
import type {Figures, Told} from './support/streams.ts';

/**
 * What does a client cost that has stopped reading, among 1,000 that read?
 *
 * The streams of the service over a real log, without a database, in a process of their
 * own; 1,000 clients in this one. All are told of a small change ten times a second; ten of
 * them, and the last, also of changes of 20 kB, so that more comes than the system holds for
 * a socket. First all of them read (the floor), then the last stands still.
 *
 *   npx tsx bench/stalled.ts
 */
const CLIENTS = 1_000;
const SECONDS = 20;
const SMALL = {perSecond: 10, rowBytes: 100};
const BIG = {perSecond: 50, rowBytes: 20_000};

const server = fork(resolve(import.meta.dirname, 'support/streams.ts'), [], {
  execArgv: ['--import', 'tsx', '--expose-gc'],
});
const [{port}] = (await once(server, 'message')) as [{port: number}];

async function ask(said: Told): Promise<Figures> {
  server.send(said);
  const [figures] = (await once(server, 'message')) as [Figures];
  return figures;
}

/** A client that keeps only how long ago what it hears was committed. */
function reader(latencies: number[], path: string): Socket {
  const socket = client(path);
  let rest = '';
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString('latin1')).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const sent = /"id":-1,"name":"(\d+\.\d+) /.exec(line)?.[1];
      if (sent) latencies.push(performance.timeOrigin + performance.now() - Number(sent));
    }
  });
  return socket;
}

function client(path = '/events'): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`);
  return socket;
}

const at = (sorted: readonly number[], part: number): string =>
  (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(1);

async function run(name: string, {stalled}: {readonly stalled: boolean}): Promise<void> {
  const latencies: number[] = [];
  const sockets = Array.from({length: CLIENTS - 1}, (_, i) =>
    reader(latencies, i < 10 ? '/events' : '/events?queries=small'),
  );
  const last = stalled ? client().pause() : reader(latencies, '/events');
  const before = await ask({kind: 'joined', clients: CLIENTS});
  const after = await ask({kind: 'flood', seconds: SECONDS, small: SMALL, big: BIG});
  const sorted = latencies.sort((a, b) => a - b);
  const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  process.stdout.write(
    `${name} p50 ${at(sorted, 0.5)} ms  p99 ${at(sorted, 0.99)} ms  ` +
      `held for the slowest ${after.heldBytes} B, ${after.behind} events behind  ` +
      `RSS ${mb(before.rss)} -> ${mb(after.rss)} MB  buffers ${mb(after.buffers - before.buffers)} MB\n`,
  );
  for (const socket of [...sockets, last]) socket.destroy();
  await ask({kind: 'joined', clients: 0});
}

await run('all read     ', {stalled: false});
await run('all read     ', {stalled: false});
await run('one is stalled', {stalled: true});
server.disconnect();
