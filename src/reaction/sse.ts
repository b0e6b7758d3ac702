import {type NextFunction, type Request, type Response, Router} from 'express';
import {type Event, eventJson} from '../data/event.ts';
import {rowJson} from '../data/row-json.ts';
import {answerProblems, onlyMethods} from '../http/answers.ts';
import type {EventStreamOptions} from '../http/event-stream.ts';
import {frameText} from '../http/frame.ts';
import type {Listener} from '../http/listener.ts';
import type {Listeners, Mount} from '../http/listeners.ts';
import {origins} from '../http/origins.ts';
import {sendPieces} from '../http/pieces.ts';
import {type Problem, problemsOf} from '../lib/problem.ts';
import {changesOf, drasiEvent, drasiResult} from './changes.ts';
import {lagBehind} from './lag.ts';
import {reactionProblems} from './problems.ts';
import type {FeedLimits} from './query-feed.ts';
import {type QueryStream, type QueryStreamOptions, queryStream} from './query-stream.ts';
import type {Reaction, ReactionState} from './reaction.ts';
import {compileRoutes, type RouteOptions, type Routes, rendered} from './routes.ts';
import {type SsePaths, ssePaths} from './sse-paths.ts';
import type {StreamWorld} from './stream-world.ts';
import {templates} from './templates.ts';

export interface SseOptions extends RouteOptions {
  readonly queries: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly ssePath: string;
  readonly heartbeatIntervalMs: number;
  readonly heartbeat: 'comment' | 'data';
  readonly corsAllowedOrigins: readonly string[];
  /** `drasi`: events without a template have the body that Drasi's clients read. */
  readonly format: 'tailrace' | 'drasi';
}

export interface SseWorld
  extends Omit<EventStreamOptions, 'heartbeatIntervalMs' | 'heartbeat'>,
    Pick<QueryStreamOptions, 'queriesMax'> {
  readonly world: StreamWorld;
  readonly listeners: Listeners;
  readonly limits: FeedLimits;
}

/**
 * Streams the changes of some queries as Server-Sent Events at `host:port` + `ssePath`,
 * as JSON or in the words of templates, and serves `/snapshot/{queryId}` beside it.
 */
export function sseReaction(options: SseOptions, env: SseWorld): Reaction {
  const queries = new Set(options.queries);
  let state: ReactionState = {kind: 'stopped'};
  let stream: QueryStream | undefined;
  let mount: Mount | undefined;
  let warning: Problem | undefined;

  async function open(): Promise<void> {
    const routes = compileRoutes(options, templates({html: true}));
    const paths = ssePaths(options.ssePath, routes);
    const warn = (problem: Problem): void => {
      warning = problem;
    };
    const {host, port, id} = options;
    const address = {host, port, setting: `reactions.${id}.port`};
    mount = await env.listeners.mount(address, paths.fixed, (listener) => {
      const opened = queryStream({
        ...env,
        heartbeatIntervalMs: options.heartbeatIntervalMs,
        heartbeat: options.heartbeat,
        queries,
        encode: encoder(options, {routes, paths, warn}),
      });
      stream = opened;
      return sseRouter(options, env, {paths, stream: opened, listener});
    });
    state = {kind: 'running'};
  }

  return {
    id: options.id,
    kind: 'sse',
    queries: options.queries,
    status() {
      const place = stream?.place ?? env.world.log.last;
      return {
        state,
        ...lagBehind(place, env.world.log, env.clock),
        clients: stream?.clients ?? 0,
        ...(mount && {address: {host: options.host, port: mount.port, path: options.ssePath}}),
        warnings: warning ? [warning] : [],
      };
    },
    async start() {
      try {
        await open();
      } catch (error) {
        const [problem] = problemsOf(error);
        if (!problem) throw error;
        state = {kind: 'failed', problem};
      }
    },
    async stop() {
      await stream?.close();
      stream = undefined;
      await mount?.unmount();
      mount = undefined;
      state = {kind: 'stopped'};
    },
  };
}

/** The frames of an event on one path; only the last has the id, for only it has seen all. */
function encoder(
  {format}: SseOptions,
  {routes, paths, warn}: {routes: Routes; paths: SsePaths; warn: (problem: Problem) => void},
): (event: Event, id: string, path: string) => string {
  const own = paths.target(undefined);
  const whole = format === 'drasi' ? drasiEvent : eventJson;

  function routed(event: Event, path: string): string[] {
    return changesOf(event).flatMap((change) => {
      const route = routes.of(event.queryId, change.operation);
      if (!route) return [];
      const pathText = route.path && rendered(route.path, event, change);
      if (typeof pathText === 'object') warn(pathText);
      if (paths.target(typeof pathText === 'string' ? pathText : undefined) !== path) return [];
      const text = route.text && rendered(route.text, event, change);
      if (typeof text === 'object') warn(text);
      return [typeof text === 'string' ? text : drasiResult(event, change)];
    });
  }

  return (event, id, path) => {
    if (!routes.covers(event.queryId)) {
      return path === own ? frameText({id, data: whole(event)}) : '';
    }
    const texts = routed(event, path);
    return texts
      .map((data, index) => frameText({data, ...(index === texts.length - 1 && {id})}))
      .join('');
  };
}

interface Serving {
  readonly paths: SsePaths;
  readonly stream: QueryStream;
  readonly listener: Listener;
}

function sseRouter(options: SseOptions, env: SseWorld, serving: Serving): Router {
  const router = Router();
  const allow = origins(options.corsAllowedOrigins);
  const refuse = onlyMethods('GET', 'HEAD');

  // Paths come from the configuration and are compared as they are, not as patterns.
  router.use((request, response, next) => {
    const answer = answerOf(decoded(request.path), options, env, serving);
    if (!answer) return next();
    allow(request, response, (error?: unknown) => {
      if (error) return next(error);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return refuse(request, response, next);
      return answer(request, response, next);
    });
  });
  router.use(answerProblems(reactionProblems.entries));
  return router;
}

/** What is not percent-encoded rightly is no path of ours. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

type Answer = (request: Request, response: Response, next: NextFunction) => unknown;

function answerOf(
  path: string,
  options: SseOptions,
  env: SseWorld,
  {paths, stream, listener}: Serving,
): Answer | undefined {
  const matched = paths.match(path);
  if (matched !== undefined) {
    return (request, response) => stream.open(request, response, matched, listener.admission);
  }
  const queryId = /^\/snapshot\/(.+)$/.exec(path)?.[1];
  // One that we do not have may be another reaction's on this listener.
  if (queryId === undefined || !options.queries.includes(queryId)) return undefined;
  return (_request, response, next) => sendSnapshot(response, queryId, env).catch(next);
}

async function sendSnapshot(response: Response, id: string, env: SseWorld): Promise<void> {
  const result = env.world.results(id);
  if (!result) throw notReady(response, id, env.world);
  response.type('json').set('Cache-Control', 'no-store');
  await sendPieces(response, jsonArray([...result.rows()], rowJson(result.columns)), env);
}

function notReady(response: Response, id: string, {waiting}: StreamWorld): Problem {
  const {detail, hint, problem, retryMs} = waiting()(id) ?? {};
  if (retryMs !== undefined) response.set('Retry-After', String(Math.ceil(retryMs / 1000)));
  const facts = {id, detail, hint};
  return reactionProblems['snapshot-not-ready'](facts, {problem: problem ?? undefined});
}

function* jsonArray<K, R>(rows: readonly (readonly [K, R])[], json: (row: R) => string) {
  yield '[';
  for (const [index, [, row]] of rows.entries()) yield `${index === 0 ? '' : ','}${json(row)}`;
  yield ']';
}
