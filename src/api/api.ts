import {type Request, type RequestHandler, type Response, Router} from 'express';
import type {Admission} from '../http/admission.ts';
import {answerProblems, nothingHere, onlyMethods} from '../http/answers.ts';
import type {Listener} from '../http/listener.ts';
import type {Clock} from '../lib/clock.ts';
import {nearest} from '../lib/nearest.ts';
import type {Problem} from '../lib/problem.ts';
import {apiOrigins} from './authority.ts';
import {answerRefused, changeHandlers} from './changes.ts';
import {sendHistory} from './history.ts';
import {metricsAnswer} from './metrics.ts';
import {apiProblems} from './problems.ts';
import {historyProblems} from './problems-history.ts';
import {type ResultLimits, sendResults} from './results.ts';
import type {ApiService, QueryView, SourceView} from './service.ts';
import {resyncHandlers} from './source-changes.ts';
import {staleness} from './stale.ts';
import {queryBody, reactionBody, slotBody, sourceBody} from './views.ts';
import {waitings} from './waiting.ts';

export interface ApiOptions {
  readonly service: ApiService;
  /** Answers with the changes of all queries, or of those in `?queries=`. */
  readonly events: EventsAnswer;
  /** How many streams of `events` are open. */
  readonly clients?: () => number;
  readonly corsAllowedOrigins: readonly string[];
  /** What a request to change something carries; empty: nothing can be changed. */
  readonly apiToken: string;
  readonly limits: ApiLimits;
  readonly clock: Clock;
}

export interface ApiLimits extends ResultLimits {
  /** Of a query that is sent. */
  readonly bodyBytes: number;
}

export type EventsAnswer = (
  request: Request,
  response: Response,
  path: string,
  admission: Admission,
) => void;

/** The paths the API takes for itself, where it shares its listener. */
export const API_PATHS = ['/health', '/ready', '/metrics', '/api'] as const;

/** The REST API, to be mounted at the root of a listener. */
export function api(options: ApiOptions, listener: Listener): Router {
  const router = Router();
  const allow = apiOrigins(options.corsAllowedOrigins);
  for (const path of API_PATHS) router.use(path, allow);

  const paths: string[] = [];
  const route: Route = (path, answer, changes = {}) => {
    paths.push(path);
    if (answer) router.get(path, answer);
    for (const [method, handlers] of Object.entries(changes)) {
      router[method as ChangeMethod](path, ...handlers);
    }
    const others = Object.keys(changes).map((method) => method.toUpperCase());
    router.all(path, onlyMethods(...(answer ? ['GET', 'HEAD'] : []), ...others));
  };
  healthRoutes(route, options);
  queryRoutes(route, options, listener.admission);
  componentRoutes(route, options);
  router.use(
    '/api',
    nothingHere(paths, 'docs/api.md lists the paths; GET /api/v1/queries, the queries'),
  );
  router.use(answerRefused);
  router.use(answerProblems({...apiProblems.entries, ...historyProblems.entries}));
  return router;
}

type Handler = RequestHandler<Record<string, string>>;
type ChangeMethod = 'post' | 'put' | 'delete';

/** Serves a path: with an answer to GET, and to methods that change something. */
type Route = (
  path: string,
  answer: Handler | undefined,
  changes?: Partial<Record<ChangeMethod, readonly Handler[]>>,
) => void;

function healthRoutes(route: Route, {service, clock, clients = () => 0}: ApiOptions): void {
  route('/health', (_request, response) => {
    const timestamp = new Date(clock.nowMs()).toISOString();
    response.set('Cache-Control', 'no-store').json({status: 'ok', timestamp});
  });
  route('/ready', (_request, response) => {
    const reasons = unready(service, clock);
    response.set('Cache-Control', 'no-store');
    if (reasons.length === 0) return void response.json({status: 'ready', reasons});
    response.status(503).set('Retry-After', '1').json({status: 'unready', reasons});
  });
  route('/metrics', metricsAnswer(service, {clients, clock}));
  route('/api/versions', (_request, response) => {
    response.json({versions: ['v1'], current: 'v1'});
  });
}

/** Why it is not ready: every query that starts by itself has a result once it is. */
function unready(service: ApiService, clock: Clock): readonly unknown[] {
  const waitingOf = waitings(service, clock);
  const waiting = service
    .queries()
    .filter((query) => query.autoStart && query.state.kind !== 'stopped' && !query.result());
  return [
    ...(service.draining ? [{reason: 'the service is stopping'}] : []),
    ...waiting.map((query) => {
      const {detail, problem = null} = waitingOf(query) ?? {};
      const own = query.state.kind === 'failed' ? query.state.problems : undefined;
      return {
        query: query.id,
        reason: `query "${query.id}" has no result yet`,
        detail,
        problems: own ?? (problem ? [problem] : []),
      };
    }),
  ];
}

function queryRoutes(route: Route, options: ApiOptions, admission: Admission): void {
  const {service, events, limits, clock} = options;
  const {add, put, drop, start, stop} = changeHandlers(options);
  const asked = ({params}: Request<Record<string, string>>): QueryView => {
    const id = params.id ?? '';
    const query = service.query(id);
    if (query) return query;
    throw notFound('query-not-found', id, service.queries());
  };

  route(
    '/api/v1/queries',
    (_request, response) => {
      const staleOf = staleness(service);
      send(
        response,
        service.queries().map((query) => queryBody(query, staleOf(query))),
      );
    },
    {post: add},
  );
  route(
    '/api/v1/queries/:id',
    (request, response) => {
      const query = asked(request);
      send(response, queryBody(query, staleness(service)(query)));
    },
    {put, delete: drop},
  );
  route('/api/v1/queries/:id/start', undefined, {post: start});
  route('/api/v1/queries/:id/stop', undefined, {post: stop});
  route('/api/v1/queries/:id/results', (request, response) =>
    sendResults(request, response, {service, query: asked(request), limits, clock}),
  );
  route('/api/v1/queries/:id/history', (request, response) =>
    sendHistory(request, response, {service, query: asked(request), limits}),
  );
  route('/api/v1/queries/:id/plan', (request, response) => {
    const plan = asked(request).plan() ?? 'not compiled yet: the tables are not known';
    response.type('text/plain').set('Cache-Control', 'no-store').send(`${plan}\n`);
  });
  route('/api/v1/events', (request, response) => events(request, response, '', admission));
}

function componentRoutes(route: Route, options: ApiOptions): void {
  const {service} = options;
  const asked = ({params}: Request<Record<string, string>>): SourceView =>
    found('source-not-found', params.id ?? '', service.sources());

  route('/api/v1/sources', (_request, response) =>
    send(response, service.sources().map(sourceBody)),
  );
  route('/api/v1/sources/:id', (request, response) => send(response, sourceBody(asked(request))));
  route('/api/v1/sources/:id/slot', (request, response) =>
    send(response, slotBody(asked(request).status().slot)),
  );
  route('/api/v1/sources/:id/resync', undefined, {post: resyncHandlers(options, asked)});
  route('/api/v1/reactions', (_request, response) =>
    send(response, service.reactions().map(reactionBody)),
  );
  route('/api/v1/reactions/:id', ({params}, response) => {
    send(response, reactionBody(found('reaction-not-found', params.id ?? '', service.reactions())));
  });
}

type NotFound = 'query-not-found' | 'source-not-found' | 'reaction-not-found';

function found<T extends {readonly id: string}>(code: NotFound, id: string, all: readonly T[]): T {
  const one = all.find((candidate) => candidate.id === id);
  if (one) return one;
  throw notFound(code, id, all);
}

function notFound(code: NotFound, id: string, all: readonly {readonly id: string}[]): Problem {
  const ids = all.map((one) => one.id);
  return apiProblems[code]({id, nearest: nearest(id, ids)});
}

/** The form of every answer that succeeds. */
function send(response: Response, data: unknown): void {
  response.set('Cache-Control', 'no-store').json({success: true, data, error: null});
}
