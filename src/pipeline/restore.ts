import type {Config, QueryConfig} from '../config/config.ts';
import type {Log} from '../lib/log.ts';
import {type Problem, problemText} from '../lib/problem.ts';
import type {Jq} from '../query/middleware/jq-program.ts';
import type {Source} from '../source/source.ts';
import type {Store} from '../store/store.ts';
import {definitionOf, queryProblems, sourceOf} from './definition.ts';
import type {Engine} from './engine.ts';
import type {Definition} from './live-query.ts';
import {pipelineProblems} from './problems.ts';
import {type QueryMemo, readMemo} from './query-memo.ts';
import type {SourceQueries} from './source-queries.ts';

/**
 * The queries to begin with: those of the file, as they stand there, and those that were
 * added over the API since the store began. Their time functions go on from what they
 * remembered, as far as they are what they were.
 */
export function firstDefinitions(
  config: Config,
  {
    store,
    groups,
    nowNs,
    jq,
    log,
  }: {
    store: Store;
    groups: ReadonlyMap<string, SourceQueries>;
    nowNs: (() => number) | undefined;
    jq: Jq | undefined;
    log: Log;
  },
): Definition[] {
  const inFile = new Set(config.queries.map(({id}) => id));
  const ofFile = config.queries.map((one) => {
    return {config: one, origin: 'configuration' as const, stored: store.queries.get(one.id)};
  });
  const added = [...store.queries].flatMap(([id, stored]) => {
    const memo = readMemo(stored.memo);
    if (memo.origin !== 'api' || inFile.has(id)) return [];
    return fits(memo, log) ? [{config: asRun(memo), origin: 'api' as const, stored}] : [];
  });
  return [...ofFile, ...added].flatMap(({config: one, origin, stored}) => {
    const source = sourceOf(one, groups);
    if (!source) {
      const gone = leftOut(one);
      log.warn(problemText(gone), {query: one.id, code: gone.code});
      return [];
    }
    const {limits} = config;
    // Rows that come with a snapshot are new to it, whatever it was told of others.
    const held = store.sources.has(source.id);
    const memory = held && stored && sawAll(one, stored.memo) ? stored.memory : undefined;
    return definitionOf(one, {source, origin, nowNs, jq, limits, memory});
  });
}

/** Only of a query that was added over the API: one of the file names a source of the file. */
function leftOut({id, query: text, sources: [named]}: QueryConfig): Problem {
  return pipelineProblems['source-left-out']({query: id, source: named?.sourceId ?? '', text});
}

/** Whether it knows what its rows were: not of another source's, nor while it did not run. */
function sawAll({autoStart, sources}: QueryConfig, memo: string): boolean {
  const {run, config} = readMemo(memo);
  return autoStart && run && config.sources[0]?.sourceId === sources[0]?.sourceId;
}

/** Whether a query of an earlier version's store is one for this version too. */
function fits({config}: QueryMemo, log: Log): boolean {
  const problems = queryProblems(config);
  for (const problem of problems) {
    log.error(problemText(problem), {query: config.id, code: problem.code});
  }
  return problems.length === 0;
}

const asRun = ({config, run}: QueryMemo): QueryConfig => ({...config, autoStart: run});

/**
 * Brings every query to where the store has its source: results are there before the
 * database is asked, and clients go on where they were. What a result is besides what they
 * were told of it is told. Queries that have none keep what they were told.
 */
export function restoreResults({
  sources,
  groups,
  store,
  engine,
}: {
  sources: ReadonlyMap<string, Source>;
  groups: ReadonlyMap<string, SourceQueries>;
  store: Store;
  engine: Engine;
}): void {
  for (const [sourceId, stored] of store.sources) {
    const group = groups.get(sourceId);
    const tables = sources.get(sourceId)?.tables;
    if (!group || !tables) continue;
    group.describe(tables);
    const {lsn, commitTime} = stored;
    const steps = [
      {kind: 'resync' as const, sourceId, lsn, xid: undefined, commitTime, changes: new Map()},
    ];
    engine.take({queries: group, next: () => steps.shift(), durable: () => {}});
  }
  // Where such a result stands is noted: the next restart may find its source no further.
  for (const query of engine.keepTold()) groups.get(query.definition.source.id)?.note(query);
  const notes = [...groups.values()].flatMap((group) => group.notes());
  if (notes.length > 0) engine.note(notes);
}
