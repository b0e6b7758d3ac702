import {historyProblems} from '../api/problems-history.ts';
import type {
  EventsAsked,
  EventsPage,
  HistoryView,
  PastAsked,
  PastResult,
  Reach,
} from '../api/service.ts';
import type {Event} from '../data/event.ts';
import {compareToMoment, type Moment} from '../data/moment.ts';
import {rowJson} from '../data/row-json.ts';
import type {Clock} from '../lib/clock.ts';
import {HELD_MAX} from '../query/operators/room.ts';
import type {EventLog} from '../store/store.ts';
import type {LiveQuery, Position} from './live-query.ts';
import {eventsAfter, type Pace, pace} from './log-walk.ts';
import {pastRows} from './past-rows.ts';
import {type Rewound, rewind} from './rewind.ts';

export interface HistoryOptions {
  readonly log: EventLog;
  readonly queries: ReadonlyMap<string, LiveQuery>;
  readonly clock: Clock;
  readonly limits: HistoryLimits;
  /** Rows that can be held, whatever the limits say. */
  readonly heldMax?: number;
}

export interface HistoryLimits {
  /** Requests that look through the log at the same time. */
  readonly historyRequests: number;
  /** Changed rows that one of them may hold. */
  readonly historyRows: number;
}

/** Rows that are looked at in one turn. */
const TURN_ROWS = 5_000;
/** Characters of rows after which a page of events ends. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/**
 * What the event log tells of the past: the events of a query, and its result as it was.
 *
 * A request looks through the log in turns, with everybody else's in between, and costs at
 * most the log once; no more than `historyRequests` do so at a time.
 */
export function history(options: HistoryOptions): HistoryView {
  const {log, queries, clock, limits, heldMax = HELD_MAX} = options;
  const rowsMax = Math.min(limits.historyRows, heldMax);
  let looking = 0;

  async function counted<T>(act: () => Promise<T>): Promise<T> {
    const max = limits.historyRequests;
    if (looking >= max) throw historyProblems['history-busy']({max});
    looking += 1;
    try {
      return await act();
    } finally {
      looking -= 1;
    }
  }

  function refuseFuture(query: LiveQuery | undefined, at: Moment, last = log.last): void {
    const now = clock.nowMs();
    const asOf = query && positionOf(query);
    const ahead =
      (at.kind === 'sequence' && at.sequence > last) ||
      (at.kind === 'lsn' && asOf !== undefined && at.lsn > asOf.lsn) ||
      // The database's clock may be ahead of this one.
      (at.kind === 'time' && at.micros > Math.max(now * 1000, asOf?.commitTime ?? 0));
    if (ahead) throw historyProblems['history-ahead']({last: log.last, asOf, nowMs: now});
  }

  return {
    events: (queryId, asked) =>
      counted(async () => {
        const turns = pace(TURN_ROWS);
        // After the last event begins what is yet to come, and that is nothing so far.
        if (asked.from) refuseFuture(queries.get(queryId), asked.from, log.last + 1);
        const query = queries.get(queryId)!;
        const reach = await reachOf(log, query.definition.source.id, turns);
        refuseRange(log, asked, reach);
        return pageOf(log, query, {...asked, reach, turns});
      }),
    result: (queryId, asked) =>
      counted(async () => {
        const query = queries.get(queryId)!;
        refuseFuture(query, asked.at);
        const at = isNow(query, asked.at) ? sequenceNow(log) : asked.at;
        const source = query.definition.source.id;
        const rewinding = {queryId, at, source, turnRows: TURN_ROWS};
        const found = await rewind(log, {...rewinding, rowsMax}, (then) => {
          return 'kind' in then ? then : taken(query, then, asked);
        });
        if (!('kind' in found)) return found;
        if (found.kind === 'too-much') {
          throw historyProblems['history-too-large']({max: rowsMax, most: rowsMax === heldMax});
        }
        throw notHeld(await reachOf(log, source, pace(TURN_ROWS)));
      }),
  };
}

const sequenceNow = (log: EventLog): Moment => ({kind: 'sequence', sequence: log.last});

/** How far its source is, whether the query goes with it or not; kept rows may go before. */
const positionOf = ({definition, asOf}: LiveQuery): Position | undefined =>
  definition.source.position ?? asOf;

/** Whether nothing has happened since a moment; also where the log has no event at all. */
function isNow(query: LiveQuery, at: Moment): boolean {
  const asOf = positionOf(query);
  if (!asOf || at.kind === 'sequence') return false;
  return at.kind === 'lsn' ? at.lsn >= asOf.lsn : at.micros >= asOf.commitTime;
}

/** The rows of a past result, as long as the present is what they were told apart from. */
function taken(query: LiveQuery, then: Rewound, asked: PastAsked): PastResult {
  const json = rowJson(query.columns);
  const {count, rows} = pastRows(query, then.rows, asked);
  const {sequence, transaction} = then;
  return {
    count,
    sequence,
    lsn: transaction?.lsn,
    asOfMs: transaction && Math.floor(transaction.commitTime / 1000),
    columns: query.columns.map(({name}) => name),
    rows,
    text: (row) => (typeof row === 'string' ? row : json(row)),
  };
}

/** Where the log begins, for queries of one source. */
async function reachOf(log: EventLog, source: string, turns: Pace): Promise<Reach> {
  for (let place = log.trimmed; place < log.last; ) {
    const events = eventsAfter(log, place) ?? eventsAfter(log, log.trimmed) ?? [];
    for (const event of events) {
      if (event.transaction.source === source) return {whole: log.trimmed === 0, first: event};
      place = event.sequence;
    }
    if (turns.over(events.length)) await turns.turn();
  }
  return {whole: log.trimmed === 0, first: undefined};
}

function notHeld({first}: Reach): Error {
  return historyProblems['history-not-held']({first});
}

function refuseRange(log: EventLog, {to, after}: EventsAsked, reach: Reach): void {
  if (to && isBefore(to, log, reach)) throw notHeld(reach);
  if (after !== undefined && after < log.trimmed) throw notHeld(reach);
}

/** Whether a moment is one of which events may be gone. */
function isBefore(moment: Moment, {trimmed}: EventLog, {whole, first}: Reach): boolean {
  if (whole) return false;
  if (moment.kind === 'sequence') return moment.sequence <= trimmed;
  return first !== undefined && compareToMoment(first, moment) > 0;
}

/** Whether events that were asked for are gone. */
function isTruncated({from, after}: EventsAsked, log: EventLog, reach: Reach): boolean {
  if (reach.whole || after !== undefined) return false;
  if (!from || (from.kind !== 'sequence' && !reach.first)) return true;
  return isBefore(from, log, reach);
}

async function pageOf(
  log: EventLog,
  {id, definition}: Pick<LiveQuery, 'id' | 'definition'>,
  {reach, turns, ...asked}: EventsAsked & {readonly reach: Reach; readonly turns: Pace},
): Promise<EventsPage> {
  const {from, to, after, limit} = asked;
  const range = {from, to, source: definition.source.id};
  const last = Math.min(log.last, to?.kind === 'sequence' ? to.sequence : log.last);
  const least = from?.kind === 'sequence' ? from.sequence - 1 : 0;
  const found: Event[] = [];
  const page = {events: found, reach, truncated: isTruncated(asked, log, reach)};
  let characters = 0;
  for (let place = Math.max(after ?? 0, least, log.trimmed); place < last; ) {
    const events = eventsAfter(log, place, last);
    if (!events) throw notHeld(reach);
    for (const event of events) {
      if (event.queryId === id && within(event, range)) {
        if (found.length === limit || characters >= PAGE_CHARACTERS) {
          return {...page, next: found.at(-1)!.sequence};
        }
        found.push(event);
        characters += charactersOf(event);
      }
      place = event.sequence;
    }
    if (turns.over(events.length)) await turns.turn();
  }
  return {...page, next: undefined};
}

/** What the query told while it read another source is at none of this one's positions. */
function within(
  event: Event,
  {from, to, source}: Pick<EventsAsked, 'from' | 'to'> & {readonly source: string},
): boolean {
  const byPosition = from?.kind === 'lsn' || to?.kind === 'lsn';
  if (byPosition && event.transaction.source !== source) return false;
  if (from && compareToMoment(event, from) < 0) return false;
  return !to || compareToMoment(event, to) <= 0;
}

function charactersOf({added, updated, deleted}: Event): number {
  let sum = 0;
  for (const rows of [added, updated, deleted]) {
    for (const {before, after} of rows) sum += (before?.length ?? 0) + (after?.length ?? 0);
  }
  return sum;
}
