import {crc32} from 'node:zlib';
import type {Request, Response} from 'express';
import type {Key} from '../data/key.ts';
import {placeAfter} from '../data/key-order.ts';
import {rowJson} from '../data/row-json.ts';
import type {Row} from '../data/value.ts';
import {sendPieces} from '../http/pieces.ts';
import {httpProblems} from '../http/problems.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import {askedLimit, askedMoment, askedPlace, linkWith} from './asked.ts';
import {sendPast} from './past-results.ts';
import {apiProblems} from './problems.ts';
import {
  type About,
  holds,
  mediaType,
  nextCursor,
  type Shape,
  texts,
  written,
} from './rows-answer.ts';
import type {ApiService, QueryView, ResultView} from './service.ts';
import {type Stale, staleness} from './stale.ts';
import {retrySeconds, waitings} from './waiting.ts';

export interface ResultLimits {
  /** The largest `limit` that may be asked for. */
  readonly pageRows: number;
  /** How long a client may take nothing of an answer. */
  readonly stalledMs: number;
}

/** Whom a request asks. */
interface Asking {
  readonly service: ApiService;
  readonly query: QueryView;
  readonly limits: ResultLimits;
  readonly clock: Clock;
}

/** What a request asks for; a Problem is thrown where it can't be had. */
interface Asked {
  readonly shape: Shape;
  readonly limit: number | undefined;
  readonly after: Key | undefined;
}

/**
 * Answers with a query's result, in its ORDER BY or else by identity: whole, or `limit`
 * rows after `cursor`. The ETag names the query's last event, its columns and its order, so
 * it changes when the result does. With `at` it is the result of that moment, by identity.
 */
export async function sendResults(
  request: Request,
  response: Response,
  {service, query, limits, clock}: Asking,
): Promise<void> {
  const asked = askedFor(request, limits);
  const result = query.result();
  if (!result) throw notReady(response, {service, query, clock});
  const at = askedMoment(request, 'at');
  if (at) return sendPast(request, response, {service, query, limits, asked: {...asked, at}});
  const stale = staleness(service)(query);
  const tag = tagOf(service, result, {...asked, stale});
  response.vary('Accept').set({ETag: `"${tag}"`, 'Cache-Control': 'no-cache'});
  if (holds(request, tag)) return void response.status(304).end();

  const rows = taken(result, asked);
  const next = nextCursor(rows, asked.limit);
  if (next !== undefined) response.links({next: linkWith(request, {cursor: next})});
  response.type(mediaType(asked.shape));
  const json = rowJson(result.columns);
  const answer = {
    columns: result.columns.map(({name}) => name),
    rows: texts(asked.shape, rows, json),
    about: aboutResult(result, next, stale),
  };
  await sendPieces(response, written(asked.shape, answer), limits);
}

function tagOf(
  {epoch}: ApiService,
  result: ResultView,
  asked: Asked & {readonly stale: Stale | undefined},
): string {
  const {sequence, shape} = result;
  const columns = shape === 0 ? '' : `-${shape}`;
  const form = asked.shape === 'csv' ? '-csv' : '';
  // The answer says that it is stale, and why: so it is another one than that which is not.
  return `${epoch}-${sequence}${columns}${form}${orderMark(result, asked)}${staleMark(asked.stale)}`;
}

/**
 * Names the order of what is sent, of which no event tells where a query is given another
 * one, or where rows change places by what they do not show.
 */
function orderMark(result: ResultView, asked: Asked): string {
  const {ordered, orderBy} = result;
  if (!ordered || orderBy.length === 0) return '';
  const told = orderBy.every(({column}) => column !== undefined);
  const keys = told ? [] : taken(result, asked).map(([key]) => key);
  return `-by-${crc32(JSON.stringify([orderBy, keys])).toString(16)}`;
}

const staleMark = (stale: Stale | undefined): string =>
  stale ? `-stale-${crc32(JSON.stringify(stale)).toString(16)}` : '';

function notReady(
  response: Response,
  {service, query, clock}: Pick<Asking, 'service' | 'query' | 'clock'>,
): Problem {
  const waiting = waitings(service, clock)(query);
  if (waiting?.retryMs !== undefined) response.set('Retry-After', retrySeconds(waiting.retryMs));
  const {detail = '', hint, problem} = waiting ?? {};
  const facts = {id: query.id, detail, hint};
  return apiProblems['query-not-ready'](facts, {problem: problem ?? undefined});
}

function askedFor(request: Request, {pageRows}: ResultLimits): Asked {
  const {shape, limit, cursor} = request.query;
  return {
    shape: askedShape(request, shape),
    limit: limit === undefined ? undefined : askedLimit(String(limit), pageRows),
    after: cursor === undefined ? undefined : askedPlace(String(cursor)),
  };
}

function askedShape(request: Request, shape: unknown): Shape {
  if (shape !== undefined && shape !== 'object' && shape !== 'array' && shape !== 'keyed') {
    const hint = 'array for a plain list of rows, keyed for rows with their identities';
    throw apiProblems['parameter-invalid']({name: 'shape', value: String(shape), hint});
  }
  const form = request.accepts(['application/json', 'text/csv']);
  if (!form) {
    const accept = request.get('Accept') ?? '';
    throw httpProblems['not-acceptable']({accept, offered: 'application/json or text/csv'});
  }
  return form === 'text/csv' ? 'csv' : (shape ?? 'object');
}

function taken(result: ResultView, {limit, after}: Asked): (readonly [Key, Row])[] {
  const first = after === undefined && limit !== undefined ? limit + 1 : undefined;
  const keys = result.keys(first);
  const from = after === undefined ? 0 : placeOf(result, keys, after);
  const to = limit === undefined ? keys.length : from + limit + 1;
  return keys.slice(from, to).map((key) => [key, result.row(key)!] as const);
}

/** Identities have their place whether they are there or not; in another order they must be. */
function placeOf({ordered}: ResultView, keys: readonly Key[], after: Key): number {
  // By its text: a query that was given another text may have made a text of a number.
  if (!ordered) return placeAfter(keys, String(after));
  const place = keys.findIndex((key) => key === after || String(key) === String(after));
  if (place >= 0) return place + 1;
  throw apiProblems['cursor-gone']({});
}

function aboutResult(
  {count, sequence, lsn, asOfMs}: ResultView,
  next: string | undefined,
  stale: Stale | undefined,
): About {
  const asOf = new Date(asOfMs).toISOString();
  const about = {count, sequence, lsn: lsn ?? null, asOf, cursor: next ?? null};
  return {...about, ...(stale && {stale})};
}
