import {createServer} from 'node:net';
import {cliProblems} from './problems.ts';

/** A port that the demo wants, and the variable that moves it. */
interface WantedPort {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const NEXT = 10;
const TRIES = 50;

/**
 * Throws one Problem when somebody else listens on any of the ports. Asked before anything
 * listens, so that the answer can name the way out, with ports that are free. Port 0 is
 * any that is free. `data`: what TAILRACE_DATA says.
 */
export async function refuseTakenPorts(
  wanted: readonly WantedPort[],
  {data}: {data: string | undefined},
): Promise<void> {
  const taken: WantedPort[] = [];
  for (const one of wanted) {
    if (one.port !== 0 && !(await canListen(one))) taken.push(one);
  }
  if (taken.length === 0) return;
  const fixes: string[] = [];
  for (const one of taken) fixes.push(`${one.name}=${await freePortAfter(one)}`);
  const ports = taken.map(({port}) => port);
  throw cliProblems['demo-port-taken']({ports, fix: fixes.join(' '), data});
}

async function freePortAfter({host, port}: WantedPort): Promise<number> {
  for (let next = port + NEXT; next < Math.min(port + NEXT * TRIES, 65_536); next += NEXT) {
    if (await canListen({host, port: next})) return next;
  }
  return await freePort();
}

/** False where somebody else listens. Any other hindrance is for the listener itself to tell. */
function canListen({host, port}: {host: string; port: number}): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', ({code}: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE'));
    server.listen({host, port}, () => server.close(() => resolve(true)));
  });
}

/** A port of 127.0.0.1 that nobody listens on now. Another process may be faster than we are. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
