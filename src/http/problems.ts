import {catalogue} from '../lib/problem.ts';

interface At {
  readonly host: string;
  readonly port: number;
  /** The key of the configuration that asks for it. */
  readonly setting: string;
}

interface Unserved {
  readonly path: string;
  /** The path that was most likely meant. */
  readonly nearest: string | undefined;
  /** What is served, or where that is told. */
  readonly served: string;
}

/** The problems of listening and of requests that reach no route. */
export const httpProblems = catalogue({
  'port-in-use': {
    cause: 'Another process listens on a port that the configuration names.',
    remedy: 'Stop the other process, or change the setting that is named to a free port.',
    say: ({host, port, setting}: At) => ({
      message: `port ${port} is in use`,
      detail: `Another process listens on ${host}:${port}, which "${setting}" asks for.`,
      hint: `see who: lsof -i :${port}\nor set "${setting}" to a free port`,
    }),
  },
  'port-denied': {
    cause: 'The system does not let this user listen on a port; usually those below 1024.',
    remedy: 'Choose a port above 1023, or grant the process CAP_NET_BIND_SERVICE.',
    say: ({host, port, setting}: At) => ({
      message: `no permission to listen on port ${port}`,
      detail: `"${setting}" asks for ${host}:${port}; ports below 1024 are for privileged users.`,
      hint: `set "${setting}" to a port above 1023`,
    }),
  },
  'host-unknown': {
    cause: 'The host to listen on is no address of this machine.',
    remedy: 'Use `0.0.0.0` for all addresses, `127.0.0.1` for this machine only.',
    say: ({host, port, setting}: At) => ({
      message: `can't listen on ${host}:${port}: "${host}" is no address of this machine`,
      detail: `The host stands beside "${setting}".`,
      hint: 'set the host to 0.0.0.0 (all addresses) or 127.0.0.1 (this machine only)',
    }),
  },
  'listen-failed': {
    cause: 'The system refused to open a listening socket, for a reason of its own.',
    remedy: "Act on the system's own words in the detail.",
    say: ({host, port, setting, reason}: At & {reason: string}) => ({
      message: `can't listen on ${host}:${port}`,
      detail: `"${setting}" asks for it; the system says: ${reason}.`,
    }),
  },
  'path-taken': {
    cause: 'Two parts of the configuration serve one path of one port.',
    remedy: 'Give one of them another path or another port.',
    say: ({path, setting, other, port}: At & {path: string; other: string}) => ({
      message: `path ${path} on port ${port} is served twice`,
      detail: `Both "${other}" and "${setting}" ask for it.`,
      hint: `give "${setting}" another path or port`,
    }),
  },
  'route-not-found': {
    cause: 'A request names a path that nothing is served at.',
    remedy: 'Correct the path; docs/api.md lists all, GET /api/v1/queries the queries.',
    status: 404,
    say: ({path, nearest, served}: Unserved) => ({
      message: `nothing is served at ${path}`,
      hint: nearest === undefined ? served : `did you mean ${nearest}?`,
    }),
  },
  'method-not-allowed': {
    cause: 'A request uses a method that its path does not answer.',
    remedy: 'Use one of the methods in the Allow header.',
    status: 405,
    say: ({method, path, allowed}: {method: string; path: string; allowed: string}) => ({
      message: `${method} is not answered at ${path}`,
      hint: `use ${allowed}`,
    }),
  },
  'not-acceptable': {
    cause: "A request's Accept header admits none of the forms an answer has.",
    remedy: 'Ask for one of the forms that the hint names.',
    status: 406,
    say: ({accept, offered}: {accept: string; offered: string}) => ({
      message: `no answer of the form "${accept}"`,
      hint: `ask for ${offered}`,
    }),
  },
  'url-too-long': {
    cause: "A request's path and query are longer than is taken.",
    remedy: 'Name fewer things in one address.',
    status: 414,
    say: ({limit}: {limit: number}) => ({
      message: `an address of more than ${limit} characters is not taken`,
    }),
  },
  'too-many-requests': {
    cause: 'As many answers are under way as there may be at once, in all or to one address.',
    remedy:
      'Ask again after the time in Retry-After, and fewer things at once; or raise `limits.requests` or `limits.requestsPerAddress`.',
    status: 503,
    say: ({limit}: {limit: 'requests' | 'requestsPerAddress'}) => ({
      message: 'too many requests are being answered',
      detail: `The limit "${limit}" is reached.`,
      hint: 'ask again after the time in Retry-After',
    }),
  },
  'body-too-large': {
    cause: 'A request carries a larger body than is taken.',
    remedy: 'Send a smaller body.',
    status: 413,
    say: ({limitBytes}: {limitBytes: number}) => ({
      message: `a body of more than ${limitBytes} bytes is not taken`,
    }),
  },
  'bad-request': {
    cause: 'A request can not be read: a malformed path or header.',
    remedy: 'Correct the request; parts of a path are percent-encoded UTF-8.',
    status: 400,
    say: ({reason}: {reason: string}) => ({message: `the request can't be read: ${reason}`}),
  },
  'internal-error': {
    cause: 'A bug of Tailrace met a request.',
    remedy: 'Look for the same time in the log, and report it.',
    status: 500,
    say: (_facts: Record<never, never>) => ({
      message: 'something went wrong inside Tailrace',
      hint: "the service's log has the details",
    }),
  },
});
