import {random} from '../../src/lib/random.ts';

/** What is sent over one connection: texts in latin1, one write each, and how it ends. */
export interface Conversation {
  readonly writes: readonly string[];
  /** `wait`: it is the server's turn. `end`: nothing more is sent. `cut`: the socket is destroyed. */
  readonly ending: 'wait' | 'end' | 'cut';
}

const PATHS = [
  ...['/', '/events', '/events/', '/EVENTS', '/snapshot/q', '/snapshot/', '/snapshot/%2e%2e'],
  ...['/health', '/ready', '/api/versions', '/api', '/api/v1', '/api/v1/queries', '/api/v1/events'],
  ...[
    '/api/v1/queries/q',
    '/api/v1/queries/q/results',
    '/api/v1/queries/q/plan',
    '/api/v1/sources',
  ],
  ...[
    '/api/v1/queries/q/start',
    '/api/v1/reactions/x',
    '/__proto__',
    '/api/v1/queries/constructor',
  ],
  ...['//', '/../../etc/passwd', '/%', '/%ff', '/%00', '/api/v1/queries/%2F', '*', 'http://[::1'],
];
const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'BREW'];
const PARAMETERS = [
  ...['snapshot=true', 'snapshot', 'coalesce=false', 'lastEventId=e1-0', 'lastEventId=e1-3'],
  ...['lastEventId=e1-0-1-2', 'lastEventId=e1-9-1-2', 'last_event_id=x', 'lastEventId=e1-1e9'],
  ...['lastEventId=e1-99999999999999999999', 'queries=q', 'queries=q,q,,q', 'queries[]=q'],
  ...['queries[a]=q', 'queries=no', 'limit=1', 'limit=-1', 'limit=1e9', 'limit=', 'cursor=%00'],
  ...['cursor=eyJ', 'cursor=InEi', 'shape=array', 'shape=x', 'shape[]=array', '__proto__[x]=1'],
  ...['%ff=%ff', '&&&', '=', 'a'.repeat(3000), `queries=${'q,'.repeat(2000)}`],
];
const HEADERS = [
  ...['Accept: text/event-stream', 'Accept: text/csv', 'Accept: application/json', 'Accept: ;q=,'],
  ...[
    'Last-Event-ID: e1-0',
    'Last-Event-ID: e1-0-1-2',
    'Last-Event-ID: ',
    'Last-Event-ID: \xff\xfe',
  ],
  ...['Connection: close', 'Connection: keep-alive', 'Connection: Upgrade', 'Upgrade: websocket'],
  ...['Expect: 100-continue', 'Expect: tea', 'Authorization: Bearer x', 'Authorization: Basic ='],
  ...['Authorization: Bearer a-token-of-the-api', 'Content-Type: application/json'],
  ...['Content-Type: application/yaml', 'Content-Type: text/html; charset=no', 'Origin: null'],
  ...[
    'Origin: http://localhost:3000',
    'If-None-Match: *',
    'If-None-Match: "e1-1',
    'Range: bytes=0-',
  ],
  ...['Content-Encoding: gzip', 'Transfer-Encoding: gzip, chunked', 'TE: trailers', 'Host: a, b'],
  ...['X-Forwarded-For: 1.2.3.4, ::1, x', 'X-Forwarded-Host: evil', 'Cookie: a=b', 'no colon'],
  ...[' folded: x', 'Bad Name: x', 'X: a\x00b', 'X: a\x0bb', `X: ${'y'.repeat(20_000)}`],
  ...['Access-Control-Request-Method: PUT', 'Content-Length: 3, 4', 'Content-Length: -1'],
];
const BODIES = [
  ...['{}', '[]', '{"id":"z"', 'null', '"x"', 'id: z\nquery: MATCH (m:metrics) RETURN m.id\n'],
  ...['&a [*a]', '\x00\x01\xff', '{"__proto__":{"x":1}}', 'x'.repeat(5000), '- '.repeat(400)],
];

/** One connection's worth of requests, right, wrong and in between. */
export function conversation(seed: number): Conversation {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const some = (most: number): number => Math.floor(next() * (most + 1));

  function body(): {readonly headers: readonly string[]; readonly text: string} {
    const text = pick(BODIES);
    const kind = next();
    if (kind < 0.5) return {headers: [`Content-Length: ${text.length}`], text};
    if (kind < 0.6) return {headers: [`Content-Length: ${text.length + some(50)}`], text};
    if (kind < 0.7) return {headers: [`Content-Length: ${some(text.length)}`], text};
    const size =
      next() < 0.7 ? text.length.toString(16) : pick(['zz', '-1', 'ffffffffffffffff', '']);
    const end =
      next() < 0.7 ? '0\r\n\r\n' : pick(['', '0\r\nX: y\r\n\r\n', '0\r\nno\r\n\r\n', '1\r\n']);
    return {headers: ['Transfer-Encoding: chunked'], text: `${size}\r\n${text}\r\n${end}`};
  }

  function request(): string {
    const query = Array.from({length: some(3)}, () => pick(PARAMETERS)).join('&');
    const target = pick(PATHS) + (query === '' ? '' : `?${query}`);
    const {headers, text} = next() < 0.3 ? body() : {headers: [], text: ''};
    const all = ['Host: x', ...headers, ...Array.from({length: some(4)}, () => pick(HEADERS))];
    const version = next() < 0.95 ? 'HTTP/1.1' : pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'X']);
    return `${pick(METHODS)} ${target} ${version}\r\n${all.join('\r\n')}\r\n\r\n${text}`;
  }

  /** A request to change something, whose token is right. */
  function change(): string {
    const {headers, text} = body();
    const head = [
      `${pick(['POST /api/v1/queries', 'PUT /api/v1/queries/q'])} HTTP/1.1`,
      ...['Host: x', 'Authorization: Bearer a-token-of-the-api'],
      pick(HEADERS.filter((header) => header.startsWith('Content-Type'))),
      ...headers,
    ];
    return `${head.join('\r\n')}\r\n\r\n${text}`;
  }

  /** Bytes put in, taken out and changed. */
  function mutated(text: string): string {
    let bytes = text;
    for (let times = 1 + some(4); times > 0; times--) {
      const at = some(bytes.length);
      const byte = String.fromCharCode(some(255));
      bytes = bytes.slice(0, at) + pick(['', byte, byte + byte]) + bytes.slice(at + some(2));
    }
    return bytes;
  }

  const one = (): string => (next() < 0.1 ? change() : request());
  const requests = Array.from({length: next() < 0.8 ? 1 : 2 + some(6)}, one).join('');
  const text = next() < 0.4 ? mutated(requests) : requests;
  const cut = next() < 0.15 ? text.slice(0, some(text.length)) : text;
  return {writes: pieces(cut, next), ending: pick(['wait', 'wait', 'end', 'cut'])};
}

/** In one write, in a few, or in one for each byte. */
function pieces(text: string, next: () => number): string[] {
  const way = next();
  if (way < 0.6) return [text];
  if (way < 0.8 && text.length < 400) return [...text];
  const at = Array.from({length: 3}, () => Math.floor(next() * text.length)).sort((a, b) => a - b);
  return [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length));
}
