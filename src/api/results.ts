import type {Request, Response} from 'express';
import {rowJson} from '../data/json.ts';
import type {Key} from '../data/key.ts';
import {placeAfter} from '../data/key-order.ts';
import type {Row} from '../data/value.ts';
import {sendPieces} from '../http/pieces.ts';
import {httpProblems} from '../http/problems.ts';
import {unreachable} from '../lib/assert.ts';
import type {Problem} from '../lib/problem.ts';
import {csvLines} from './csv.ts';
import {cursorText, parseCursor} from './cursor.ts';
import {apiProblems} from './problems.ts';
import type {ApiService, QueryView, QueryViewState, ResultView} from './service.ts';
import {type Stale, staleness} from './stale.ts';

export interface ResultLimits {
  /** The largest `limit` that may be asked for. */
  readonly pageRows: number;
  /** How long a client may take nothing of an answer. */
  readonly stalledMs: number;
}

/** How results are written. `array` is what Drasi's own clients read. */
type Shape = 'object' | 'array' | 'csv';

/** What a request asks for; a Problem is thrown where it can't be had. */
interface Asked {
  readonly shape: Shape;
  readonly limit: number | undefined;
  readonly after: Key | undefined;
}

/**
 * Answers with a query's result, in its ORDER BY or else by identity: whole, or `limit`
 * rows after `cursor`. The ETag names the query's last event and its columns, so it changes
 * when the result does.
 */
export async function sendResults(
  request: Request,
  response: Response,
  {service, query, limits}: {service: ApiService; query: QueryView; limits: ResultLimits},
): Promise<void> {
  const asked = askedFor(request, limits);
  const result = query.result();
  if (!result) throw notReady(response, query);
  const stale = staleness(service)(query.sources);
  const tag = tagOf(service, result, {...asked, stale: stale !== undefined});
  response.vary('Accept').set({ETag: `"${tag}"`, 'Cache-Control': 'no-cache'});
  if (holds(request, tag)) return void response.status(304).end();

  const rows = taken(result, asked);
  const next = nextCursor(rows, asked);
  if (next !== undefined) response.links({next: nextLink(request, next)});
  response.type(asked.shape === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'json');
  await sendPieces(response, written(asked.shape, {result, rows, next, stale}), limits);
}

/**
 * Whether the client holds this state. Asked without a look at Cache-Control: a page that
 * sets If-None-Match itself is made to send `no-cache` with it, and means the condition.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
function holds(request: Request, tag: string): boolean {
  const named = request.get('If-None-Match');
  if (named === undefined) return false;
  const tags = named.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(`"${tag}"`);
}

function tagOf(
  {epoch}: ApiService,
  {sequence, shape}: ResultView,
  asked: Asked & {readonly stale: boolean},
): string {
  const columns = shape === 0 ? '' : `-${shape}`;
  const form = asked.shape === 'csv' ? '-csv' : '';
  // The answer says that it is stale, so it is another one than that which is not.
  return `${epoch}-${sequence}${columns}${form}${asked.stale ? '-stale' : ''}`;
}

function notReady(response: Response, {id, state}: QueryView): Problem {
  response.set('Retry-After', '1');
  return apiProblems['query-not-ready']({id, reason: whyNotReady(state)});
}

function whyNotReady(state: QueryViewState): string {
  switch (state.kind) {
    case 'waiting':
    case 'running':
      return 'It waits for the first rows of its source.';
    case 'failed':
      return `It failed: ${state.problems.map(({message}) => message).join('; ')}.`;
    case 'stopped':
      return 'It is stopped.';
    default:
      return unreachable(state);
  }
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
  if (shape !== undefined && shape !== 'array' && shape !== 'object') {
    const hint = 'leave it out, or set it to array for a plain list of rows';
    throw apiProblems['parameter-invalid']({name: 'shape', value: String(shape), hint});
  }
  const form = request.accepts(['application/json', 'text/csv']);
  if (!form) {
    const accept = request.get('Accept') ?? '';
    throw httpProblems['not-acceptable']({accept, offered: 'application/json or text/csv'});
  }
  return form === 'text/csv' ? 'csv' : (shape ?? 'object');
}

function askedLimit(value: string, pageRows: number): number {
  const limit = Number(value);
  if (/^\d+$/.test(value) && limit >= 1 && limit <= pageRows) return limit;
  const hint = `a number from 1 to ${pageRows}; without it all rows are sent`;
  throw apiProblems['parameter-invalid']({name: 'limit', value, hint});
}

function askedPlace(value: string): Key {
  const key = parseCursor(value);
  if (key !== undefined) return key;
  const hint = 'hand back the cursor of an earlier answer as it was';
  throw apiProblems['parameter-invalid']({name: 'cursor', value, hint});
}

interface Taken {
  readonly result: ResultView;
  /** One more than asked for where there are more. */
  readonly rows: readonly (readonly [Key, Row])[];
  readonly next: string | undefined;
  readonly stale: Stale | undefined;
}

function taken(result: ResultView, {limit, after}: Asked): (readonly [Key, Row])[] {
  const keys = result.keys();
  const from = after === undefined ? 0 : placeOf(result, keys, after);
  const to = limit === undefined ? keys.length : from + limit + 1;
  return keys.slice(from, to).map((key) => [key, result.row(key)!] as const);
}

/** Identities have their place whether they are there or not; in another order they must be. */
function placeOf({ordered}: ResultView, keys: readonly Key[], after: Key): number {
  if (!ordered) return placeAfter(keys, after);
  const place = keys.indexOf(after);
  if (place >= 0) return place + 1;
  throw apiProblems['cursor-gone']({});
}

function nextCursor(rows: (readonly [Key, Row])[], {limit}: Asked): string | undefined {
  if (limit === undefined || rows.length <= limit) return undefined;
  rows.pop();
  return cursorText(rows.at(-1)![0]);
}

function nextLink(request: Request, cursor: string): string {
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  return `${url.pathname}${url.search}`;
}

function* written(shape: Shape, {result, rows, next, stale}: Taken): Generator<string> {
  const json = rowJson(result.columns);
  if (shape === 'csv') {
    const names = result.columns.map(({name}) => name);
    return yield* csvLines(names, jsonRows(rows, json));
  }
  yield shape === 'array' ? '{"success":true,"data":[' : '{"success":true,"data":{"results":[';
  let separator = '';
  for (const row of jsonRows(rows, json)) {
    yield separator + row;
    separator = ',';
  }
  yield shape === 'array'
    ? '],"error":null}'
    : `],${aboutResult(result, next, stale)}},"error":null}`;
}

function* jsonRows(
  rows: readonly (readonly [Key, Row])[],
  json: (row: Row) => string,
): Generator<string> {
  for (const [, row] of rows) yield json(row);
}

function aboutResult(
  {count, sequence, lsn, asOfMs}: ResultView,
  next: string | undefined,
  stale: Stale | undefined,
): string {
  const asOf = new Date(asOfMs).toISOString();
  const about = {count, sequence, lsn: lsn ?? null, asOf, cursor: next ?? null};
  return JSON.stringify({...about, ...(stale && {stale})}).slice(1, -1);
}
