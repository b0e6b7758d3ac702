import type {RequestHandler, Response} from 'express';
import {admission} from './admission.ts';
import type {ListenerOptions} from './listener.ts';
import {httpProblems} from './problems.ts';
import {readsEvents, sendAway} from './refusal.ts';

/** What asks whether the service lives is answered however much there is to do. */
const PROBES = new Set(['/health', '/ready']);

/** When a request that was one too many may be tried again. */
const RETRY_SECONDS = 2;

/** The key of `response.locals` under which `leavesRequests` finds the way out. */
const LEAVE = 'leaveRequests';

/**
 * Lets so many requests in at once that each is answered in time, and refuses the others
 * before anything is done for them.
 */
export function limitedRequests({
  requests,
  requestsPerAddress,
}: Pick<ListenerOptions, 'requests' | 'requestsPerAddress'>): RequestHandler {
  const gate = admission({clients: requests, clientsPerAddress: requestsPerAddress});
  return (request, response, next) => {
    if (PROBES.has(request.path)) return next();
    const admitted = gate.enter(request.ip ?? '');
    if (admitted.kind === 'admitted') {
      response.locals[LEAVE] = admitted.leave;
      response.once('close', admitted.leave);
      return next();
    }
    const limit = admitted.limit === 'clients' ? 'requests' : 'requestsPerAddress';
    const retryMs = RETRY_SECONDS * 1000;
    if (readsEvents(request)) return sendAway(response, {limit, retryMs});
    response.set('Retry-After', String(RETRY_SECONDS));
    throw httpProblems['too-many-requests']({limit});
  };
}

/** Counts an answer no more: it has become a stream, and streams have limits of their own. */
export function leavesRequests({locals}: Response): void {
  const leave: unknown = locals[LEAVE];
  if (typeof leave === 'function') leave();
}
