import type {Problem} from '../lib/problem.ts';
import type {ApiService} from './service.ts';

/** A result that is of a moment that is past, and that nobody keeps up to date now. */
export interface Stale {
  /** The source that it waits for. */
  readonly source: string;
  readonly since: string;
  /** What happened to the source, where that is known. */
  readonly problem: Problem | null;
}

/** Tells of results whether they are stale, by what their sources say in one turn. */
export function staleness(
  service: Pick<ApiService, 'sources'>,
): (sources: readonly string[]) => Stale | undefined {
  const stale = new Map<string, Stale>();
  for (const source of service.sources()) {
    const found = source.status().stale;
    if (!found) continue;
    const since = new Date(found.sinceMs).toISOString();
    stale.set(source.id, {source: source.id, since, problem: found.why ?? null});
  }
  return (sources) => sources.map((id) => stale.get(id)).find((one) => one !== undefined);
}
