import {onTestFinished} from 'vitest';

/** What an event stream has sent, as it grows. The connection is cut after the test. */
export async function streamText(url: string): Promise<() => string> {
  const cut = new AbortController();
  const response = await fetch(url, {signal: cut.signal});
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream')) throw new Error(`${url} is no stream but ${type}`);
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  })().catch((error) => {
    // The cut ends the reading with an error; so does a server that stops.
    text += `\n(cut: ${error})`;
  });
  onTestFinished(async () => {
    cut.abort();
    await reading;
  });
  return () => text;
}
