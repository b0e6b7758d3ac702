import {until} from './until.ts';

export interface Received {
  readonly id: string | undefined;
  readonly event: string;
  /** undefined: an event that only has an id, or a retry. */
  readonly data: string | undefined;
  readonly retry: string | undefined;
}

/** A client of an event stream that keeps all it hears, comments too. */
export interface SseClient {
  readonly status: number;
  readonly headers: Headers;
  readonly received: readonly Received[];
  readonly comments: readonly string[];
  readonly ended: boolean;
  /** How many unnamed events with data there were. */
  readonly messageCount: number;
  /** Their data, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  messages(): any[];
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  named(event: string): any[];
  readonly lastId: string | undefined;
  until(holds: (client: SseClient) => boolean): Promise<void>;
  close(): void;
}

/** Connects and reads until it is closed; resolves once the head is there. */
export async function sseClient(
  url: string,
  headers: Record<string, string> = {},
): Promise<SseClient> {
  const cancel = new AbortController();
  const response = await fetch(url, {
    headers: {Accept: 'text/event-stream', ...headers},
    signal: cancel.signal,
  });
  const received: Received[] = [];
  const comments: string[] = [];
  let ended = false;
  const heard = {
    event: (one: Received) => void received.push(one),
    comment: (text: string) => void comments.push(text),
  };
  const reading = readEvents(response, heard).finally(() => {
    ended = true;
  });
  reading.catch(() => {});

  const client: SseClient = {
    status: response.status,
    headers: response.headers,
    received,
    comments,
    get ended() {
      return ended;
    },
    get messageCount() {
      return received.filter(({event, data}) => event === 'message' && data !== undefined).length;
    },
    messages: () => dataOf(received, 'message'),
    named: (event) => dataOf(received, event),
    get lastId() {
      return received.findLast(({id}) => id !== undefined)?.id;
    },
    async until(holds) {
      await until(() => holds(client), {what: holds.toString(), limitMs: 8000});
    },
    close: () => cancel.abort(),
  };
  return client;
}

function dataOf(received: readonly Received[], event: string): unknown[] {
  return received
    .filter((one) => one.event === event && one.data !== undefined)
    .map(({data}) => JSON.parse(data!));
}

/** Hands over what comes on a stream, whole events only, until it ends or breaks. */
export async function readEvents(
  response: Response,
  heard: {event(one: Received): void; comment(text: string): void},
): Promise<void> {
  const decoder = new TextDecoder();
  let waiting = '';
  for await (const chunk of response.body!) {
    waiting += decoder.decode(chunk as Uint8Array, {stream: true});
    const blocks = waiting.split('\n\n');
    waiting = blocks.pop()!;
    for (const block of blocks) {
      const lines = block.split('\n');
      for (const line of lines) if (line.startsWith(':')) heard.comment(line);
      if (lines.every((line) => line === '' || line.startsWith(':'))) continue;
      heard.event(parsed(lines));
    }
  }
}

function parsed(lines: readonly string[]): Received {
  const field = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ''));
  const data = field('data');
  return {
    id: field('id').at(-1),
    event: field('event').at(-1) ?? 'message',
    data: data.length > 0 ? data.join('\n') : undefined,
    retry: field('retry').at(-1),
  };
}
