// @ts-check
import {withSums} from './checksum.js';
import {parseExact} from './exact.js';

/**
 * The one stream of the page, kept alive.
 *
 * The browser's EventSource reconnects by itself after a cut and then sends the last id;
 * it gives up for good when it is answered with anything but 200. Then, and when nothing
 * was heard for too long, a new one is made here, which names the last id in its address.
 *
 * @typedef {import('./state.js').Message} Message
 *
 * @typedef {object} StreamOptions
 * @property {(message: Message) => void} on Called for all that happens, in order.
 *
 * @typedef {object} Stream
 * @property {() => void} retry Tries now, where the connection is lost.
 * @property {() => void} restart Starts afresh, with a snapshot.
 */

const ADDRESS = 'api/v1/events?snapshot=true';
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 15_000;
/** Progress comes every ten seconds: a silence of three beats is a dead connection. */
const SILENCE_MAX_MS = 35_000;
const SILENCE_CHECK_MS = 5000;

/**
 * @param {StreamOptions} options
 * @returns {Stream}
 */
export function openStream({on}) {
  /** @type {EventSource} */
  let source;
  let lastId = '';
  /** Whether the attempt that is under way, or was last, has come through. */
  let opened = false;
  let attempt = 0;
  let heardAtMs = Date.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function connect() {
    clearTimeout(timer);
    timer = undefined;
    source?.close();
    opened = false;
    heardAtMs = Date.now();
    source = new EventSource(
      lastId ? `${ADDRESS}&lastEventId=${encodeURIComponent(lastId)}` : ADDRESS,
    );
    source.onopen = () => {
      opened = true;
      on({kind: 'opened', atMs: heard()});
    };
    source.onerror = failed;
    for (const [name, message] of Object.entries(MESSAGES)) {
      source.addEventListener(name, (event) => {
        attempt = 0;
        if (event.lastEventId) lastId = event.lastEventId;
        on(message(withSums(parseExact(event.data), event.data), heard()));
      });
    }
  }

  function failed() {
    const vain = !opened;
    opened = false;
    if (source.readyState === EventSource.CLOSED) retryLater(vain);
    else on({kind: 'lost', atMs: Date.now(), retryAtMs: undefined, vain});
  }

  function retryLater(vain = false) {
    clearTimeout(timer);
    const fullMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempt++, 10));
    const waitMs = fullMs / 2 + (fullMs / 2) * Math.random();
    timer = setTimeout(connect, waitMs);
    on({kind: 'lost', atMs: Date.now(), retryAtMs: Date.now() + waitMs, vain});
  }

  function heard() {
    heardAtMs = Date.now();
    return heardAtMs;
  }

  /** @param {{atMs: number, vain: boolean}} loss */
  function reconnect(loss) {
    on({kind: 'lost', retryAtMs: undefined, ...loss});
    connect();
  }

  setInterval(() => {
    if (timer !== undefined || Date.now() - heardAtMs < SILENCE_MAX_MS) return;
    reconnect({atMs: heardAtMs, vain: !opened});
  }, SILENCE_CHECK_MS);
  connect();

  return {
    retry() {
      if (source.readyState !== EventSource.OPEN) reconnect({atMs: Date.now(), vain: false});
    },
    restart() {
      on({kind: 'restarted', atMs: Date.now()});
      lastId = '';
      source.close();
      retryLater();
    },
  };
}

/**
 * What each event of the stream means. A diff is an unnamed event, which EventSource calls
 * `message`. `any`: the service is trusted to keep its own format.
 * @type {Readonly<Record<string, (data: any, atMs: number) => Message>>}
 */
const MESSAGES = {
  message: (event, atMs) => ({kind: 'event', event, atMs}),
  snapshot: (snapshot, atMs) => ({kind: 'snapshot', snapshot, atMs}),
  progress: (progress, atMs) => ({kind: 'progress', progress, atMs}),
  reset: ({reason}, atMs) => ({kind: 'reset', reason: String(reason), atMs}),
  bye: ({reason}, atMs) => ({kind: 'bye', reason: String(reason), atMs}),
};
