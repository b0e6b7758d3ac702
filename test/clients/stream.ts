import {type ClientRequest, get, type IncomingMessage} from 'node:http';

/** An event of a stream; without data it is a place and nothing else. */
export interface Frame {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string | undefined;
}

/** How a client reads: until it leaves, in the midst of whatever comes then, and with stops. */
export interface Manners {
  readonly leaveAfterBytes: number;
  /** How long it reads nothing before it goes on; asked after each piece. */
  readonly stallMs: () => number;
}

export interface Stream {
  readonly status: number;
  /** What comes, one whole event after the other, until the stream ends or the client leaves. */
  frames(manners: Manners): AsyncGenerator<Frame>;
  close(): void;
}

export async function openStream(url: string, headers: Record<string, string>): Promise<Stream> {
  let request: ClientRequest | undefined;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const all = {Accept: 'text/event-stream', ...headers};
    request = get(url, {headers: all, agent: false}, resolve);
    request.on('error', reject);
  });
  return {
    status: response.statusCode ?? 0,
    async *frames(manners) {
      try {
        yield* framesOf(response, manners);
      } finally {
        request?.destroy();
      }
    },
    close: () => void request?.destroy(),
  };
}

async function* framesOf(
  response: IncomingMessage,
  {leaveAfterBytes, stallMs}: Manners,
): AsyncGenerator<Frame> {
  const decoder = new TextDecoder();
  let waiting = '';
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > leaveAfterBytes) return;
    waiting += decoder.decode(chunk as Uint8Array, {stream: true});
    const blocks = waiting.split('\n\n');
    waiting = blocks.pop()!;
    for (const block of blocks) {
      const frame = frameOf(block);
      if (frame.id !== undefined || frame.data !== undefined) yield frame;
    }
    const ms = stallMs();
    if (ms > 0) await pause(ms);
  }
}

function frameOf(block: string): Frame {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
    }),
  );
  return {id: fields.get('id'), event: fields.get('event') ?? 'message', data: fields.get('data')};
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
