import {unreachable} from '../lib/assert.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import type {SourceState} from '../source/source.ts';
import {apiProblems} from './problems.ts';
import type {ApiService, QueryView} from './service.ts';

/** Why a query has no result yet. */
export interface Waiting {
  /** Whether it waits for its source, or cannot have one as it is. */
  readonly reason: 'source' | 'query-failed' | 'query-stopped';
  /** The source that it waits for. */
  readonly source: string | null;
  /** The facts, in full sentences. */
  readonly detail: string;
  /** What to do, where there is something. */
  readonly hint: string | undefined;
  /** What is wrong with the source or with the query, where something is. */
  readonly problem: Problem | null;
  /** When to ask again; undefined: it does not come by itself. */
  readonly retryMs: number | undefined;
}

/** Tells of a query what its result waits for; undefined where it has one. */
export type WaitingOf = (
  query: Pick<QueryView, 'id' | 'sources' | 'state' | 'result'>,
) => Waiting | undefined;

/** Nothing is known of when it is there: it may be soon. */
const SOON_MS = 1000;

/** Tells of queries what they wait for, by what their sources say in one turn. */
export function waitings(
  service: Pick<ApiService, 'sources'>,
  clock: Pick<Clock, 'nowMs'>,
): WaitingOf {
  const sources = new Map(service.sources().map((source) => [source.id, source]));
  return ({id, sources: ids, state, result}) => {
    if (result()) return undefined;
    switch (state.kind) {
      case 'waiting':
      case 'running':
        return ofSources(
          ids.map((source) => ({id: source, state: sources.get(source)?.status().state})),
        );
      case 'failed':
        return ofFailure(state.problems);
      case 'stopped': {
        const problem = apiProblems['query-stopped']({id});
        const {hint} = problem;
        const detail = 'It is stopped.';
        return {...NO_SOURCE, reason: 'query-stopped', detail, hint, problem};
      }
      default:
        return unreachable(state);
    }
  };

  /** A query has one source as long as it runs at all. */
  function ofSources(all: readonly {id: string; state: SourceState | undefined}[]): Waiting {
    const [source] = all;
    const id = source?.id ?? null;
    const told = source?.state && ofState(source.id, source.state, clock.nowMs());
    const nothing = {detail: 'It waits for the first rows of its source.', hint: undefined};
    return {
      ...{reason: 'source', source: id, problem: null, retryMs: SOON_MS},
      ...(told ?? nothing),
    };
  }
}

const NO_SOURCE = {source: null, retryMs: undefined} as const;

/** What a query that fails cannot have before somebody has changed it or the rows. */
function ofFailure(problems: readonly Problem[]): Waiting {
  const [problem = null] = problems;
  return {
    ...NO_SOURCE,
    reason: 'query-failed',
    detail: `It failed: ${problems.map(sentences).join(' ')}`,
    hint: hints(problems),
    problem,
  };
}

type Told = Pick<Waiting, 'detail' | 'hint'> & Partial<Pick<Waiting, 'problem' | 'retryMs'>>;

function ofState(id: string, state: SourceState, nowMs: number): Told {
  const source = `Its source "${id}"`;
  switch (state.kind) {
    case 'stopped':
      return {
        detail: `${source} is stopped.`,
        hint: 'set autoStart: true for the source, and start the service again',
        retryMs: undefined,
      };
    case 'connecting': {
      const {attempt, problem, further = []} = state;
      if (!problem) return {detail: `${source} connects to its database.`, hint: undefined};
      const all = [problem, ...further];
      const said = all.map(sentences).join(' ');
      const detail = `${source} tries again now (attempt ${attempt}): ${said}`;
      return {detail, hint: hints(all), problem};
    }
    case 'snapshotting':
      return {detail: `${source} reads the first rows: ${rowsText(state)}.`, hint: undefined};
    case 'streaming':
      return {detail: `${source} has its rows; the result is being made.`, hint: undefined};
    case 'waiting': {
      const {problem, further = [], retryAtMs} = state;
      const all = [problem, ...further];
      const retryMs = Math.max(SOON_MS, retryAtMs - nowMs);
      const said = all.map(sentences).join(' ');
      const again = `It is tried again in ${Math.ceil(retryMs / 1000)} s.`;
      return {detail: `${source} waits: ${said} ${again}`, hint: hints(all), problem, retryMs};
    }
    default:
      return unreachable(state);
  }
}

function rowsText({rowsRead, rowsExpected}: SourceState & {kind: 'snapshotting'}): string {
  const read = `${rowsRead} so far`;
  if (!rowsExpected) return read;
  // The expected number is Postgres's guess: it may be less than there are.
  const percent = Math.min(99, Math.floor((100 * rowsRead) / rowsExpected));
  return `${read}, about ${percent} % of ${rowsExpected}`;
}

/** A problem's message and detail, as sentences within a text. */
function sentences({message, detail}: Problem): string {
  if (detail === undefined) return `${message}.`;
  return `${message}. ${/[.!?]$/.test(detail) ? detail : `${detail}.`}`;
}

/** What to do about each of them, a line or more each; the same is not said twice. */
function hints(problems: readonly Problem[]): string | undefined {
  const all = problems.flatMap(({hint}) => (hint === undefined ? [] : [hint]));
  return all.length > 0 ? [...new Set(all)].join('\n') : undefined;
}

/** For the header Retry-After, in whole seconds. */
export const retrySeconds = (retryMs: number): string => String(Math.ceil(retryMs / 1000));
