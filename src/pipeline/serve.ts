import {API_PATHS, api} from '../api/api.ts';
import type {ReactionConfig} from '../config/config.ts';
import {eventJson} from '../data/event.ts';
import {frameText} from '../http/frame.ts';
import {LISTENER_LIMITS} from '../http/listener.ts';
import type {Listeners, Mount} from '../http/listeners.ts';
import {staticFiles} from '../http/static.ts';
import {unacknowledged} from '../http/unacknowledged.ts';
import {unreachable} from '../lib/assert.ts';
import type {Clock} from '../lib/clock.ts';
import {Problems} from '../lib/problem.ts';
import {logReaction} from '../reaction/log.ts';
import {FEED_LIMITS} from '../reaction/query-feed.ts';
import {type QueryStream, queryStream} from '../reaction/query-stream.ts';
import type {Reaction} from '../reaction/reaction.ts';
import {sseReaction} from '../reaction/sse.ts';
import {apiService, type Parts, streamWorld} from './views.ts';

export interface ServeWorld {
  readonly clock: Clock;
  readonly random: () => number;
  readonly write: (line: string) => void;
  readonly publicDir: string;
  readonly doors: Listeners;
  /** Whether the service is on its way down. */
  readonly draining: () => boolean;
}

/** The reactions of a configuration; none of them has started. */
export function openReactions(parts: Parts, world: ServeWorld): Reaction[] {
  return parts.config.reactions.map((one) => openReaction(one, parts, world));
}

function openReaction(one: ReactionConfig, parts: Parts, world: ServeWorld): Reaction {
  const {clock, write, doors} = world;
  switch (one.kind) {
    case 'log':
      return logReaction(one, {log: parts.log, clock, write});
    case 'sse':
      return sseReaction(one, {
        ...streamOptions(parts, world),
        world: streamWorld(parts, clock),
        listeners: doors,
      });
    default:
      return unreachable(one);
  }
}

function streamOptions({config: {limits}}: Parts, {clock, random}: ServeWorld) {
  return {
    stalledMs: limits.clientStalledMs,
    retryMs: {least: limits.clientRetryMs / 2, most: limits.clientRetryMs},
    rotateMs: limits.clientRotateMs,
    progressMs: limits.clientProgressMs,
    // The rest of the time is for answers that are under way.
    byeMs: limits.drainMs / 2,
    queriesMax: limits.clientQueries,
    limits: {
      ...FEED_LIMITS,
      snapshotRows: limits.snapshotRows,
      behindEvents: limits.clientBehindEvents,
      behindBytes: limits.clientBehindBytes,
    },
    clock,
    chance: random,
    unacknowledged,
  };
}

/**
 * Opens the API and starts the reactions that start by themselves. Throws the Problems of
 * all that could not.
 */
export async function openAll(parts: Parts, world: ServeWorld): Promise<Front> {
  const front = await openFront(parts, world);
  try {
    await startReactions(parts);
    return front;
  } catch (error) {
    await front.close();
    throw error;
  }
}

async function startReactions(parts: Parts): Promise<void> {
  const begun = parts.reactions.filter((_, i) => parts.config.reactions[i]?.autoStart);
  for (const reaction of begun) await reaction.start();
  const problems = begun.flatMap((reaction) => {
    const {state} = reaction.status();
    return state.kind === 'failed' ? [state.problem] : [];
  });
  if (problems.length > 0) throw new Problems(problems);
}

/** The API, with the stream of all queries and the dashboard, where the configuration says. */
export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

async function openFront(parts: Parts, world: ServeWorld): Promise<Front> {
  const {host, port} = parts.config;
  const stream = allQueries(parts, world);
  const mounted = world.doors.mount({host, port, setting: 'port'}, API_PATHS, (door) => {
    const {pageRows, clientStalledMs} = parts.config.limits;
    const router = api(
      {
        service: apiService(parts, world),
        events: (request, response, path, admission) =>
          stream.open(request, response, path, admission),
        clients: () => stream.clients,
        corsAllowedOrigins: parts.config.corsAllowedOrigins,
        apiToken: parts.config.apiToken,
        limits: {pageRows, stalledMs: clientStalledMs, bodyBytes: LISTENER_LIMITS.bodyBytes},
        clock: world.clock,
      },
      door,
    );
    router.use(staticFiles(world.publicDir));
    return router;
  });
  const mount: Mount = await mounted.catch(async (error) => {
    await stream.close();
    throw error;
  });
  return {
    port: mount.port,
    async close() {
      await stream.close();
      await mount.unmount();
    },
  };
}

const HEARTBEAT_MS = 10_000;

function allQueries(parts: Parts, world: ServeWorld): QueryStream {
  return queryStream({
    ...streamOptions(parts, world),
    world: streamWorld(parts, world.clock),
    queries: parts.queries.all,
    everything: true,
    encode: (event, id) => frameText({id, data: eventJson(event)}),
    heartbeatIntervalMs: HEARTBEAT_MS,
    heartbeat: 'comment',
  });
}
