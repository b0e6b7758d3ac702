import type {Request, Response} from 'express';
import {sendPieces} from '../http/pieces.ts';
import {readExactJson} from '../lib/exact-json.ts';
import {Problem} from '../lib/problem.ts';
import {linkWith} from './asked.ts';
import {
  type About,
  holds,
  mediaType,
  nextCursor,
  type Shape,
  texts,
  written,
} from './rows-answer.ts';
import type {ApiService, PastAsked, PastResult, QueryView} from './service.ts';

/**
 * Answers with a query's result as it was: by identity, whatever its ORDER BY is. What was
 * is for good, so pages of one moment agree, and the next link names the moment's event.
 */
export async function sendPast(
  request: Request,
  response: Response,
  {
    service,
    query,
    asked,
    limits,
  }: {
    readonly service: ApiService;
    readonly query: QueryView;
    readonly asked: PastAsked & {readonly shape: Shape};
    readonly limits: {readonly stalledMs: number};
  },
): Promise<void> {
  const {shape, limit} = asked;
  const past = await inTime(response, service.history.result(query.id, asked));
  const tag = `${service.epoch}-${past.sequence}-at${shape === 'csv' ? '-csv' : ''}`;
  response.vary('Accept').set({ETag: `"${tag}"`, 'Cache-Control': 'no-cache'});
  if (holds(request, tag)) return void response.status(304).end();

  const rows = [...past.rows];
  const cursor = nextCursor(rows, limit);
  if (cursor !== undefined) {
    response.links({next: linkWith(request, {cursor, at: String(past.sequence)})});
  }
  response.type(mediaType(shape));
  const columns = columnsOf(past, rows);
  const answer = {
    columns,
    rows: texts(shape, rows, past.text),
    about: aboutPast(past, cursor),
  };
  await sendPieces(response, written(shape, answer), limits);
}

/** A query that was changed since had other columns then: its rows tell. */
function columnsOf(past: PastResult, [first]: PastResult['rows']): readonly string[] {
  if (first === undefined) return past.columns;
  return [...(readExactJson(past.text(first[1])) as ReadonlyMap<string, unknown>).keys()];
}

function aboutPast({count, sequence, lsn, asOfMs}: PastResult, cursor: string | undefined): About {
  const asOf = asOfMs === undefined ? null : new Date(asOfMs).toISOString();
  return {count, sequence, lsn: lsn ?? null, asOf, cursor: cursor ?? null};
}

/** Says when to ask again, where there are too many who ask. */
export async function inTime<T>(response: Response, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem && error.code === 'history-busy') response.set('Retry-After', '1');
    throw error;
  }
}
