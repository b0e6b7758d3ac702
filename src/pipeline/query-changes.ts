import {apiProblems} from '../api/problems.ts';
import {
  type Changed,
  type QueryChanges,
  QueryRefused,
  type QueryText,
  type QueryView,
} from '../api/service.ts';
import {type QueryBody, type ReadQuery, readQuery} from '../config/query-body.ts';
import type {QueryTexts} from '../config/query-texts.ts';
import {nearest} from '../lib/nearest.ts';
import {problemsOf} from '../lib/problem.ts';
import type {Jq} from '../query/middleware/jq-program.ts';
import type {QueryLimits} from '../query/stages.ts';
import {definitionOf, queryFindings, sourceOf} from './definition.ts';
import type {LiveQueries} from './live-queries.ts';
import type {Definition, LiveQuery, SourceNow} from './live-query.ts';

export interface QueryChangesOptions {
  readonly queries: LiveQueries;
  readonly sources: ReadonlyMap<string, SourceNow>;
  /** How many queries there may be. */
  readonly queriesMax: number;
  /** Whether the store survives the process. */
  readonly kept: boolean;
  readonly view: (query: LiveQuery) => QueryView;
  /** A stopwatch for plans, in nanoseconds. */
  readonly nowNs?: (() => number) | undefined;
  readonly jq?: Jq | undefined;
  readonly limits?: QueryLimits | undefined;
}

/** What requests may do to the queries of the service. */
export function queryChanges(options: QueryChangesOptions): QueryChanges {
  const {queries, sources, view, nowNs, jq, limits} = options;

  function found(id: string): LiveQuery {
    const query = queries.all.get(id);
    if (query) return query;
    throw apiProblems['query-not-found']({id, nearest: nearest(id, queries.all.keys())});
  }

  function definitionIn(text: QueryText, id: string | undefined): Read {
    const checkQuery = (query: QueryTexts) => queryFindings(query, {jq});
    const {config, ignored} = readBody({...text, id, sources, checkQuery});
    const source = sourceOf(config, sources)!;
    return {
      definition: definitionOf(config, {source, origin: 'api', nowNs, jq, limits}),
      ignored: ignored.map(({name}) => name),
    };
  }

  async function added({definition, ignored}: Read): Promise<Changed> {
    const {id, autoStart: run} = definition.config;
    const max = options.queriesMax;
    if (queries.all.size >= max) throw apiProblems['too-many-queries']({max});
    fitting(() => queries.add(definition, {run}));
    const query = queries.all.get(id);
    const message = `Query '${id}' added${run ? '' : ', and not started: it has no "autoStart: true"'}`;
    return {message, query: query && view(query), ignored};
  }

  async function changed(query: LiveQuery, {definition, ignored}: Read): Promise<Changed> {
    refuseEmptySource(query, definition);
    // What runs goes on running: a change is no stop, whatever "autoStart" is by default.
    const run = query.state.kind !== 'stopped' || definition.config.autoStart;
    fitting(() => queries.define(query, definition, {run}));
    return {message: `Query '${query.id}' changed`, query: view(query), ignored};
  }

  return {
    note: options.kept ? KEPT : IN_MEMORY,
    async add(text) {
      const read = definitionIn(text, undefined);
      const {id} = read.definition.config;
      if (queries.all.has(id)) throw apiProblems['query-exists']({id});
      return added(read);
    },
    async put(id, text) {
      const read = definitionIn(text, id);
      const query = queries.all.get(id);
      return query ? changed(query, read) : added(read);
    },
    async drop(id) {
      queries.drop(found(id));
      return {message: `Query '${id}' deleted`, query: undefined, ignored: []};
    },
    async start(id) {
      const query = found(id);
      const {definition, state} = query;
      if (state.kind === 'running' || state.kind === 'waiting') return said(query, 'runs already');
      fitting(() => queries.define(query, definition, {run: true}));
      return said(query, 'started');
    },
    async stop(id) {
      const query = found(id);
      if (query.state.kind === 'stopped') return said(query, 'is stopped already');
      queries.stop(query);
      return said(query, 'stopped; it keeps its last result');
    },
  };

  function said(query: LiveQuery, what: string): Changed {
    return {message: `Query '${query.id}' ${what}`, query: view(query), ignored: []};
  }
}

const KEPT =
  'Queries that the API has added survive a restart; those of the configuration are then as it has them.';
const IN_MEMORY =
  'Changes over the API are kept in memory: after a restart the queries are those of the configuration.';

interface Read {
  readonly definition: Definition;
  readonly ignored: readonly string[];
}

function readBody(body: QueryBody): ReadQuery {
  try {
    return readQuery(body);
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    throw new QueryRefused(problems, 400);
  }
}

/** Does what only a query that fits the tables, and all their rows, can do. */
function fitting(act: () => void): void {
  try {
    act();
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    const ofRows = problems.every(({code}) => code === 'expression-failed');
    throw new QueryRefused(problems, ofRows ? 409 : 422);
  }
}

/** The rows of the old source cannot be told apart from those of one that has none yet. */
function refuseEmptySource(query: LiveQuery, {source}: Definition): void {
  if (source.id === query.definition.source.id || source.position || query.count === 0) return;
  throw apiProblems['source-not-ready']({id: query.id, source: source.id});
}
