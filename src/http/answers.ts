import type {ErrorRequestHandler, RequestHandler, Response} from 'express';
import type {Log} from '../lib/log.ts';
import {Problem} from '../lib/problem.ts';
import {nearestPath} from './nearest-path.ts';
import {httpProblems} from './problems.ts';

/** The part of a catalogue that says with which status a problem is answered. */
export type Statuses = Readonly<Record<string, {readonly cause: string; readonly status?: number}>>;

/** The form of every failed answer. */
export function sendProblem(response: Response, problem: Problem, status: number): void {
  response
    .status(status)
    .set('Cache-Control', 'no-store')
    .json({success: false, data: null, error: problem});
}

/** Answers the problems of a catalogue; other errors go on to whoever knows them. */
export function answerProblems(statuses: Statuses): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (!(error instanceof Problem) || response.headersSent) return next(error);
    if (!Object.hasOwn(statuses, error.code)) return next(error);
    sendProblem(response, error, statuses[error.code]?.status ?? 500);
  };
}

/** Refuses what no route took. `routes`: what there is; `served` says so where none is near. */
export function nothingHere(routes: Iterable<string>, served: string): RequestHandler {
  return ({baseUrl, path}) => {
    const asked = baseUrl + path;
    const nearest = nearestPath(asked, routes);
    throw httpProblems['route-not-found']({path: asked, nearest, served});
  };
}

/** Refuses every method but those a path answers. Stands after the path's own routes. */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  const allowed = methods.join(', ');
  return (request, response) => {
    response.set('Allow', allowed);
    const {method, baseUrl, path} = request;
    throw httpProblems['method-not-allowed']({method, path: baseUrl + path, allowed});
  };
}

/** The last answer to an error. A bug is told to the log in full and to the client not at all. */
export function answerErrors(log: Log): ErrorRequestHandler {
  const answer = answerProblems(httpProblems.entries);
  return (error: unknown, request, response, next) => {
    const problem = problemOf(error);
    if (problem.code === 'internal-error') {
      log.error('a request failed', {method: request.method, path: request.path, error});
    }
    // What began can't be taken back: the client sees that it was cut off.
    if (response.headersSent) return void response.destroy();
    answer(problem, request, response, next);
  };
}

/** Express marks errors that the request is to blame for with a status below 500. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem && Object.hasOwn(httpProblems.entries, error.code)) return error;
  const status = (error as {status?: unknown} | undefined)?.status;
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500) {
    return httpProblems['bad-request']({reason: error.message}, {cause: error});
  }
  return httpProblems['internal-error']({}, {cause: error});
}
