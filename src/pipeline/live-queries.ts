import type {Config, QueryConfig} from '../config/config.ts';
import {placeInFile} from '../config/query-place.ts';
import type {Table} from '../data/schema.ts';
import {Problem, Problems, problemsOf} from '../lib/problem.ts';
import {checkSyntax, compile} from '../query/compile.ts';
import {type LiveQuery, liveQuery} from './live-query.ts';
import {pipelineProblems} from './problems.ts';

/** The queries of a configuration, by id and by the source they read from. */
export interface LiveQueries {
  readonly queries: ReadonlyMap<string, LiveQuery>;
  readonly bySource: ReadonlyMap<string, readonly LiveQuery[]>;
}

export function liveQueries(config: Config): LiveQueries {
  const queries = new Map<string, LiveQuery>();
  const bySource = new Map<string, LiveQuery[]>();
  for (const one of config.queries) {
    const query = liveQuery(one.id, {
      autoStart: one.autoStart,
      compile: (tables) => placed(one, () => compile(one.query, compileOptions(one, tables))),
    });
    queries.set(one.id, query);
    const sourceId = one.sources[0]?.sourceId;
    if (sourceId !== undefined) bySource.set(sourceId, [...(bySource.get(sourceId) ?? []), query]);
  }
  return {queries, bySource};
}

function compileOptions(
  {queryLanguage, joins}: QueryConfig,
  tables: readonly Table[],
): Parameters<typeof compile>[1] {
  return {language: queryLanguage, catalog: {tables, joins}};
}

/** Every Problem that a query has whatever the tables are: no query, more than one source. */
export function queryProblems(query: QueryConfig): readonly Problem[] {
  return [...syntaxProblems(query), ...sourceProblems(query)];
}

/** Throws the Problems of all queries at once. */
export function checkQueries(queries: readonly QueryConfig[]): void {
  const problems = queries.flatMap(queryProblems);
  if (problems.length > 0) throw new Problems(problems);
}

function syntaxProblems(query: QueryConfig): readonly Problem[] {
  try {
    placed(query, () => checkSyntax(query.query, query.queryLanguage));
    return [];
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    return problems;
  }
}

function sourceProblems({id, sources, place}: QueryConfig): readonly Problem[] {
  if (sources.length < 2) return [];
  const ids = sources.map(({sourceId}) => sourceId);
  return [pipelineProblems['several-sources']({query: id, sources: ids}, {place})];
}

/** Runs `act`; the places of its Problems, which count within the text, count in the file then. */
function placed<T>(query: QueryConfig, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    throw new Problems(problems.map((problem) => inFile(problem, query)));
  }
}

function inFile(problem: Problem, query: QueryConfig): Problem {
  const {code, message, detail, hint, place, cause} = problem;
  const at = place && placeInFile(query, place);
  return new Problem(code, {message, detail, hint}, {...(at && {place: at}), cause});
}
