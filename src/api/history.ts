import type {Request, Response} from 'express';
import {type Event, eventJson} from '../data/event.ts';
import type {Moment} from '../data/moment.ts';
import {sendPieces} from '../http/pieces.ts';
import {askedLimit, askedMoment, askedPlace, linkWith} from './asked.ts';
import {cursorText} from './cursor.ts';
import {inTime} from './past-results.ts';
import {apiProblems} from './problems.ts';
import type {ApiService, EventsAsked, EventsPage, QueryView} from './service.ts';

export interface HistoryRequestLimits {
  /** The largest `limit` that may be asked for. */
  readonly pageRows: number;
  /** How long a client may take nothing of an answer. */
  readonly stalledMs: number;
}

/** Events of a page that names no limit. */
const PAGE_EVENTS = 1_000;

/**
 * Answers with the events of a query that the log holds, oldest first, as streams tell them;
 * `from` and `to` are included. Says where the log begins, and whether that is too late.
 */
export async function sendHistory(
  request: Request,
  response: Response,
  {service, query, limits}: {service: ApiService; query: QueryView; limits: HistoryRequestLimits},
): Promise<void> {
  const asked = eventsAsked(request, limits);
  const page = await inTime(response, service.history.events(query.id, asked));
  const cursor = page.next === undefined ? null : cursorText(page.next);
  if (cursor !== null) response.links({next: linkWith(request, {cursor})});
  response.type('json').set('Cache-Control', 'no-store');
  await sendPieces(response, written(service, page, cursor), limits);
}

function eventsAsked(request: Request, {pageRows}: HistoryRequestLimits): EventsAsked {
  const {limit, cursor} = request.query;
  const from = askedMoment(request, 'from');
  const to = askedMoment(request, 'to');
  if (from && to && isAfter(from, to)) {
    const hint = 'a moment that is not before "from"';
    throw apiProblems['parameter-invalid']({name: 'to', value: String(request.query.to), hint});
  }
  return {
    from,
    to,
    after: cursor === undefined ? undefined : askedSequence(String(cursor)),
    limit:
      limit === undefined ? Math.min(PAGE_EVENTS, pageRows) : askedLimit(String(limit), pageRows),
  };
}

/** Of two kinds nothing is said: what is between them is what there is. */
function isAfter(a: Moment, b: Moment): boolean {
  if (a.kind === 'sequence' && b.kind === 'sequence') return a.sequence > b.sequence;
  if (a.kind === 'lsn' && b.kind === 'lsn') return a.lsn > b.lsn;
  return a.kind === 'time' && b.kind === 'time' && a.micros > b.micros;
}

function askedSequence(value: string): number {
  const place = askedPlace(value);
  if (typeof place === 'number' && Number.isSafeInteger(place) && place >= 0) return place;
  const hint = 'hand back the cursor of an earlier answer as it was';
  throw apiProblems['parameter-invalid']({name: 'cursor', value, hint});
}

function* written(
  {epoch}: ApiService,
  {events, truncated, reach}: EventsPage,
  cursor: string | null,
): Generator<string> {
  yield '{"success":true,"data":{"events":[';
  let separator = '';
  for (const event of events) {
    yield separator + eventJson(event);
    separator = ',';
  }
  const about = {epoch, truncated, heldFrom: momentOf(reach.first), cursor};
  yield `],${JSON.stringify(about).slice(1, -1)}},"error":null}`;
}

function momentOf(event: Event | undefined): Record<string, unknown> | null {
  if (!event) return null;
  const {sequence, transaction} = event;
  const time = new Date(transaction.commitTime / 1000).toISOString();
  return {sequence, lsn: transaction.lsn, time};
}
