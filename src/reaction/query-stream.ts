import type {Request, Response} from 'express';
import type {Admission} from '../http/admission.ts';
import {type Statuses, sendProblem} from '../http/answers.ts';
import {type EventStreamOptions, eventStream} from '../http/event-stream.ts';
import {leavesRequests} from '../http/limited-requests.ts';
import {httpProblems} from '../http/problems.ts';
import {nearest} from '../lib/nearest.ts';
import {Problem} from '../lib/problem.ts';
import {reactionProblems} from './problems.ts';
import {type QueryChoice, type QueryFeedOptions, type QueryIds, queryFeed} from './query-feed.ts';

export interface QueryStreamOptions extends QueryFeedOptions, EventStreamOptions {
  /** Queries that may be named for one stream. */
  readonly queriesMax: number;
}

/** An event stream of queries, for a route to answer with. */
export interface QueryStream {
  /**
   * Answers with all queries, or with those named in `?queries=a,b`; with a Problem,
   * before any stream begins, where one of them is not served or it would be too large.
   */
  open(request: Request, response: Response, path: string, admission: Admission): void;
  readonly clients: number;
  /** Events up to here were sent to every client. */
  readonly place: number;
  close(): Promise<void>;
}

export function queryStream(options: QueryStreamOptions): QueryStream {
  const stream = eventStream(queryFeed(options), options);

  return {
    open(request, response, path, admission) {
      refuseOtherForms(request);
      const choice = chosen(request.query, {...options, path});
      const problem =
        choice instanceof Problem
          ? choice
          : stream.open(request, response, {choice, admission, address: request.ip ?? ''});
      if (problem) sendProblem(response, problem, statusOf(problem));
      else leavesRequests(response);
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

function statusOf({code}: Problem): number {
  const statuses: Statuses = reactionProblems.entries;
  return statuses[code]?.status ?? 500;
}

function refuseOtherForms(request: Request): void {
  if (request.accepts('text/event-stream')) return;
  const accept = request.get('Accept') ?? '';
  throw httpProblems['not-acceptable']({accept, offered: 'text/event-stream'});
}

interface Served {
  readonly queries: QueryIds;
  readonly queriesMax: number;
  readonly path: string;
}

function chosen(
  asked: Request['query'],
  {queries, queriesMax, path}: Served,
): QueryChoice | Problem {
  const named = new Set(names(asked.queries));
  const each = asked.coalesce === 'false';
  if (named.size === 0) return {path, each, named: undefined, key: path};
  if (named.size > queriesMax) {
    return reactionProblems['too-many-queries-asked']({count: named.size, limit: queriesMax});
  }
  for (const id of named) if (!queries.has(id)) return notStreamed(id, queries);
  return {path, each, named, key: JSON.stringify([path, ...[...named].sort()])};
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
