// @ts-check
import {agrees} from './checksum.js';
import {resetText} from './health.js';
import {logged, noticed} from './log.js';
import {readEvent, readSnapshot} from './readings.js';
import {eventResult, snapshotResult, topResult} from './results.js';

/**
 * The page's state, and how each thing that happens changes it. Pure: time comes in with
 * the message, and nothing here knows of the network or the screen.
 *
 * Snapshot and stream are joined by sequence: a result holds every event of its query up
 * to its sequence, so that an event at or below it is a repeat and changes nothing.
 *
 * Invariant: without a `gap`, each result is its query's result as of `position` or later.
 *
 * @typedef {import('./wire.js').WireEvent} WireEvent
 * @typedef {import('./wire.js').WireSnapshot} WireSnapshot
 * @typedef {import('./wire.js').WireProgress} WireProgress
 * @typedef {import('./wire.js').WireQuery} WireQuery
 * @typedef {import('./wire.js').WireSource} WireSource
 * @typedef {import('./results.js').Result} Result
 *
 * @typedef {{kind: 'connecting', sinceMs: number} | {kind: 'live', sinceMs: number}
 *   | {kind: 'lost', sinceMs: number, farewell: string | undefined, tries: number, retryAtMs: number | undefined}} Link
 *   `farewell`: why the service closed the stream, where it said so. `tries`: attempts since then, all in vain.
 *   `retryAtMs`: when the next one is due, where the page makes it and not the browser.
 *
 * @typedef {object} State
 * @property {Link} link
 * @property {ReadonlyMap<string, Result>} results By query id.
 * @property {ReadonlyMap<string, import('./results.js').Top>} tops Of results in an order, by query id.
 * @property {ReadonlyMap<string, readonly WireSnapshot[]>} partial Snapshots that are not whole yet.
 * @property {number | undefined} position Sequence up to which the stream was heard.
 * @property {'nothing' | 'snapshots' | 'events'} base What `position` rests on since the last connect.
 * @property {{expected: number, got: number} | undefined} gap An event was missed: start afresh.
 * @property {{queryId: string, read: boolean} | undefined} disagreement A result was not what the
 *   service says that it comes to. `read`: it is being read anew since.
 * @property {readonly import('./log.js').Entry[]} log
 * @property {import('./readings.js').Readings} readings Of the query `METRICS`.
 * @property {{lsn: string | undefined, lagBytes: number | undefined, lagMs: number | undefined}} progress
 * @property {number} transactions Seen since the page opened.
 * @property {number | undefined} changedAtMs Commit time of the last event.
 * @property {number} life Times that the stream had to start afresh: sequences count anew in each.
 * @property {{atMs: number, text: string} | undefined} notice What that means for what is shown, until it is
 *   dismissed.
 * @property {readonly WireQuery[] | undefined} queries
 * @property {readonly WireSource[] | undefined} sources
 *
 * @typedef {{atMs: number} & (
 *   | {kind: 'opened'}
 *   | {kind: 'lost', retryAtMs: number | undefined, vain?: boolean}
 *   | {kind: 'restarted'}
 *   | {kind: 'snapshot', snapshot: WireSnapshot}
 *   | {kind: 'event', event: WireEvent}
 *   | {kind: 'top', queryId: string, top: import('./wire.js').WireTop}
 *   | {kind: 'reset', reason: string}
 *   | {kind: 'dismissed'}
 *   | {kind: 'progress', progress: WireProgress}
 *   | {kind: 'bye', reason: string}
 *   | {kind: 'queries', queries: readonly WireQuery[]}
 *   | {kind: 'sources', sources: readonly WireSource[]}
 * )} Message
 *   `vain`: an attempt to connect had failed, instead of a connection that there was.
 */

/** The query whose rows are metrics, each with a name and a value. */
export const METRICS = 'current-metrics';

/**
 * @param {number} atMs
 * @returns {State}
 */
export function initialState(atMs) {
  return {
    link: {kind: 'connecting', sinceMs: atMs},
    results: new Map(),
    tops: new Map(),
    partial: new Map(),
    position: undefined,
    base: 'nothing',
    transactions: 0,
    gap: undefined,
    disagreement: undefined,
    log: [],
    readings: new Map(),
    progress: {lsn: undefined, lagBytes: undefined, lagMs: undefined},
    changedAtMs: undefined,
    life: 0,
    notice: undefined,
    queries: undefined,
    sources: undefined,
  };
}

/**
 * @param {State} state
 * @param {Message} message
 * @returns {State}
 */
export function fold(state, message) {
  switch (message.kind) {
    case 'opened':
      return {...begun(state), link: {kind: 'live', sinceMs: message.atMs}};
    case 'lost':
      return lost(state, message);
    case 'restarted':
      return {...begun(state), position: undefined, gap: undefined, disagreement: readAgain(state)};
    case 'reset':
      return afresh(state, message);
    case 'snapshot':
      return snapshot(state, message.snapshot, message.atMs);
    case 'event':
      return received(state, message.event);
    case 'top':
      return topped(state, message);
    case 'dismissed':
      return {...state, notice: undefined};
    case 'progress':
      return checked(state, message.progress);
    case 'bye':
      return lost(state, {atMs: message.atMs, farewell: message.reason});
    case 'queries':
      return {...state, queries: message.queries};
    case 'sources':
      return {...state, sources: message.sources};
  }
}

/**
 * What is held stays, until a snapshot replaces it.
 * @param {State} state
 * @returns {State}
 */
function begun(state) {
  return {...state, base: 'nothing', partial: new Map()};
}

/**
 * The first loss counts: attempts that fail later do not make the data any newer.
 * @param {State} state
 * @param {{atMs: number, farewell?: string, retryAtMs?: number | undefined, vain?: boolean}} loss
 * @returns {State}
 */
function lost(state, {atMs, farewell, retryAtMs, vain = false}) {
  const before = state.link.kind === 'lost' ? state.link : {sinceMs: atMs, farewell, tries: 0};
  const {sinceMs, tries} = before;
  const told = {sinceMs, farewell: before.farewell, tries: tries + (vain ? 1 : 0), retryAtMs};
  return {...state, link: {kind: 'lost', ...told}};
}

/**
 * What comes now does not follow on what was heard: results are replaced, and what happened
 * in between was told to nobody here.
 * @param {State} state
 * @param {{atMs: number, reason: string}} message
 * @returns {State}
 */
function afresh(state, {atMs, reason}) {
  const notice = {atMs, text: resetText(reason)};
  const life = state.life + 1;
  const log = noticed(state.log, notice, life);
  return {...begun(state), position: undefined, life, notice, log};
}

/**
 * @param {State} state
 * @param {WireSnapshot} part
 * @param {number} atMs
 * @returns {State}
 */
function snapshot(state, part, atMs) {
  const {queryId, sequence} = part;
  const parts = [...(state.partial.get(queryId) ?? []), part];
  const partial = new Map(state.partial);
  const whole = parts.length >= (part.parts ?? 1);
  if (whole) partial.delete(queryId);
  else partial.set(queryId, parts);

  const placed = {...state, partial, ...based(state, sequence)};
  if (!whole) return placed;
  const result = snapshotResult(parts, state.results.get(queryId), atMs);
  return {
    ...placed,
    results: new Map(state.results).set(queryId, result),
    readings:
      queryId === METRICS ? readSnapshot(state.readings, result.rows, atMs) : state.readings,
    progress: {...state.progress, lsn: part.lsn ?? state.progress.lsn},
  };
}

/**
 * The position after a snapshot at `sequence`. The first one after a connect says where the
 * stream goes on; where snapshots differ it goes on after the oldest, and results that are
 * newer skip what they hold already. Once events flow the stream alone moves the position.
 * @param {State} state
 * @param {number} sequence
 * @returns {Pick<State, 'position' | 'base'>}
 */
function based({position, base}, sequence) {
  if (base === 'events') return {position, base};
  if (base === 'nothing' || position === undefined) return {position: sequence, base: 'snapshots'};
  return {position: Math.min(position, sequence), base};
}

/**
 * @param {State} state
 * @param {WireEvent} event
 * @returns {State}
 */
function received(state, event) {
  const {position} = state;
  const {queryId, sequence, from, to} = stretched(event);
  if (state.gap || (position !== undefined && to <= position)) return state;
  if (position !== undefined && from > position + 1) {
    return {...state, gap: {expected: position + 1, got: from}};
  }
  // A net diff of several queries is heard once all its parts are.
  const whole = !event.coalesced || event.transaction.part === event.transaction.parts;
  const heard = whole ? to : position;
  const moved = {...state, position: heard, base: /** @type {const} */ ('events')};
  const result = state.results.get(queryId) ?? NO_ROWS;
  return sequence <= result.sequence ? moved : applied(moved, event, result);
}

/**
 * @param {State} state
 * @param {{queryId: string, top: import('./wire.js').WireTop, atMs: number}} message
 * @returns {State}
 */
function topped(state, {queryId, top, atMs}) {
  const next = topResult(top, state.tops.get(queryId), atMs);
  return {...state, tops: new Map(state.tops).set(queryId, next)};
}

/**
 * An event tells of itself alone; a net diff of all there were from one to another.
 * @param {WireEvent} event
 */
function stretched({queryId, sequence, from = sequence, to = sequence}) {
  return {queryId, sequence, from, to};
}

/** A query that was added while the page watches begins empty. */
const NO_ROWS = {rows: new Map(), sequence: 0};

/**
 * @param {State} state
 * @param {WireEvent} event
 * @param {Result} result
 * @returns {State}
 */
function applied(state, event, result) {
  const {queryId, timestamp, transaction} = event;
  return {
    ...state,
    results: new Map(state.results).set(queryId, eventResult(result, event)),
    log: logged(state.log, event, state.life),
    readings: queryId === METRICS ? readEvent(state.readings, event) : state.readings,
    progress: {...state.progress, lsn: transaction.lsn},
    changedAtMs: timestamp,
    transactions: state.transactions + ((transaction.part ?? 1) === 1 ? 1 : 0),
  };
}

/**
 * All up to the progress's sequence was sent: so what is held is what the service says that
 * it comes to, or something is wrong.
 * @param {State} state
 * @param {WireProgress} told
 * @returns {State}
 */
function checked(state, told) {
  const {sequence, results = {}} = told;
  const progress = progressed(state.progress, told);
  if (state.gap || sequence === undefined || state.position === undefined)
    return {...state, progress};
  const position = Math.max(state.position, sequence);
  if (position > sequence) return {...state, progress};
  const verdicts = Object.entries(results).map(([queryId, sum]) => {
    const result = state.results.get(queryId) ?? NO_ROWS;
    return {queryId, agreed: result.sequence > sequence ? undefined : agrees(result, sum)};
  });
  const wrong = verdicts.find(({agreed}) => agreed === false);
  const mended = verdicts.some((one) => one.agreed && one.queryId === state.disagreement?.queryId);
  const before = mended ? undefined : state.disagreement;
  const disagreement = wrong ? {queryId: wrong.queryId, read: false} : before;
  return {...state, progress, position, disagreement};
}

/** @param {State} state */
const readAgain = ({disagreement}) => disagreement && {...disagreement, read: true};

/**
 * @param {State['progress']} progress
 * @param {WireProgress} told
 * @returns {State['progress']}
 */
function progressed(progress, told) {
  return {
    lsn: told.lsn ?? progress.lsn,
    lagBytes: told.lagBytes ?? progress.lagBytes,
    lagMs: told.lagMs ?? progress.lagMs,
  };
}
