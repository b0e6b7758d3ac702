import type {Problem} from '../lib/problem.ts';
import {checked} from './check.ts';
import {checkListeners, checkSlots, type Listener, listenerOf} from './clashes.ts';
import type {
  Config,
  OperationTemplates,
  QueryConfig,
  ReactionConfig,
  SourceConfig,
} from './config.ts';
import {child, follow, itemsAt, type Node, type Path, textAt} from './node.ts';
import {parametersOf} from './parameters.ts';
import * as schema from './schema.ts';

type Report = (problem: Problem) => void;

/** The typed parts of a file: all of them where nothing was reported, else those that fit. */
export interface Parts {
  readonly settings: Omit<Config, 'sources' | 'queries' | 'reactions'> | undefined;
  readonly sources: readonly Part<SourceConfig>[];
  readonly queries: readonly Part<QueryConfig>[];
  readonly reactions: readonly Part<ReactionConfig>[];
}

export interface Part<T> {
  readonly config: T;
  readonly path: Path;
}

/**
 * Reads the typed parts. Each is checked and reported by itself, so that a mistake in one
 * hides none in another.
 */
export function partsOf(root: Node, report: Report): Parts {
  const parts = <T>(list: string, read: (path: Path) => T | undefined): Part<T>[] =>
    itemsAt(root, list).flatMap((_, index) => {
      const path = [list, index];
      const config = read(path);
      return config ? {config, path} : [];
    });
  return {
    settings: settingsOf(root, report),
    sources: parts('sources', (path) => sourceOf(root, path, report)),
    queries: parts('queries', (path) => queryOf(root, path, report)),
    reactions: parts('reactions', (path) => reactionOf(root, path, report)),
  };
}

function settingsOf(root: Node, report: Report): Parts['settings'] {
  const top = checked(root, [], schema.top, report);
  if (!top) return undefined;
  const {sources, queries, reactions, bootstrapProviders, ...settings} = top;
  return settings;
}

function sourceOf(root: Node, path: Path, report: Report): SourceConfig | undefined {
  if (isOfNoKind(root, path)) return undefined;
  const source = checked(root, path, schema.source, report);
  if (!source) return undefined;
  const {bootstrapProvider, connectionString, sslCa, ...rest} = source;
  return {...rest, sslCa};
}

/** The query at `path`, whatever else is wrong with it reported. */
export function queryOf(root: Node, path: Path, report: Report): QueryConfig | undefined {
  const query = checked(root, path, schema.query, report);
  if (!query) return undefined;
  const text = follow(root, [...path, 'query']).node;
  const at = text?.kind === 'scalar' ? text.textPlace : follow(root, path).place;
  const place = {...at, file: at.file ?? ''};
  const parameters = parametersOf(child(follow(root, path).node, 'parameters'));
  return {...query, parameters, queryLanguage: query.queryLanguage, place};
}

function reactionOf(root: Node, path: Path, report: Report): ReactionConfig | undefined {
  if (isOfNoKind(root, path)) return undefined;
  const isLog = textAt(follow(root, path).node, 'kind') === 'log';
  const reaction = checked(root, path, isLog ? schema.log : schema.sse, report);
  if (!reaction) return undefined;
  const {routes, defaultTemplate, ...rest} = reaction;
  return {...rest, routes: byQuery(routes), defaultTemplate};
}

/** Of an unsupported kind, or of none: `dialect.ts` has reported it and left its id alone. */
function isOfNoKind(root: Node, path: Path): boolean {
  const {node} = follow(root, path);
  return node?.kind === 'map' && textAt(node, 'kind') === undefined;
}

/** Without a prototype, so that a query called `constructor` finds nothing that is not there. */
const byQuery = (routes: Record<string, OperationTemplates>): Record<string, OperationTemplates> =>
  Object.assign(Object.create(null), routes);

/** What API and dashboard take of their listener. */
const API_PATHS = ['/', '/api/*', '/health/*', '/ready/*', '/metrics/*', '/vendor/*'];

/** What listens, the API first, each where the file speaks of it. */
export function listenersOf(root: Node, parts: Parts): Listener[] {
  const {host, port} = parts.settings ?? {};
  const place = follow(root, ['port']).place;
  const api = {name: 'the API', paths: API_PATHS, place};
  return [
    ...(host !== undefined && port !== undefined ? [{...api, host, port}] : []),
    ...parts.reactions.flatMap(({config, path}) => {
      const at = follow(root, [...path, 'port']).place;
      return listenerOf(config, at) ?? [];
    }),
  ];
}

/** Reports what the parts cannot have both: a place to listen, a slot to read from. */
export function checkClashes(root: Node, parts: Parts, report: Report): void {
  checkListeners(listenersOf(root, parts), report);
  const sources = parts.sources.map(({config, path}) => ({
    source: config,
    place: follow(root, [...path, 'slotName']).place,
  }));
  checkSlots(sources, report);
}
