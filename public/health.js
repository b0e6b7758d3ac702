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

/** Attempts in vain after which a service is not only away for a moment. */
const MANY_TRIES = 3;

/**
 * Why the service closed the stream, as far as it knows: not whether it comes back.
 * @type {Readonly<Record<string, string>>}
 */
const FAREWELLS = {
  closing: 'The service has closed the connection.',
  rotating: 'The service has asked to connect anew.',
  'too-many-clients': 'The service has as many viewers as it may have.',
  'snapshot-too-large': 'The results are larger than the service sends to one page.',
};

/**
 * What is to be known of a connection that is lost, and of a service that does not answer
 * what to do.
 * @param {Link & {kind: 'lost'}} link
 * @param {string} address Where the service should answer.
 */
export function linkSaying({sinceMs, farewell, tries}, address) {
  const at = clockText(sinceMs);
  if (tries < MANY_TRIES) {
    const title = (farewell && FAREWELLS[farewell]) ?? 'The connection is lost.';
    return {title, text: `What you see is as of ${at}.`};
  }
  return {
    title: 'The service does not answer.',
    text:
      `It was last heard at ${at}, and what you see is as of then. Look whether it still runs, ` +
      `and whether this machine reaches ${address}. Once it answers, this page goes on by itself.`,
  };
}

/**
 * Why the service could not go on where the page had heard it last.
 * @type {Readonly<Record<string, string>>}
 */
const RESETS = {
  'other-epoch': 'The service has started anew, without its earlier history.',
  'unknown-id': 'The service has started anew, without its earlier history.',
  'too-old': 'This page was cut off for longer than the service keeps its events.',
  'too-much': 'More has changed while this page was cut off than the service tells of one by one.',
};

/** @param {string} reason */
export function resetText(reason) {
  const why = RESETS[reason] ?? 'The service could not go on where this page had heard it last.';
  return `${why} What is shown since then is its present state.`;
}

/**
 * All that a source waits for to be put right, or that failed before it tries again now.
 * @param {WireSource} source
 * @returns {readonly import('./wire.js').WireProblem[]}
 */
export function problemsOf({state, error}) {
  const first = state?.problem ?? error;
  return first ? [first, ...(state?.further ?? [])] : [];
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

/** What is said of a result whose query was stopped, or never started. */
export const STOPPED = 'stopped';

/**
 * What is to be known of a result before one believes it; undefined where nothing is.
 * @param {WireQuery | undefined} query
 * @returns {{text: string, level: import('./levels.js').Level} | undefined}
 */
export function resultNote(query) {
  if (query?.error) return {text: 'stands still', level: 'critical'};
  if (query?.status === 'Stopped') return {text: STOPPED, level: 'calm'};
  if (!query?.stale) return undefined;
  return {text: `stale since ${clockText(Date.parse(query.stale.since))}`, level: 'warning'};
}
