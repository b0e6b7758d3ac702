import type {Problem} from '../lib/problem.ts';
import type {ApiService, QueryView} from './service.ts';

/** A result that is of a moment that is past, and that nobody keeps up to date now. */
export interface Stale {
  /** The source that it is of: the one it waits for, where the query itself is well. */
  readonly source: string;
  readonly since: string;
  /** What happened to the source or to the query, where that is known. */
  readonly problem: Problem | null;
}

/** What tells of a query whether its result is stale. */
export type StaleOf = (query: Pick<QueryView, 'sources' | 'state' | 'result'>) => Stale | undefined;

/** Tells of results whether they are stale, by what their sources say in one turn. */
export function staleness(service: Pick<ApiService, 'sources'>): StaleOf {
  const stale = new Map<string, Stale>();
  for (const source of service.sources()) {
    const found = source.status().stale;
    if (!found) continue;
    const since = new Date(found.sinceMs).toISOString();
    stale.set(source.id, {source: source.id, since, problem: found.why ?? null});
  }
  return (query) => {
    const ofSource = query.sources.map((id) => stale.get(id)).find((one) => one !== undefined);
    const own = standing(query);
    // What waits, waits for its source.
    return query.state.kind === 'waiting' ? (ofSource ?? own) : (own ?? ofSource);
  };
}

/** A result of a query that does not run is as it was when it last did. */
function standing({sources, state, result}: Parameters<StaleOf>[0]): Stale | undefined {
  const [source = ''] = sources;
  const asOfMs = state.kind === 'running' ? undefined : result()?.asOfMs;
  if (asOfMs === undefined) return undefined;
  const [problem = null] = state.kind === 'failed' ? state.problems : [];
  return {source, since: new Date(asOfMs).toISOString(), problem};
}
