import type {QueryConfig} from '../config/config.ts';
import {inText, placeInFile} from '../config/query-place.ts';
import type {Finding, QueryTexts} from '../config/query-texts.ts';
import {Problem, Problems, problemsOf} from '../lib/problem.ts';
import {parseTableName} from '../postgres/identifiers.ts';
import type {Language, TableName} from '../query/catalog.ts';
import {checkText, planned, recognised, running} from '../query/compile.ts';
import type {Jq} from '../query/middleware/jq-program.ts';
import {type Middleware, middlewareMisfits} from '../query/middleware/middleware.ts';
import {problems as ofMiddleware} from '../query/middleware/problems.ts';
import type {QueryLimits} from '../query/stages.ts';
import type {Definition, SourceNow} from './live-query.ts';
import {pipelineProblems} from './problems.ts';

/**
 * What a query's configuration comes to. `source` is the one that it names. With a
 * stopwatch, in nanoseconds, its plan tells what time each operator took.
 */
export function definitionOf(
  config: QueryConfig,
  {
    source,
    origin,
    nowNs,
    memory,
    jq,
    limits,
  }: Pick<Definition, 'source' | 'origin'> & {
    readonly nowNs?: (() => number) | undefined;
    /** What its time functions remembered before a restart. */
    readonly memory?: ReadonlyMap<string, string> | undefined;
    /** For middleware that runs programs of jq. */
    readonly jq?: Jq | undefined;
    readonly limits?: QueryLimits | undefined;
  },
): Definition {
  const {queryLanguage: language, joins, parameters = {}} = config;
  const middleware = pipelineOf(config);
  let recalled = memory;
  // What middleware does is told by no name: rows that went through it are a query's own.
  const dialect =
    middleware.length > 0 ? undefined : dialectOf(language ?? recognised(config.query));
  return {
    config,
    origin,
    source,
    dialect,
    plan(tables) {
      const given = {language, catalog: {tables, joins}, parameters, middleware, jq};
      return placed(config, () => planned(config.query, given));
    },
    run(plan, shared) {
      // It is of the rows that are there now: whoever is made after them begins anew.
      const memory = recalled;
      recalled = undefined;
      const own = shared.within(plan, {queryId: config.id, dialect, nowNs});
      const made = running(own, {nowNs, sharedTexts: shared, limits});
      if (memory) made.memory?.recall(memory);
      return made;
    },
  };
}

/** openCypher and GQL have their functions in common. */
const dialectOf = (language: Language): string => (language === 'SQL' ? 'SQL' : 'GQL');

/** What the rows of the source go through, in this order. */
const pipelineOf = ({sources: [source], middleware = []}: QueryConfig): readonly Middleware[] =>
  (source?.pipeline ?? []).flatMap((name) => middleware.find((one) => one.name === name) ?? []);

/** The source that a query reads. */
export function sourceOf(
  {sources: [named]}: QueryConfig,
  sources: ReadonlyMap<string, SourceNow>,
): SourceNow | undefined {
  return named && sources.get(named.sourceId);
}

/**
 * Every Problem that a query has whatever the tables are: no query, more than one source,
 * middleware that cannot be. Its programs are looked at with jq alone.
 */
export function queryFindings(
  query: QueryTexts,
  {jq}: {readonly jq: Jq | undefined},
): readonly Finding[] {
  return [
    ...textFindings(query),
    ...sourceFindings(query),
    ...sqlFindings(query),
    ...(query.middleware ?? []).flatMap((one, index) => middlewareFindings(one, index, jq)),
  ];
}

const BEGIN = {line: 1, column: 1};

/** The Problems of a query, placed where its text begins where nothing better is known. */
export function queryProblems(query: QueryConfig): readonly Problem[] {
  return queryFindings(query, {jq: undefined}).map(({problem}) => {
    const {code, message, detail, hint, place = inText(query.place, BEGIN), cause} = problem;
    return new Problem(code, {message, detail, hint}, {place, cause});
  });
}

/** Throws the Problems of all queries at once. */
export function checkQueries(queries: readonly QueryConfig[]): void {
  const problems = queries.flatMap(queryProblems);
  if (problems.length > 0) throw new Problems(problems);
}

function textFindings(query: QueryTexts): readonly Finding[] {
  const {query: text, queryLanguage: language, parameters = {}, place} = query;
  if (text === undefined) return [];
  const middleware = pipelineIn(query);
  const tables = middleware && query.tables && tableNames(query.tables);
  try {
    placed({place}, () => checkText(text, {language, parameters, tables, middleware}));
    return [];
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    return problems.map((problem) => ({problem}));
  }
}

/** The same of one of which a part may not fit: undefined where that is in its way. */
function pipelineIn({
  sources: [source],
  middleware = [],
}: QueryTexts): readonly Middleware[] | undefined {
  const found = (source?.pipeline ?? []).map((name) =>
    middleware.find((one) => one?.name === name),
  );
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** Undefined where one of them is no name. */
function tableNames(tables: readonly string[]): readonly TableName[] | undefined {
  const names = tables.map(parseTableName);
  return names.every((name) => name !== undefined) ? names : undefined;
}

function sourceFindings({id, sources}: QueryTexts): readonly Finding[] {
  if (sources.length < 2) return [];
  const ids = sources.map(({sourceId}) => sourceId);
  const problem = pipelineProblems['several-sources']({query: id, sources: ids});
  return [{problem, at: ['sources', 1]}];
}

function sqlFindings({query: text, queryLanguage, sources: [source]}: QueryTexts): Finding[] {
  const inSql = text !== undefined && (queryLanguage ?? recognised(text)) === 'SQL';
  if (!inSql || (source?.pipeline ?? []).length === 0) return [];
  return [{problem: ofMiddleware['middleware-in-sql']({}), at: ['sources', 0, 'pipeline']}];
}

function middlewareFindings(
  middleware: Middleware | undefined,
  index: number,
  jq: Jq | undefined,
): readonly Finding[] {
  if (!middleware) return [];
  return middlewareMisfits(middleware, {jq}).map(({problem, path, within}) => {
    return {problem, at: ['middleware', index, ...path], within};
  });
}

/** Runs `act`; the places of its Problems, which count within the text, count in the file then. */
function placed<T>(query: Pick<QueryConfig, 'place'>, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    throw new Problems(problems.map((problem) => inFile(problem, query)));
  }
}

function inFile(problem: Problem, query: Pick<QueryConfig, 'place'>): Problem {
  const {code, message, detail, hint, place, cause} = problem;
  const at = place && placeInFile(query, place);
  return new Problem(code, {message, detail, hint}, {...(at && {place: at}), cause});
}
