import type {Config} from '../config/config.ts';
import type {TableId} from '../data/schema.ts';
import type {Clock} from '../lib/clock.ts';
import type {Failpoint} from '../lib/failpoints.ts';
import type {Log} from '../lib/log.ts';
import {problemText} from '../lib/problem.ts';
import type {Jq} from '../query/middleware/jq-program.ts';
import type {Source} from '../source/source.ts';
import type {Store} from '../store/store.ts';
import {type Engine, engine} from './engine.ts';
import {type LiveQueries, liveQueries} from './live-queries.ts';
import type {LiveQuery} from './live-query.ts';
import {liveRows} from './live-rows.ts';
import {queryNotes} from './query-notes.ts';
import {firstDefinitions, restoreResults} from './restore.ts';
import {retries} from './retries.ts';
import {sinkOf} from './sink.ts';
import {type SourceQueries, sourceQueries} from './source-queries.ts';
import {timersOf} from './timers.ts';

/** What the core of the service stands on. */
export interface CoreWorld {
  readonly clock: Clock;
  /** Names this program: results that another one stored are compared text by text. */
  readonly version?: string | undefined;
  readonly log: Log;
  readonly nowNs?: () => number;
  readonly jq?: Jq | undefined;
  readonly fail: (error: unknown) => void;
  readonly failpoint?: Failpoint | undefined;
  /** Told when a query is in another state. */
  readonly onState?: (() => void) | undefined;
  readonly store: Store;
  readonly sources: ReadonlyMap<string, Source>;
  /** Aborted when all is to end. */
  readonly signal: AbortSignal;
}

/** The service without its doors: sources, queries and store, joined. */
export interface Core {
  readonly engine: Engine;
  /** The queries of each source. */
  readonly groups: ReadonlyMap<string, SourceQueries>;
  readonly queries: LiveQueries;
  /** Lets sources and time run until the signal is aborted; those that start by themselves. */
  run(): Promise<void>[];
  /** Resolves once no query waits for its first result any more. */
  settled(): Promise<void>;
}

/**
 * Joins what is between the sources and those who are told. When it answers, results are
 * where the store has them, and nothing runs yet.
 */
export function core(config: Config, world: CoreWorld): Core {
  const {store, sources, clock, signal, fail} = world;
  const {groups, queries, moves} = openQueries(config, world);
  restoreResults({sources, groups, store, engine: moves});
  // A checkpoint that began before would lack the rows of sources that come later.
  store.begin(liveRows({sources, groups, queries: queries.all, engine: moves}));
  const flows = new Map(
    [...sources].map(([id, source]) => {
      const own = groups.get(id)!;
      const timers = timersOf({source, queries: own, engine: moves, clock});
      const sink = sinkOf(acknowledged(source, world), {queries: own, timers, engine: moves});
      const run = () => [source.run(sink, signal), timers.run(signal)];
      return [id, {settled: sink.settled, run}];
    }),
  );
  return {
    engine: moves,
    groups,
    queries,
    run: () =>
      config.sources
        .filter(({autoStart}) => autoStart)
        .flatMap(({id}) => flows.get(id)!.run())
        .map((run) => run.catch(fail)),
    async settled() {
      await Promise.all([...flows.values()].map((flow) => flow.settled));
    },
  };
}

function acknowledged(
  source: Source,
  {failpoint}: Pick<CoreWorld, 'failpoint'>,
): Pick<Source, 'acknowledge'> {
  if (!failpoint) return source;
  return {
    acknowledge(lsn) {
      failpoint('before-acknowledge');
      source.acknowledge(lsn);
      failpoint('after-acknowledge');
    },
  };
}

/**
 * Says in the log that a query has failed, and as loud that it runs after all: a try in vain says
 * nothing.
 */
function toldFailures(log: Log): (query: LiveQuery) => void {
  const failed = new Set<string>();
  return ({id, state}) => {
    if (state.kind === 'failed') {
      failed.add(id);
      for (const problem of state.problems) {
        log.warn(problemText(problem), {query: id, code: problem.code});
      }
    } else if (failed.delete(id) && state.kind === 'running') {
      log.warn('the query runs again', {query: id});
    }
  };
}

/** The queries to begin with, grouped by the sources that move them. */
function openQueries(
  config: Config,
  {store, sources, clock, nowNs, jq, log, signal, version, fail, onState}: CoreWorld,
) {
  const again = retries({
    clock,
    maxMs: config.limits.queryRetryMs,
    signal,
    again: (query) => queries.retry(query),
  });
  const notes = queryNotes(store.queries, version);
  const groups = new Map<string, SourceQueries>();
  const told = toldFailures(log);
  const moved = (query: LiveQuery): void => {
    told(query);
    onState?.();
  };
  for (const [id, source] of sources) {
    const rows = (table: TableId) => source.rows(table);
    groups.set(id, sourceQueries({id, rows, retries: again, notes, onState: moved}));
  }
  const {commitTransactions: transactions, commitRows: rows} = config.limits;
  const moves: Engine = engine({
    store,
    version,
    limits: {transactions: config.stateStore?.durability === 'commit' ? 1 : transactions, rows},
    query: (id) => queries.all.get(id),
    fail,
  });
  const queries: LiveQueries = liveQueries({engine: moves, sources: groups});
  queries.begin(firstDefinitions(config, {store, groups, nowNs, jq, log}));
  return {moves, groups, queries};
}
