import type {Config, SourceConfig} from './config/config.ts';
import {LISTENER_LIMITS} from './http/listener.ts';
import {listeners} from './http/listeners.ts';
import type {Clock} from './lib/clock.ts';
import type {Log} from './lib/log.ts';
import {checkQueries} from './pipeline/definition.ts';
import {type Engine, engine} from './pipeline/engine.ts';
import {type LiveQueries, liveQueries} from './pipeline/live-queries.ts';
import {liveRows} from './pipeline/live-rows.ts';
import {openStore} from './pipeline/open-store.ts';
import {firstDefinitions, restoreResults} from './pipeline/restore.ts';
import {retries} from './pipeline/retries.ts';
import {openAll, openReactions} from './pipeline/serve.ts';
import {sinkOf} from './pipeline/sink.ts';
import {type SourceQueries, sourceQueries} from './pipeline/source-queries.ts';
import {loadSqlParser} from './pipeline/sql-parser.ts';
import {timersOf} from './pipeline/timers.ts';
import type {Parts} from './pipeline/views.ts';
import type {Reaction} from './reaction/reaction.ts';
import {postgresSource} from './source/postgres-source.ts';
import type {Source} from './source/source.ts';
import type {Store} from './store/store.ts';

/** What the service needs of the world outside. */
export interface World {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Our process: a store is used by one at a time. */
  readonly pid: number;
  /** A line for who reads along: log reactions write here. */
  readonly write: (line: string) => void;
  /** A stopwatch in nanoseconds: with one, plans tell what time each operator took. */
  readonly nowNs?: () => number;
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
  /** Says goodbye to clients, leaves the database, ends. */
  stop(): Promise<void>;
}

/**
 * The service on one screen: source → queries → store → reactions and API, joined in the
 * way of the data. Throws Problems where a query's text is wrong or it cannot listen.
 */
export async function startService(config: Config, world: World): Promise<Service> {
  await loadSqlParser();
  checkQueries(config.queries);
  const {limits} = config;
  const stopping = new AbortController();
  const store = await openStore(config, world);
  const sources = new Map(
    config.sources.map((one) => [one.id, openSource(one, {config, world, store})]),
  );
  const around = {...world, store, sources, stopping};
  const {moves, groups, queries} = openQueries(config, around);
  store.begin(liveRows({sources, groups, queries: queries.all, engine: moves}));
  restoreResults({sources, groups, queries: queries.all, store, engine: moves});
  const reactions: Reaction[] = [];
  const {nowNs} = world;
  const held = {log: store.log, engine: moves, sources, groups, queries, reactions};
  const parts: Parts = {config, nowNs, ...held};

  const doors = listeners({...LISTENER_LIMITS, ...limits, trustProxy: config.trustProxy, ...world});
  const serving = {...world, doors, draining: () => stopping.signal.aborted};
  reactions.push(...openReactions(parts, serving));
  const front = await openAll(parts, serving).catch(async (error) => {
    await doors.close();
    throw error;
  });

  const flows = new Map(
    [...sources].map(([id, one]) => [id, flowOf(one, groups.get(id)!, {...around, moves})]),
  );
  const runs = config.sources
    .filter(({autoStart}) => autoStart)
    .flatMap(({id}) => flows.get(id)!.run(stopping.signal))
    .map((run) => run.catch(world.fail));

  return {
    addresses: addressesOf(config, {port: front.port, reactions}),
    async ready() {
      await Promise.all([...flows.values()].map((flow) => flow.settled));
    },
    async stop() {
      stopping.abort();
      await Promise.all([front.close(), ...reactions.map((reaction) => reaction.stop()), ...runs]);
      await doors.close();
      await store.close();
    },
  };
}

/** The queries to begin with, grouped by the sources that move them. */
function openQueries(config: Config, around: QueriesWorld) {
  const {store, sources, stopping, clock, nowNs, log, fail} = around;
  const again = retries({
    clock,
    maxMs: config.limits.queryRetryMs,
    signal: stopping.signal,
    again: (query) => queries.retry(query),
  });
  const groups = new Map<string, SourceQueries>();
  for (const [id, source] of sources) {
    groups.set(id, sourceQueries({id, rows: (table) => source.rows(table), retries: again}));
  }
  const {commitTransactions: transactions, commitRows: rows} = config.limits;
  const moves: Engine = engine({
    store,
    limits: {transactions: config.stateStore?.durability === 'commit' ? 1 : transactions, rows},
    query: (id) => queries.all.get(id),
    fail,
  });
  const queries: LiveQueries = liveQueries({engine: moves, sources: groups});
  queries.begin(firstDefinitions(config, {store, groups, nowNs, log}));
  return {moves, groups, queries};
}

/** A source's way to its queries, with the time that passes for them. */
function flowOf(
  source: Source,
  queries: SourceQueries,
  {moves, clock}: {readonly moves: Engine; readonly clock: Clock},
) {
  const timers = timersOf({source, queries, engine: moves, clock});
  const sink = sinkOf(source, {queries, timers, engine: moves});
  return {
    settled: sink.settled,
    run: (signal: AbortSignal) => [source.run(sink, signal), timers.run(signal)],
  };
}

interface QueriesWorld extends Pick<World, 'clock' | 'fail' | 'nowNs' | 'log'> {
  readonly store: Store;
  readonly sources: ReadonlyMap<string, Source>;
  readonly stopping: AbortController;
}

function openSource(
  one: SourceConfig,
  {config: {limits}, world, store}: {config: Config; world: World; store: Store},
): Source {
  const {transactionQueue, changeQueue, transactionRows} = limits;
  return postgresSource(
    {
      ...one,
      connect: {...one, applicationName: 'tailrace'},
      limits: {transactions: transactionQueue, changes: changeQueue, transactionRows},
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
