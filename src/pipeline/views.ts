import type {ApiService, QueryView, ResultView, SourceView} from '../api/service.ts';
import {staleness} from '../api/stale.ts';
import {waitings} from '../api/waiting.ts';
import type {Config} from '../config/config.ts';
import {lsnText} from '../data/lsn.ts';
import type {Clock} from '../lib/clock.ts';
import type {Watchers} from '../lib/watchers.ts';
import type {Jq} from '../query/middleware/jq-program.ts';
import type {Reaction} from '../reaction/reaction.ts';
import type {StreamWorld} from '../reaction/stream-world.ts';
import type {Source} from '../source/source.ts';
import {verifiedTogether} from '../source/verified.ts';
import type {EventLog, StoreStatus} from '../store/store.ts';
import type {Engine} from './engine.ts';
import {history} from './history.ts';
import type {LiveQueries} from './live-queries.ts';
import type {LiveQuery} from './live-query.ts';
import {queryChanges} from './query-changes.ts';
import type {SourceQueries} from './source-queries.ts';

/** The parts of a service, as they are looked at from outside. */
export interface Parts {
  readonly config: Config;
  readonly log: EventLog;
  readonly storeStatus: () => StoreStatus;
  readonly engine: Engine;
  readonly sources: ReadonlyMap<string, Source>;
  /** The queries of each source. */
  readonly groups: ReadonlyMap<string, SourceQueries>;
  readonly queries: LiveQueries;
  readonly reactions: readonly Reaction[];
  /** Told when a source or a query is in another state. */
  readonly states: Watchers;
  /** A stopwatch for plans, in nanoseconds. */
  readonly nowNs?: (() => number) | undefined;
  readonly jq?: Jq | undefined;
}

/** What the API shows of a service. `draining` answers whether it is on its way down. */
export function apiService(
  parts: Parts,
  {draining, clock}: {readonly draining: () => boolean; readonly clock: Clock},
): ApiService {
  const {config, log, queries, groups} = parts;
  const view = (query: LiveQuery): QueryView => queryView(parts, query);
  return {
    epoch: parts.log.epoch,
    get draining() {
      return draining();
    },
    queries: () => [...queries.all.values()].map(view),
    query(id) {
      const query = queries.all.get(id);
      return query && view(query);
    },
    sources: () => sourceViews(parts),
    reactions: () => parts.reactions,
    store: parts.storeStatus,
    history: history({log, queries: queries.all, clock, limits: config.limits}),
    changes: queryChanges({
      queries,
      sources: groups,
      queriesMax: parts.config.limits.queries,
      kept: parts.config.stateStore !== undefined,
      view,
      nowNs: parts.nowNs,
      jq: parts.jq,
      limits: parts.config.limits,
    }),
  };
}

function sourceViews({config, sources}: Parts): SourceView[] {
  return config.sources.map(({id, kind}): SourceView => {
    const source = sources.get(id)!;
    return {id, kind, status: () => source.status(), resync: () => source.resync()};
  });
}

function queryView(parts: Parts, query: LiveQuery): QueryView {
  const {config, origin} = query.definition;
  return {
    id: query.id,
    text: config.query,
    language: config.queryLanguage,
    autoStart: config.autoStart,
    origin,
    sources: config.sources.map(({sourceId}) => sourceId),
    state: query.state,
    result: () => resultView(parts, query),
    get verified() {
      return verifiedOf(parts, query);
    },
    plan: () => query.operators?.explain(),
  };
}

/** A result is what its tables' rows make of it: it is as right as they are. */
function verifiedOf({sources}: Parts, {operators, definition, state}: LiveQuery) {
  const {verification} = sources.get(definition.source.id)?.status() ?? {};
  if (!operators || !verification || state.kind !== 'running') return undefined;
  return verifiedTogether(verification, operators.tables);
}

function resultView({engine}: Parts, query: LiveQuery): ResultView | undefined {
  const {asOf} = query;
  if (!asOf) return undefined;
  return {
    columns: query.columns,
    count: query.count,
    sequence: engine.sequenceOf(query.id),
    shape: query.shape,
    lsn: lsnText(asOf.lsn),
    asOfMs: Math.floor(asOf.commitTime / 1000),
    ordered: query.ordered,
    orderBy: query.orderBy,
    keys: query.keys,
    row: query.row,
  };
}

/** What reactions and streams see of a service. */
export function streamWorld(parts: Parts, clock: Pick<Clock, 'nowMs'>): StreamWorld {
  const service = {sources: () => sourceViews(parts)};
  return {
    log: parts.log,
    results(queryId) {
      const query = parts.queries.all.get(queryId);
      const asOf = query?.asOf;
      if (!query || !asOf) return undefined;
      const {columns, rows, count} = query;
      return {
        columns,
        lsn: lsnText(asOf.lsn),
        rows,
        count,
        // Read only where it is asked for: it may cost a look at every row.
        get checksum() {
          return parts.engine.checksumOf(query)?.checksum;
        },
      };
    },
    staleness: () => byId(parts, staleness(service)),
    waiting: () => byId(parts, waitings(service, clock)),
    watch: parts.states.watch,
    progress() {
      const all = [...parts.sources.values()].map((source) => source.status());
      const lsns = all.map(({acknowledgedLsn}) => acknowledgedLsn);
      return {
        // Positions of different databases have no order: of several there is none to tell.
        lsn: lsns.length === 1 && lsns[0] !== undefined ? lsnText(lsns[0]) : undefined,
        lagBytes: worst(all.map(({lagBytes}) => lagBytes)),
        lagMs: worst(all.map(({lagMs}) => lagMs)),
      };
    },
  };
}

/** What is told of queries, by their ids. */
function byId<T>(
  parts: Parts,
  tell: (query: QueryView) => T | undefined,
): (id: string) => T | undefined {
  return (id) => {
    const query = parts.queries.all.get(id);
    return query && tell(queryView(parts, query));
  };
}

/** The largest lag; not known as long as one is not known. */
function worst(lags: readonly (number | undefined)[]): number | undefined {
  let most: number | undefined;
  for (const lag of lags) {
    if (lag === undefined) return undefined;
    most = Math.max(most ?? 0, lag);
  }
  return most;
}
