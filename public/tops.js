// @ts-check
import {parseExact} from './exact.js';
import {ROWS_SHOWN} from './results.js';

/**
 * Reads the first rows of ordered results, and reads them again whenever they may be others.
 *
 * The stream tells of rows, not of their places, and their order is Postgres's: of texts,
 * numerics, times and nulls no browser knows it. So the service is asked, which has it. The
 * answer has places and rows of one moment, and is not shown but whole.
 *
 * A query is asked for again once the page has heard of a change, at most every `EVERY_MS`,
 * one request at a time; where rows do not show what they are ordered by, of which no
 * event need tell, every `UNTOLD_MS`. What has not changed costs a 304.
 *
 * @typedef {import('./state.js').State} State
 * @typedef {import('./state.js').Message} Message
 * @typedef {import('./results.js').Result} Result
 * @typedef {import('./wire.js').WireQuery} WireQuery
 *
 * @typedef {object} Asked What a query was asked last.
 * @property {boolean} open The answer is yet to come.
 * @property {boolean} failed
 * @property {number} atMs By a clock that nobody sets.
 * @property {Result | undefined} result What the page held then; undefined: it is to be asked again.
 * @property {string} order What the query was ordered by then.
 * @property {string | undefined} tag Of the last answer.
 * @property {number} limit
 */

const EVERY_MS = 100;
const UNTOLD_MS = 1000;
const RETRY_MS = 3000;
const TIMEOUT_MS = 5000;
/** Requests at a time, of all queries: a browser opens six connections to one host. */
const OPEN_MAX = 3;

/** Setting the machine's clock holds no question up. */
const nowMs = () => performance.now();

/**
 * @param {{send: (message: Message) => void, current: () => State}} page
 * @returns {() => void} To be called whenever the state may have changed.
 */
export function openTops({send, current}) {
  /** @type {Map<string, Asked>} */
  const asked = new Map();
  let open = 0;
  let lookAtMs = Number.POSITIVE_INFINITY;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {number} atMs */
  function lookAt(atMs) {
    if (atMs >= lookAtMs) return;
    clearTimeout(timer);
    lookAtMs = atMs;
    timer = setTimeout(look, Math.max(0, atMs - nowMs()));
  }

  function look() {
    lookAtMs = Number.POSITIVE_INFINITY;
    if (document.hidden) return;
    const {queries = [], results} = current();
    for (const query of queries) {
      const result = results.get(query.id);
      if (!result || !query.orderBy?.length) continue;
      const dueMs = dueAtMs(asked.get(query.id), query, result);
      if (dueMs > nowMs()) lookAt(dueMs);
      else if (open < OPEN_MAX) ask(query, result);
    }
  }

  /**
   * @param {WireQuery} query
   * @param {Result} result
   */
  async function ask({id, orderBy}, result) {
    const {tag, limit = ROWS_SHOWN} = asked.get(id) ?? {};
    const atMs = nowMs();
    const asking = {result, order: JSON.stringify(orderBy), atMs, tag, limit, open: true};
    asked.set(id, {...asking, failed: false});
    open += 1;
    const answer = await read(id, asking);
    open -= 1;
    asked.set(id, {...asking, open: false, ...answer.next});
    if (answer.top) send({kind: 'top', queryId: id, top: answer.top, atMs: Date.now()});
    lookAt(nowMs());
  }

  document.addEventListener('visibilitychange', () => lookAt(nowMs()));
  return () => lookAt(nowMs());
}

/**
 * When a query is to be asked for again.
 * @param {Asked | undefined} asked
 * @param {WireQuery} query
 * @param {Result} result
 */
function dueAtMs(asked, {orderBy = []}, result) {
  if (!asked) return 0;
  if (asked.open) return Number.POSITIVE_INFINITY;
  if (asked.failed) return asked.atMs + RETRY_MS;
  const changed = asked.result !== result || asked.order !== JSON.stringify(orderBy);
  if (changed) return asked.atMs + EVERY_MS;
  const told = orderBy?.every(({column}) => column !== null);
  return told ? Number.POSITIVE_INFINITY : asked.atMs + UNTOLD_MS;
}

/**
 * A service may be told to answer with fewer rows than the page would show.
 * @param {number} limit
 * @returns {Answer}
 */
const fewer = (limit) =>
  limit > 1
    ? {next: {failed: false, limit: limit >> 1, result: undefined}}
    : {next: {failed: true}};

/**
 * @typedef {object} Answer
 * @property {import('./wire.js').WireTop} [top] Absent where it is as it was, or not to be had.
 * @property {Partial<Asked> & {failed: boolean}} next
 *
 * @param {string} id
 * @param {Pick<Asked, 'tag' | 'limit'>} asking
 * @returns {Promise<Answer>}
 */
async function read(id, {tag, limit}) {
  const address = `api/v1/queries/${encodeURIComponent(id)}/results?shape=keyed&limit=${limit}`;
  try {
    const response = await fetch(address, {
      headers: tag === undefined ? {} : {'If-None-Match': tag},
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 304) return {next: {failed: false}};
    if (response.status === 400) return fewer(limit);
    if (!response.ok) return {next: {failed: true}};
    const {data} = /** @type {any} */ (parseExact(await response.text()));
    return {top: data, next: {failed: false, tag: response.headers.get('ETag') ?? undefined}};
  } catch {
    // An answer that does not come is no news: the stream says when the service is away.
    return {next: {failed: true}};
  }
}
