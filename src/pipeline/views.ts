import type {ApiService, QueryView, ResultView, SourceView} from '../api/service.ts';
import type {Config, QueryConfig} from '../config/config.ts';
import {lsnText} from '../data/lsn.ts';
import type {Reaction} from '../reaction/reaction.ts';
import type {StreamWorld} from '../reaction/stream-world.ts';
import type {Source} from '../source/source.ts';
import type {EventLog} from '../store/store.ts';
import type {Engine} from './engine.ts';
import type {LiveQuery} from './live-query.ts';

/** The parts of a service, as they are looked at from outside. */
export interface Parts {
  readonly config: Config;
  readonly log: EventLog;
  readonly engine: Engine;
  readonly sources: ReadonlyMap<string, Source>;
  readonly queries: ReadonlyMap<string, LiveQuery>;
  readonly reactions: readonly Reaction[];
}

/** What the API shows of a service. `draining` answers whether it is on its way down. */
export function apiService(parts: Parts, draining: () => boolean): ApiService {
  const configs = new Map(parts.config.queries.map((query) => [query.id, query]));
  const view = (query: LiveQuery): QueryView => queryView(parts, query, configs.get(query.id)!);
  return {
    epoch: parts.log.epoch,
    get draining() {
      return draining();
    },
    queries: () => [...parts.queries.values()].map(view),
    query(id) {
      const query = parts.queries.get(id);
      return query && view(query);
    },
    sources: () =>
      parts.config.sources.map(
        ({id, kind}): SourceView => ({id, kind, status: () => parts.sources.get(id)!.status()}),
      ),
    reactions: () => parts.reactions,
  };
}

function queryView(parts: Parts, query: LiveQuery, config: QueryConfig): QueryView {
  return {
    id: query.id,
    text: config.query,
    language: config.queryLanguage,
    autoStart: config.autoStart,
    sources: config.sources.map(({sourceId}) => sourceId),
    state: query.state,
    result: () => resultView(parts, query),
    plan: () => query.explain(),
  };
}

function resultView({engine}: Parts, query: LiveQuery): ResultView | undefined {
  const {asOf} = query;
  if (!asOf) return undefined;
  return {
    columns: query.columns,
    count: query.count,
    sequence: engine.sequenceOf(query.id),
    lsn: lsnText(asOf.lsn),
    asOfMs: Math.floor(asOf.commitTime / 1000),
    rows: query.rows,
  };
}

/** What reactions and streams see of a service. */
export function streamWorld(parts: Parts): StreamWorld {
  return {
    log: parts.log,
    results(queryId) {
      const query = parts.queries.get(queryId);
      const asOf = query?.asOf;
      return query && asOf && {columns: query.columns, lsn: lsnText(asOf.lsn), rows: query.rows};
    },
    progress() {
      const [source] = [...parts.sources.values()].map((one) => one.status());
      const lsn = source?.acknowledgedLsn;
      return {
        lsn: lsn === undefined ? undefined : lsnText(lsn),
        lagBytes: source?.lagBytes,
        lagMs: source?.lagMs,
      };
    },
  };
}
