import {unreachable} from '../lib/assert.ts';
import type {Problem} from '../lib/problem.ts';
import {apiProblems} from './problems.ts';
import type {ApiService, QueryView, SourceView} from './service.ts';

/** A result that is of a moment that is past, and that nobody keeps up to date now. */
export interface Stale {
  /** Whether its source does not, or the query itself. */
  readonly reason: 'source' | 'query-failed' | 'query-stopped';
  /** The source that does not; null where it is not for a source. */
  readonly source: string | null;
  readonly since: string;
  /** What happened to the source or to the query, where that is known. */
  readonly problem: Problem | null;
}

/** What tells of a query whether its result is stale. */
export type StaleOf = (
  query: Pick<QueryView, 'id' | 'sources' | 'state' | 'result'>,
) => Stale | undefined;

/** Tells of results whether they are stale, by what their sources say in one turn. */
export function staleness(service: Pick<ApiService, 'sources'>): StaleOf {
  const sources = service.sources();
  const stale = new Map<string, Stale>();
  for (const source of sources) {
    const found = source.status().stale;
    if (!found) continue;
    const since = new Date(found.sinceMs).toISOString();
    const problem = found.why ?? null;
    stale.set(source.id, {reason: 'source', source: source.id, since, problem});
  }
  return (query) => {
    const ofSource = query.sources.map((id) => stale.get(id)).find((one) => one !== undefined);
    const own = standing(query, sources);
    // What waits, waits for its source.
    return query.state.kind === 'waiting' ? (ofSource ?? own) : (own ?? ofSource);
  };
}

/** A result of a query that does not run is as it was when it last did. */
function standing(
  {id, sources: [source], state, result}: Parameters<StaleOf>[0],
  sources: readonly SourceView[],
): Stale | undefined {
  if (state.kind === 'running') return undefined;
  const asOfMs = result()?.asOfMs;
  if (asOfMs === undefined) return undefined;
  const since = new Date(asOfMs).toISOString();
  switch (state.kind) {
    case 'waiting': {
      // It has brought no rows yet: so it is not stale itself, and what ails it is its state's.
      const now = sources.find((one) => one.id === source)?.status().state;
      const problem = now && 'problem' in now ? now.problem : undefined;
      return {reason: 'source', source: source ?? null, since, problem: problem ?? null};
    }
    case 'failed': {
      const [problem = null] = state.problems;
      return {reason: 'query-failed', source: null, since, problem};
    }
    case 'stopped': {
      const problem = apiProblems['query-stopped']({id});
      return {reason: 'query-stopped', source: null, since, problem};
    }
    default:
      return unreachable(state);
  }
}
