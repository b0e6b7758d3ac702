import {byPlace, type Problem, Problems, problemsOf} from '../lib/problem.ts';
import type {Catalog, Language, TableName} from './catalog.ts';
import {compileCypher} from './cypher/lower.ts';
import {parseCypher} from './cypher/parser.ts';
import {unknownLabels} from './cypher/unknown-labels.ts';
import {revive} from './cypher/values/revive.ts';
import {type DataflowOptions, dataflow} from './dataflow.ts';
import type {Jq} from './middleware/jq-program.ts';
import {type Middleware, throughMiddleware} from './middleware/middleware.ts';
import {namesThrough} from './middleware/names-through.ts';
import {problems} from './middleware/problems.ts';
import {optimise} from './optimise.ts';
import type {Plan} from './plan.ts';
import type {RunningQuery} from './query.ts';
import {certainProblems} from './sql/certain.ts';
import {compileSql} from './sql/lower.ts';
import {parseSql} from './sql/parse.ts';

/**
 * A text of any of the languages, made to run over the tables of a catalog. Throws every
 * Problem of the text at once; their places count within the text.
 */
export function compile(
  text: string,
  {language = recognised(text), nowNs, limits, ...given}: CompileOptions & DataflowOptions,
): RunningQuery {
  return running(planned(text, {language, ...given}), {nowNs, limits});
}

/** What such a text comes to, before it runs. */
export function planned(
  text: string,
  {language = recognised(text), ...given}: CompileOptions,
): Plan {
  return optimise(planOf(text, {language, ...given}));
}

/** Makes a plan run, with values of every language. */
export const running = (plan: Plan, options: Omit<DataflowOptions, 'revive'>): RunningQuery =>
  dataflow(plan, {...options, revive});

export interface CompileOptions {
  readonly language: Language | undefined;
  readonly catalog: Catalog;
  /** What stands for `$name` in openCypher and GQL. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What happens to the rows of tables before the query sees them, in this order. */
  readonly middleware?: readonly Middleware[];
  /** For the middleware that runs programs of jq. */
  readonly jq?: Jq | undefined;
}

export interface CheckOptions extends Pick<CompileOptions, 'language' | 'parameters'> {
  /** What the tables are called that it may read; undefined where that is not known. */
  readonly tables?: readonly TableName[] | undefined;
  readonly middleware?: readonly Middleware[] | undefined;
}

/** Throws every Problem that a text has whatever the columns of the tables are. */
export function checkText(text: string, {language, tables, ...given}: CheckOptions): void {
  const {middleware = [], parameters = {}} = given;
  const found =
    (language ?? recognised(text)) === 'SQL'
      ? certainProblems(text, parseSql(text), tables)
      : certainInCypher(text, {
          gql: language !== 'Cypher',
          parameters,
          tables: tables && namesThrough(tables, middleware),
        });
  if (found.length > 0) throw new Problems([...found].sort(byPlace));
}

function certainInCypher(
  text: string,
  {tables, ...options}: Pick<CheckOptions, 'tables' | 'parameters'> & {readonly gql: boolean},
): readonly Problem[] {
  const query = parseCypher(text, options);
  const labels = tables ? unknownLabels(text, query, tables) : [];
  try {
    compileCypher(text, NO_TABLES, {gql: options.gql, parameters: options.parameters ?? {}});
  } catch (error) {
    const found = problemsOf(error);
    if (found.length === 0) throw error;
    return [...labels, ...found.filter(({code}) => SURE.has(code))];
  }
  return labels;
}

const NO_TABLES: Catalog = {tables: [], joins: []};

/** What is wrong with a text whose tables are not known, and does not follow from that. */
const SURE: ReadonlySet<string> = new Set([
  'cypher-unknown-variable',
  'cypher-unknown-function',
  'cypher-unknown-parameter',
  'cypher-duplicate-name',
  'cypher-arguments',
]);

function planOf(
  text: string,
  {language, catalog, parameters = {}, middleware = [], jq}: CompileOptions & {language: Language},
): Plan {
  switch (language) {
    case 'SQL':
      if (middleware.length > 0) throw problems['middleware-in-sql']({});
      return compileSql(text, catalog);
    case 'Cypher':
    case 'GQL': {
      const {catalog: seen, finish} = throughMiddleware(catalog, middleware, {jq});
      return finish(compileCypher(text, seen, {gql: language === 'GQL', parameters}));
    }
  }
}

const COMMENT_OR_SPACE = /^(?:\s+|--.*|\/\/.*|\/\*[\s\S]*?\*\/)+/;
const SQL_WORDS =
  /^(?:select|values|table|\(|with\s+(?:recursive\s+)?[\w"]+\s*(?:\([^)]*\)\s*)?as\b)/i;

/**
 * The language a query is written in, by its first words. What is no SQL is read as GQL, as
 * Drasi does: here it takes openCypher too.
 */
export function recognised(text: string): Language {
  return SQL_WORDS.test(text.replace(COMMENT_OR_SPACE, '')) ? 'SQL' : 'GQL';
}
