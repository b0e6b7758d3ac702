// @ts-check
/**
 * Asks the service again and again for what the stream does not tell: its sources and
 * queries. An answer that does not come is no news: the stream says when the service is
 * away. A hidden page does not ask.
 */

const EVERY_MS = 3000;
const TIMEOUT_MS = 5000;

/**
 * @param {(message: import('./state.js').Message) => void} send
 * @returns {() => void} Asks now.
 */
export function openPoll(send) {
  let asking = false;

  async function ask() {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const [sources, queries] = await Promise.all([list('sources'), list('queries')]);
      const atMs = Date.now();
      if (sources) send({kind: 'sources', sources, atMs});
      if (queries) send({kind: 'queries', queries, atMs});
    } finally {
      asking = false;
    }
  }

  setInterval(ask, EVERY_MS);
  document.addEventListener('visibilitychange', ask);
  ask();
  return ask;
}

/**
 * @param {string} what
 * @returns {Promise<any[] | undefined>} undefined where the service does not answer.
 */
async function list(what) {
  try {
    const response = await fetch(`api/v1/${what}`, {signal: AbortSignal.timeout(TIMEOUT_MS)});
    const body = response.ok ? await response.json() : undefined;
    return Array.isArray(body?.data) ? body.data : undefined;
  } catch {
    return undefined;
  }
}
