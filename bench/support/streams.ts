import {eventJson} from '../../src/data/event.ts';
import {frameText} from '../../src/http/frame.ts';
import {listeners} from '../../src/http/listeners.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {FEED_LIMITS} from '../../src/reaction/query-feed.ts';
import {queryStream} from '../../src/reaction/query-stream.ts';
import {listenerOptions, row, streamOptions, world} from '../../test/reaction/world.ts';
import {until} from '../../test/support/until.ts';

/** What the bench tells the process of the streams. */
export type Told =
  | {readonly kind: 'joined'; readonly clients: number}
  | {
      readonly kind: 'flood';
      readonly seconds: number;
      /** Of the query that all clients read, and of the one that a few read as well. */
      readonly small: Flow;
      readonly big: Flow;
    };

export interface Flow {
  readonly perSecond: number;
  readonly rowBytes: number;
}

export interface Figures {
  readonly rss: number;
  readonly buffers: number;
  /** Bytes that wait in this process for the client that is furthest behind. */
  readonly heldBytes: number;
  readonly behind: number;
}

const of = world({queries: ['small', 'big'], eventLogEvents: 10_000});
const all = listeners({...listenerOptions, clients: 2_000, clientsPerAddress: 2_000});
const stream = queryStream({
  ...streamOptions,
  stalledMs: 600_000,
  limits: FEED_LIMITS,
  clock: systemClock(),
  world: of,
  queries: of.queries,
  encode: (event, id) => frameText({id, data: eventJson(event)}),
});
const held = new Set<{readonly writableLength: number}>();
const {port} = await all.mount(
  {host: '127.0.0.1', port: 0, setting: 'port'},
  ['/events'],
  ({admission}) =>
    (request, response) => {
      held.add(response);
      response.once('close', () => held.delete(response));
      stream.open(request, response, '', admission);
    },
);

function figures(): Figures {
  globalThis.gc?.();
  const {rss, arrayBuffers} = process.memoryUsage();
  const heldBytes = Math.max(0, ...Array.from(held, ({writableLength}) => writableLength));
  return {rss, buffers: arrayBuffers, heldBytes, behind: of.log.last - stream.place};
}

async function flow(id: 'small' | 'big', {perSecond, rowBytes}: Flow, seconds: number) {
  const filler = 'x'.repeat(rowBytes);
  const begun = performance.now();
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const dueMs = begun + (sent * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    const now = (performance.timeOrigin + performance.now()).toFixed(3);
    // By this id clients know the events whose way they measure.
    const after = row(id === 'small' ? -1 : sent, `${now} ${filler}`, String(sent));
    of.commit({[id]: [{key: id === 'small' ? -1 : sent % 10, after}]});
  }
}

async function flood({seconds, small, big}: Told & {kind: 'flood'}): Promise<void> {
  await Promise.all([flow('small', small, seconds), flow('big', big, seconds)]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}

process.on('message', async (told: Told) => {
  if (told.kind === 'flood') await flood(told);
  else await until(() => stream.clients === told.clients, {limitMs: 30_000});
  process.send?.(figures());
});
process.on('disconnect', () => process.exit(0));
process.send?.({port});
