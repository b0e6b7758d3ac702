import type {Request, Response} from 'express';
import type {Admission} from '../http/admission.ts';
import {sendProblem} from '../http/answers.ts';
import {type EventStreamOptions, eventStream} from '../http/event-stream.ts';
import {httpProblems} from '../http/problems.ts';
import {nearest} from '../lib/nearest.ts';
import {Problem} from '../lib/problem.ts';
import {reactionProblems} from './problems.ts';
import {type QueryChoice, type QueryFeedOptions, type QueryIds, queryFeed} from './query-feed.ts';

export interface QueryStreamOptions extends QueryFeedOptions, EventStreamOptions {}

/** An event stream of queries, for a route to answer with. */
export interface QueryStream {
  /**
   * Answers with all queries, or with those named in `?queries=a,b`; with a Problem,
   * before any stream begins, where one of them is not served.
   */
  open(request: Request, response: Response, path: string, admission: Admission): void;
  readonly clients: number;
  /** Events up to here were sent to every client. */
  readonly place: number;
  close(): void;
}

export function queryStream(options: QueryStreamOptions): QueryStream {
  const stream = eventStream(queryFeed(options), options);

  return {
    open(request, response, path, admission) {
      refuseOtherForms(request);
      const choice = chosen(request.query.queries, options.queries, path);
      if (choice instanceof Problem) sendProblem(response, choice, NOT_STREAMED_STATUS);
      else stream.open(request, response, choice, admission);
    },
    get clients() {
      return stream.clients;
    },
    get place() {
      return stream.place;
    },
    close: () => stream.close(),
  };
}

const NOT_STREAMED_STATUS = reactionProblems.entries['query-not-streamed'].status;

function refuseOtherForms(request: Request): void {
  if (request.accepts('text/event-stream')) return;
  const accept = request.get('Accept') ?? '';
  throw httpProblems['not-acceptable']({accept, offered: 'text/event-stream'});
}

function chosen(asked: unknown, served: QueryIds, path: string): QueryChoice | Problem {
  const named = names(asked);
  if (named.length === 0) return {path, named: undefined, key: path};
  const unknown = named.find((id) => !served.has(id));
  if (unknown !== undefined) return notStreamed(unknown, served);
  return {path, named: new Set(named), key: JSON.stringify([path, ...named.sort()])};
}

function notStreamed(id: string, served: QueryIds): Problem {
  return reactionProblems['query-not-streamed']({id, nearest: nearest(id, served.keys())});
}

/** `?queries=a,b` and `?queries=a&queries=b` alike. */
function names(asked: unknown): string[] {
  return [asked]
    .flat()
    .filter((part) => typeof part === 'string')
    .flatMap((part) => part.split(','))
    .filter((id) => id !== '');
}
