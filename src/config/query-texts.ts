import {Problem} from '../lib/problem.ts';
import type {QueryConfig} from './config.ts';
import {child, follow, itemsAt, keyPlace, type Node, type Path, plain} from './node.ts';
import {parametersOf} from './parameters.ts';
import {inText} from './query-place.ts';
import * as schema from './schema.ts';

/**
 * What a query says, as far as it can be read: a mistake in one of its settings hides none
 * in the others. What does not fit is left out here, and reported elsewhere.
 */
export interface QueryTexts
  extends Pick<QueryConfig, 'id' | 'queryLanguage' | 'parameters' | 'place'> {
  /** undefined where there is none, or where it is not known in which language. */
  readonly query: string | undefined;
  readonly sources: readonly {
    readonly sourceId: string;
    readonly pipeline?: readonly string[];
  }[];
  /** In their places: undefined for one that does not fit. */
  readonly middleware?: readonly (Middleware | undefined)[];
  /** `schema.name` or `name`, as its source lists them; undefined where that is not known. */
  readonly tables?: readonly string[] | undefined;
}

type Middleware = NonNullable<QueryConfig['middleware']>[number];

/** Undefined where the source lists none, or is not known. */
export type TablesOf = (sourceId: string) => readonly string[] | undefined;

/** A problem of a query. */
export interface Finding {
  readonly problem: Problem;
  /** The way to where it stands, from the query on; undefined: the problem says it itself. */
  readonly at?: Path;
  /** Where in the text at the end of that way, from 1. */
  readonly within?: {readonly line: number; readonly column: number} | undefined;
}

const {id, query, queryLanguage, sources, middleware} = schema.query.shape;

/** `tablesOf`: the tables that a source lists, by its id. */
export function queryTexts(root: Node, path: Path, tablesOf: TablesOf): QueryTexts {
  const own = follow(root, path);
  const text = follow(root, [...path, 'query']).node;
  const at = text?.kind === 'scalar' ? text.textPlace : own.place;
  const under = (key: string): unknown => {
    const {node} = follow(root, [...path, key]);
    return node && plain(node);
  };
  const language = queryLanguage.safeParse(under('queryLanguage'));
  const written = query.safeParse(under('query'));
  const from = sources.safeParse(under('sources')).data ?? [];
  const [only, another] = from;
  return {
    id: id.safeParse(under('id')).data ?? '',
    query: language.success ? written.data : undefined,
    queryLanguage: language.data,
    sources: from,
    tables: only && !another ? tablesOf(only.sourceId) : undefined,
    middleware: itemsAt(own.node, 'middleware').map(
      (item) => middleware.safeParse([plain(item)]).data?.[0],
    ),
    parameters: parametersOf(child(own.node, 'parameters')),
    place: {...at, file: at.file ?? ''},
  };
}

/**
 * A finding in the query at `path`, placed in the file: at the key that it is about, or in
 * the text itself. undefined: it is of a value that could not be found out, as was reported.
 */
export function placed(root: Node, path: Path, finding: Finding): Problem | undefined {
  const {problem, at, within} = finding;
  if (!at) return problem;
  const way = [...path, ...at];
  const {node} = follow(root, way);
  if (node?.kind === 'scalar' && node.unresolved) return undefined;
  const {code, message, detail, hint, cause} = problem;
  const place =
    within && node?.kind === 'scalar' ? inText(node.textPlace, within) : keyPlace(root, way);
  return new Problem(code, {message, detail, hint}, {place, cause});
}
