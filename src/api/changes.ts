import type {ErrorRequestHandler, Request, RequestHandler, Response} from 'express';
import {authorised} from './authority.ts';
import {apiProblems} from './problems.ts';
import {bodyOf} from './request-body.ts';
import {type ApiService, type Changed, QueryRefused} from './service.ts';
import {type StaleOf, staleness} from './stale.ts';
import {queryBody} from './views.ts';

type IdRequest = Request<Record<string, string>>;
type Handler = RequestHandler<Record<string, string>>;

export interface ChangeOptions {
  readonly service: ApiService;
  readonly apiToken: string;
  readonly limits: {readonly bodyBytes: number};
}

/** The answers to requests that change queries. */
export interface ChangeHandlers {
  readonly add: readonly Handler[];
  readonly put: readonly Handler[];
  readonly drop: readonly Handler[];
  readonly start: readonly Handler[];
  readonly stop: readonly Handler[];
}

export function changeHandlers({service, apiToken, limits}: ChangeOptions): ChangeHandlers {
  const {changes} = service;
  const guard = authorised(apiToken);
  const text = (request: IdRequest, response: Response) =>
    bodyOf(request, response, {limitBytes: limits.bodyBytes});

  const handlers = (
    act: (request: IdRequest, response: Response) => Promise<Changed>,
  ): readonly Handler[] => [
    guard,
    async (request, response) => {
      if (service.draining) throw apiProblems['service-stopping']({});
      const {note} = changes;
      sendChanged(response, {...(await act(request, response)), note}, staleness(service));
    },
  ];
  return {
    add: handlers(async (request, response) => changes.add(await text(request, response))),
    put: handlers(async (request, response) =>
      changes.put(idOf(request), await text(request, response)),
    ),
    drop: handlers((request) => changes.drop(idOf(request))),
    start: handlers((request) => changes.start(idOf(request))),
    stop: handlers((request) => changes.stop(idOf(request))),
  };
}

const idOf = ({params}: IdRequest): string => params.id ?? '';

function sendChanged(
  response: Response,
  {message, query, ignored, note}: Changed & {readonly note: string},
  staleOf: StaleOf,
): void {
  const data = {
    message,
    note,
    ...(ignored.length > 0 && {ignored}),
    ...(query && {query: queryBody(query, staleOf(query))}),
  };
  response.set('Cache-Control', 'no-store').json({success: true, data, error: null});
}

/** Answers with every problem of a query; `error` is the first, as everywhere. */
export const answerRefused: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof QueryRefused)) return next(error);
  const [first] = error.problems;
  response
    .status(error.status)
    .set('Cache-Control', 'no-store')
    .json({success: false, data: null, error: first, errors: error.problems});
};
