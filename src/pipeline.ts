import {tmpdir} from 'node:os';
import type {Config, SourceConfig} from './config/config.ts';
import {LISTENER_LIMITS} from './http/listener.ts';
import {listeners} from './http/listeners.ts';
import type {Clock} from './lib/clock.ts';
import type {Failpoint} from './lib/failpoints.ts';
import type {Log} from './lib/log.ts';
import {watchers} from './lib/watchers.ts';
import {core} from './pipeline/core.ts';
import {checkQueries} from './pipeline/definition.ts';
import {jqThread} from './pipeline/jq.ts';
import {openStore} from './pipeline/open-store.ts';
import {openAll, openReactions} from './pipeline/serve.ts';
import {loadSqlParser} from './pipeline/sql-parser.ts';
import type {Parts} from './pipeline/views.ts';
import type {Reaction} from './reaction/reaction.ts';
import type {SourceWorld} from './source/options.ts';
import {postgresSource} from './source/postgres-source.ts';
import type {Source} from './source/source.ts';
import type {Store} from './store/store.ts';

/** What the service needs of the world outside. */
export interface World {
  readonly clock: Clock;
  /** Names this program: results that another one stored are compared text by text. */
  readonly version?: string | undefined;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Our process: a store is used by one at a time. */
  readonly pid: number;
  /** A line for who reads along: log reactions write here. */
  readonly write: (line: string) => void;
  /** A stopwatch in nanoseconds: with one, plans tell what time each operator took. */
  readonly nowNs?: () => number;
  /** Where a crash test has the process end. */
  readonly failpoint?: Failpoint | undefined;
  /** The dashboard's files. */
  readonly publicDir: string;
  /** Told of what cannot be survived: a bug, a store that takes nothing. */
  readonly fail: (error: unknown) => void;
}

export interface Service {
  /** Where it listens, as URLs. */
  readonly addresses: {
    readonly api: string;
    readonly dashboard: string;
    readonly streams: readonly string[];
  };
  /** Resolves once no query waits for its first result any more: it has one, or has failed. */
  ready(): Promise<void>;
  /** Says goodbye to clients, leaves the database, ends. Who asks again waits for the same end. */
  stop(): Promise<void>;
}

/**
 * The service on one screen: source → queries → store → reactions and API, joined in the
 * way of the data. Throws Problems where a query's text is wrong or it cannot listen.
 */
export async function startService(config: Config, world: World): Promise<Service> {
  await loadSqlParser();
  checkQueries(config.queries);
  const store = await openStore(config, world);
  try {
    return await serviceOn(store, config, world);
  } catch (error) {
    // Whoever mends the cause may start again in the same folder, in this process too.
    await store.close();
    throw error;
  }
}

async function serviceOn(store: Store, config: Config, world: World): Promise<Service> {
  const {limits} = config;
  const stopping = new AbortController();
  const states = watchers();
  const watched = {...world, onState: states.tell};
  const sources = new Map(
    config.sources.map((one) => [one.id, openSource(one, {config, world: watched, store})]),
  );
  const {signal} = stopping;
  const jq = jqThread({timeoutMs: limits.jqMs});
  const joined = {...watched, jq, store, sources, signal};
  const {engine, groups, queries, run, settled} = core(config, joined);
  const reactions: Reaction[] = [];
  const {nowNs} = world;
  const held = {
    log: store.log,
    storeStatus: store.status,
    engine,
    sources,
    groups,
    queries,
    reactions,
    states,
  };
  const parts: Parts = {config, nowNs, jq, ...held};

  const doors = listeners({
    ...{...LISTENER_LIMITS, ...limits, ...world},
    trustProxy: config.trustProxy,
    // The first half of the time is for goodbyes to streams.
    drainMs: limits.drainMs / 2,
  });
  const serving = {...world, doors, draining: () => stopping.signal.aborted};
  reactions.push(...openReactions(parts, serving));
  const front = await openAll(parts, serving).catch(async (error) => {
    await Promise.all(reactions.map((reaction) => reaction.stop()));
    await doors.close();
    throw error;
  });

  const runs = run();
  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.all([front.close(), ...reactions.map((reaction) => reaction.stop()), ...runs]);
    await doors.close();
    await jq.close();
    await store.close();
  }
  let stopped: Promise<void> | undefined;
  return {
    addresses: addressesOf(config, {port: front.port, reactions}),
    ready: settled,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function openSource(
  one: SourceConfig,
  {config, world, store}: {config: Config; world: SourceWorld; store: Store},
): Source {
  const {transactionQueue: transactions, changeQueue: changes} = config.limits;
  const spillFolder = config.stateStore?.path ?? tmpdir();
  return postgresSource(
    {
      ...one,
      connect: {...one, applicationName: 'tailrace'},
      limits: {...config.limits, transactions, changes, spillFolder},
    },
    world,
    store.sources.get(one.id),
  );
}

/** A host that means every address is reached at the loopback one from here. */
const reachable = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? 'localhost' : host;

function addressesOf(
  {host}: Config,
  {port, reactions}: {port: number; reactions: readonly Reaction[]},
): Service['addresses'] {
  const api = `http://${reachable(host)}:${port}`;
  const streams = reactions.flatMap((reaction) => {
    const {address} = reaction.status();
    return address ? [`http://${reachable(address.host)}:${address.port}${address.path}`] : [];
  });
  return {api, dashboard: `${api}/`, streams};
}
