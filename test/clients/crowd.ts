import {pause} from './stream.ts';

export interface CrowdOptions {
  readonly url: () => string;
  readonly chance: () => number;
  readonly signal: AbortSignal;
}

/** Comes and goes until it is stopped, more of it than may be; answers how often it was sent away. */
export async function crowd({url, chance, signal}: CrowdOptions): Promise<number> {
  const inside: AbortController[] = [];
  let sentAway = 0;
  while (!signal.aborted) {
    await pause(20);
    if (inside.length > 6 || (inside.length > 0 && chance() < 0.4)) {
      inside.splice(Math.floor(chance() * inside.length), 1)[0]!.abort();
      continue;
    }
    const cut = new AbortController();
    const method = chance() < 0.2 ? 'HEAD' : 'GET';
    const headers = {Accept: 'text/event-stream'};
    const response = await fetch(url(), {method, headers, signal: cut.signal});
    const type = response.headers.get('content-type') ?? '';
    if (response.status !== 200 || !type.startsWith('text/event-stream')) {
      throw new Error(`the crowd was told ${response.status} ${type}`);
    }
    if (method === 'HEAD') continue;
    const {value = new Uint8Array()} = await response.body!.getReader().read();
    const text = Buffer.from(value).toString();
    if (!text.startsWith('event: bye')) inside.push(cut);
    else if (/retry: \d+\ndata: .*"too-many-clients"/.test(text)) sentAway += 1;
    else throw new Error(`the crowd was told ${text}`);
  }
  for (const cut of inside) cut.abort();
  return sentAway;
}
