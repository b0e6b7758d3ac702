// @ts-check
import {agoText, bytesText, clockText, counted} from './format.js';

/**
 * How things stand, in words: whether what is shown is kept up to date, what the database
 * keeps for us, and whether we hold what it holds.
 *
 * @typedef {import('./state.js').Link} Link
 * @typedef {import('./wire.js').WireSource} WireSource
 * @typedef {import('./wire.js').WireSlot} WireSlot
 * @typedef {import('./wire.js').WireQuery} WireQuery
 *
 * @typedef {{text: string, tone?: 'bad' | 'soft', title?: string, lsn?: string}} Saying
 *   `lsn`: the position of which it is said.
 */

/** A slot that is lost within so much is said to be in danger. */
const DANGER_MINUTES = 60;
/** An end that is further away than a day is a guess, and left out. */
const FORESEEN_MINUTES = 24 * 60;

/**
 * Whether what is shown is as of now. A page can be connected to a service that waits for
 * its database: then it is not.
 * @param {{link: Link, sources: readonly WireSource[] | undefined}} state
 * @returns {{kind: 'live' | 'connecting' | 'waiting'} | {kind: 'stale', sinceMs: number}}
 */
export function flowOf({link, sources = []}) {
  if (link.kind === 'lost') return {kind: 'stale', sinceMs: link.sinceMs};
  if (link.kind === 'connecting') return {kind: 'connecting'};
  const since = sources.flatMap(({stale}) => (stale ? [stale.sinceMs] : []));
  if (since.length > 0) return {kind: 'stale', sinceMs: Math.min(...since)};
  const waits = sources.some(({state}) => state && state.kind !== 'streaming');
  return {kind: waits ? 'waiting' : 'live'};
}

/** @param {ReturnType<typeof flowOf>} flow */
export function flowText(flow) {
  if (flow.kind === 'stale') return `Stale since ${clockText(flow.sinceMs)}`;
  return {live: 'Live', connecting: 'Connecting', waiting: 'Waiting'}[flow.kind];
}

/** @param {WireSlot} slot */
export const inDanger = ({minutesToLoss}) =>
  minutesToLoss !== null && minutesToLoss < DANGER_MINUTES;

/**
 * @param {WireSlot} slot
 * @returns {Saying}
 */
export function slotSaying(slot) {
  const kept = bytesText(slot.retainedBytes);
  const {minutesToLoss: minutes} = slot;
  if (minutes === null || minutes >= FORESEEN_MINUTES) return {text: kept};
  const text = `${kept} · ${lossText(slot)}`;
  return inDanger(slot) ? {text, tone: 'bad'} : {text};
}

/**
 * When a slot ends, and whether by us or by its server, if it goes on like this.
 * @param {WireSlot} slot
 */
export function lossText({minutesToLoss, endsBy}) {
  const minutes = minutesToLoss ?? 0;
  const how = endsBy === 'limit' ? 'given up' : 'lost';
  if (minutes < 1) return `${how} within a minute`;
  return `${how} in ${minutes < 120 ? `${Math.floor(minutes)} min` : `${Math.floor(minutes / 60)} h`}`;
}

/**
 * When what is held was compared with the database last, and with what outcome; undefined of
 * a source that is no database.
 * @param {WireSource} source
 * @param {number} nowMs
 * @returns {Saying | undefined}
 */
export function verifiedSaying(source, nowMs) {
  const {kind, verified, verification} = source;
  if (kind !== 'postgres' && !verified) return undefined;
  if (verification === null) return {text: 'off', tone: 'soft'};
  const {found, givenUp, running} = verification ?? {};
  const differed = differenceOf(source);
  if (differed && found) {
    const text = `differed ${agoText(nowMs - Date.parse(found.at))}`;
    return {text, tone: 'bad', title: differed.message};
  }
  const title = givenUp ? givenUp.problem.message : verified ? counted(verified.rows, 'row') : '';
  if (!verified) return {text: running ? 'comparing…' : 'not yet', tone: 'soft', title};
  return {text: agoText(nowMs - Date.parse(verified.at)), lsn: verified.lsn, title};
}

/**
 * The difference that was found last, as long as no comparison since has found none.
 * @param {Pick<WireSource, 'verified' | 'verification'>} source
 */
export function differenceOf({verified, verification}) {
  const found = verification?.found;
  if (!found || (verified && Date.parse(verified.at) > Date.parse(found.at))) return undefined;
  return found.problem;
}

const STATUSES = /** @type {const} */ ([
  ['Running', 'live'],
  ['Starting', 'starting'],
  ['Stopped', 'stopped'],
  ['Error', 'failed'],
]);

/** @param {readonly WireQuery[] | undefined} queries */
export function queriesText(queries) {
  if (queries === undefined) return '…';
  if (queries.length === 0) return 'none';
  const counts = STATUSES.map(([status, word]) => {
    const count = queries.filter((query) => query.status === status).length;
    return count > 0 ? `${count} ${word}` : '';
  });
  return counts.filter((text) => text !== '').join(', ');
}

/**
 * What is to be known of a result before one believes it; undefined where nothing is.
 * @param {WireQuery | undefined} query
 * @returns {{text: string, level: import('./levels.js').Level} | undefined}
 */
export function resultNote(query) {
  if (query?.error) return {text: 'stands still', level: 'critical'};
  if (query?.status === 'Stopped') return {text: 'stopped', level: 'calm'};
  if (!query?.stale) return undefined;
  return {text: `stale since ${clockText(Date.parse(query.stale.since))}`, level: 'warning'};
}
