import {once} from 'node:events';
import {type ClientRequest, type IncomingMessage, request} from 'node:http';
import {crc32} from 'node:zlib';
import {until} from '../../test/support/until.ts';

/** A client of the event stream that keeps results by what it is told, and checks it. */
export interface FoldingClient {
  /** The sequence up to which it has been told everything. */
  readonly last: number;
  /** Its rows of a query: JSON texts by key. */
  rows(queryId: string): ReadonlyMap<string, string>;
  readonly facts: Readonly<Facts>;
  /** Comes, or comes back with the last id it has heard. */
  connect(): Promise<void>;
  leave(): void;
  /** Takes nothing from its socket until `read`. */
  stall(): void;
  read(): void;
}

interface Facts {
  events: number;
  /** Net differences it was told instead of single events. */
  coalesced: number;
  resets: number;
  /** Results whose checksum, as the service told it, was its own. */
  agreed: number;
  /** What it was told that does not follow on what it was told before. */
  readonly wrong: string[];
}

interface Message {
  readonly queryId: string;
  readonly sequence: number;
  readonly from?: number;
  readonly to?: number;
  readonly part?: number;
  readonly deleted?: readonly {readonly key: string}[];
  readonly transaction: {readonly part: number; readonly parts: number};
}

interface Progress {
  readonly sequence: number;
  readonly results: Readonly<Record<string, {readonly count: number; readonly checksum: number}>>;
}

export function foldingClient(url: string): FoldingClient {
  const held = new Map<string, Map<string, string>>();
  const facts: Facts = {events: 0, coalesced: 0, resets: 0, agreed: 0, wrong: []};
  let last = 0;
  let lastId: string | undefined;
  let asked: ClientRequest | undefined;
  let answer: IncomingMessage | undefined;

  const rows = (id: string): Map<string, string> => {
    const known = held.get(id) ?? new Map<string, string>();
    held.set(id, known);
    return known;
  };
  function message(data: string): void {
    const told = JSON.parse(data) as Message;
    const {sequence, from = sequence, to = sequence, transaction, queryId} = told;
    facts.events += 1;
    if (told.to !== undefined) facts.coalesced += 1;
    if (from !== last + 1) facts.wrong.push(`event ${from} to ${to} follows on ${last}`);
    take(rows(queryId), told, data);
    if (told.to === undefined || transaction.part === transaction.parts) last = to;
  }
  function snapshot(data: string): void {
    const told = JSON.parse(data) as Message;
    if (told.part === 1) rows(told.queryId).clear();
    take(rows(told.queryId), told, data);
    last = told.sequence;
  }
  function progress({sequence, results}: Progress): void {
    if (sequence !== last) facts.wrong.push(`progress says ${sequence}, events came to ${last}`);
    for (const [id, {count, checksum}] of Object.entries(results)) {
      const own = rows(id);
      if (own.size === count && checksumOf(own) === checksum) facts.agreed += 1;
      else facts.wrong.push(`${id} has other rows at ${sequence}: ${own.size}, told ${count}`);
    }
  }
  function hear(frame: string): void {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: ?(.*)$`, 'm').exec(frame)?.[1];
    const data = field('data');
    const event = field('event');
    if (event === 'reset') {
      facts.resets += 1;
      held.clear();
    } else if (data !== undefined && event === 'snapshot') snapshot(data);
    else if (data !== undefined && event === 'progress') progress(JSON.parse(data));
    else if (data !== undefined && event === undefined) message(data);
    lastId = field('id') ?? lastId;
  }

  return {
    get last() {
      return last;
    },
    rows,
    facts,
    async connect() {
      const headers = {Accept: 'text/event-stream', ...(lastId && {'Last-Event-ID': lastId})};
      asked = request(`${url}${lastId ? '' : '?snapshot=true'}`, {headers}).end();
      // Who leaves breaks its own request.
      asked.on('error', () => {});
      [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const own = answer;
      let text = '';
      own.setEncoding('utf8').on('data', (chunk: string) => {
        if (own !== answer) return;
        const frames = (text + chunk).split('\n\n');
        text = frames.pop()!;
        for (const frame of frames) hear(frame);
      });
      own.on('error', () => {});
    },
    leave() {
      answer = undefined;
      asked?.destroy();
    },
    stall: () => void answer?.pause(),
    read: () => void answer?.resume(),
  };
}

/** Waits until clients have been told all up to a sequence. */
export async function told(
  clients: readonly FoldingClient[],
  {sequence, limitMs}: {readonly sequence: number; readonly limitMs: number},
): Promise<void> {
  await until(() => clients.every(({last}) => last >= sequence), {
    limitMs,
    what: () => `clients to hear of ${sequence}; they are at ${clients.map(({last}) => last)}`,
  });
}

/** Brings a result up to date, with the texts of its rows as they were sent: see docs/api.md. */
function take(texts: Map<string, string>, message: Message, data: string): void {
  let at = 0;
  for (const {key} of message.deleted ?? []) texts.delete(key);
  for (const name of ['added', 'updated', 'rows'].filter((one) => one in message)) {
    at = data.indexOf(`"${name}":[`, at) + name.length + 4;
    while (data[at] !== ']') {
      const [end, keyEnd] = [valueEnd(data, at), valueEnd(data, at + 7)];
      const begin = data.startsWith(',"before":', keyEnd) ? valueEnd(data, keyEnd + 10) : keyEnd;
      texts.set(JSON.parse(data.slice(at + 7, keyEnd)), data.slice(begin + 9, end - 1));
      at = data[end] === ',' ? end + 1 : end;
    }
  }
}

/** Where the JSON value ends that begins here. */
function valueEnd(text: string, at: number): number {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[{]|[\]}]|[^"[\]{}]+/y;
  token.lastIndex = at;
  for (let depth = 0; ; ) {
    const [one] = token.exec(text)!;
    depth += Number('[{'.includes(one)) - Number(']}'.includes(one));
    if (depth === 0) return token.lastIndex;
  }
}

function checksumOf(texts: ReadonlyMap<string, string>): number {
  let sum = 0;
  for (const [key, text] of texts) sum = (sum + crc32(`${key}\n${text}`)) % 2 ** 32;
  return sum;
}
