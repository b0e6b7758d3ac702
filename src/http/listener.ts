import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import express, {type RequestHandler} from 'express';
import helmet from 'helmet';
import type {Clock} from '../lib/clock.ts';
import type {Log} from '../lib/log.ts';
import type {Problem} from '../lib/problem.ts';
import {type Admission, type AdmissionLimits, admission} from './admission.ts';
import {answerErrors, nothingHere} from './answers.ts';
import {limitedRequests} from './limited-requests.ts';
import {httpProblems} from './problems.ts';
import {withPaths} from './target.ts';

/** Where to listen, and which key of the configuration says so. */
export interface Address {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** `port`, `reactions.dashboard-stream.port`: named when the port can't be had. */
  readonly setting: string;
}

export interface ListenerOptions extends AdmissionLimits {
  /** Sockets of one listener, streams among them; further ones are closed at once. */
  readonly sockets: number;
  /** Answers under way at once, those of event streams aside; and to one address. */
  readonly requests: number;
  readonly requestsPerAddress: number;
  /** Proxies in front: that many of the last addresses in X-Forwarded-For are theirs. */
  readonly trustProxy: number;
  /** Characters of a request's path and query. */
  readonly urlCharacters: number;
  /** Bytes of a request's head. */
  readonly headBytes: number;
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** How long a request's head, and the whole request, may take to arrive. */
  readonly headMs: number;
  readonly requestMs: number;
  /** How long a socket between two requests is kept. */
  readonly keepAliveMs: number;
  /** How long answers may go on once the listener closes. */
  readonly drainMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** The limits of a listener that the configuration does not name. */
export const LISTENER_LIMITS = {
  sockets: 20_000,
  requests: 1_000,
  requestsPerAddress: 200,
  trustProxy: 0,
  urlCharacters: 8 * 1024,
  headBytes: 16 * 1024,
  bodyBytes: 1024 * 1024,
  headMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 5_000,
} as const;

/** One listening socket. What it serves is `handle`'s business, and may change. */
export interface Listener {
  readonly port: number;
  /** Shared by all event streams of this listener. */
  readonly admission: Admission;
  /** Takes no more connections, and ends those that are left after `drainMs`. */
  close(): Promise<void>;
}

/** Listens, or throws the Problem that says why it can't. */
export async function openListener(
  address: Address,
  handle: RequestHandler,
  options: ListenerOptions,
): Promise<Listener> {
  const server = createServer(
    {
      maxHeaderSize: options.headBytes,
      headersTimeout: options.headMs,
      requestTimeout: options.requestMs,
      keepAliveTimeout: options.keepAliveMs,
      // A machine that is gone without a word is noticed, where nothing is sent to it.
      keepAlive: true,
      keepAliveInitialDelay: options.requestMs,
      // How often the two times above are looked at.
      connectionsCheckingInterval: Math.min(options.headMs, 5_000),
    },
    withPaths(application(handle, options)),
  );
  server.maxConnections = options.sockets;
  await listening(server, address);
  server.on('error', (error) => options.log.error('a listener failed', {...address, error}));
  return {
    port: (server.address() as AddressInfo).port,
    admission: admission(options),
    close: () => closed(server, options),
  };
}

function application(handle: RequestHandler, options: ListenerOptions): express.Express {
  const {bodyBytes, urlCharacters, log} = options;
  const app = express();
  app.set('trust proxy', options.trustProxy);
  app.disable('x-powered-by');
  // The answers that have a state name it themselves; hashing the others costs more than it saves.
  app.disable('etag');
  app.use(securityHeaders());
  app.use(limitedRequests(options));
  app.use(limitedUrl(urlCharacters));
  app.use(limitedBody(bodyBytes));
  app.use(handle);
  app.use(nothingHere([], 'nothing is mounted here yet'));
  app.use(answerErrors(log));
  return app;
}

/** Pages get scripts, styles and data from this server only. Plain HTTP stays plain. */
function securityHeaders(): RequestHandler {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'self'"],
        objectSrc: ["'none'"],
      },
    },
  });
}

function limitedUrl(limit: number): RequestHandler {
  return (request, _response, next) => {
    if (request.url.length > limit) throw httpProblems['url-too-long']({limit});
    next();
  };
}

function limitedBody(limitBytes: number): RequestHandler {
  return (request, response, next) => {
    if (Number(request.headers['content-length'] ?? 0) <= limitBytes) return next();
    // What is not read would be taken for the next request.
    response.set('Connection', 'close');
    throw httpProblems['body-too-large']({limitBytes});
  };
}

function listening(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenProblem(address, error));
    server.once('error', failed);
    server.listen(address.port, address.host, () => {
      server.removeListener('error', failed);
      resolve();
    });
  });
}

function listenProblem(address: Address, cause: NodeJS.ErrnoException): Problem {
  switch (cause.code) {
    case 'EADDRINUSE':
      return httpProblems['port-in-use'](address, {cause});
    case 'EACCES':
      return httpProblems['port-denied'](address, {cause});
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return httpProblems['host-unknown'](address, {cause});
    default:
      return httpProblems['listen-failed']({...address, reason: cause.message}, {cause});
  }
}

async function closed(server: Server, {clock, drainMs}: ListenerOptions): Promise<void> {
  const done = new AbortController();
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  // A socket that answers its last request now shall not wait for another one.
  server.keepAliveTimeout = 1;
  server.closeIdleConnections();
  const limit = clock.wait(drainMs, done.signal).then(
    () => server.closeAllConnections(),
    () => {},
  );
  await ended;
  done.abort();
  await limit;
}
