import {type Problem, Problems} from '../lib/problem.ts';
import type {QueryConfig} from './config.ts';
import {type Ignored, inOneDialect} from './dialect.ts';
import {type Entry, entry, type MapNode, type Node, scalar} from './node.ts';
import {queryOf} from './parts.ts';
import {problems} from './problems.ts';
import {type Checks, checkTexts} from './read.ts';
import {checkSources, type KnownIds} from './references.ts';
import * as shapes from './shapes.ts';
import {shown} from './shown.ts';
import {places, readDocument} from './yaml.ts';

export interface QueryBody extends Pick<Checks, 'checkQuery'> {
  readonly text: string;
  readonly form: 'json' | 'yaml';
  /** The id that the request's path has; a body may leave it out then. */
  readonly id: string | undefined;
  readonly sources: KnownIds;
}

export interface ReadQuery {
  readonly config: QueryConfig;
  /** Its settings that mean nothing here. */
  readonly ignored: readonly Ignored[];
}

/** What problems call it, in the place of a file's name. */
const BODY = 'body';

/**
 * Reads one query, of the same form as those under `queries` in a file, from the body of a
 * request. References to the environment are not replaced in it: who may send a query may
 * not read our variables. Throws every Problem at once, each with its place in the body.
 */
export function readQuery({text, form, id, sources, checkQuery}: QueryBody): ReadQuery {
  const found: Problem[] = [];
  const report = (problem: Problem): void => void found.push(problem);
  if (form === 'json') checkJson(text);
  const document = readDocument(text, {file: BODY, aliases: 'refused', report});
  if (!document) throw new Problems(found);
  const {root, ignored} = inOneDialect(asFile(identified(document.root, id)), shapes.file, report);
  checkSources(root, sources, report);
  const config = queryOf(root, ['queries', 0], report);
  if (checkQuery) {
    // Which tables a running source has it knows itself, and says when the query is planned.
    checkTexts(root, {check: checkQuery, tablesOf: () => undefined, report});
  }
  if (!config || found.length > 0) throw new Problems(found);
  return {config, ignored};
}

/** YAML takes more than JSON: `{a: 1}`. What is called JSON is held to it. */
function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const offset = Number(/at position (\d+)/.exec(said)?.[1] ?? text.length);
    const reason = said.replace(/ at position .*| in JSON at .*|, .* is not valid JSON$/s, '');
    throw problems['json-syntax']({reason}, {place: places(text, BODY)(offset), cause});
  }
}

/** The query as it would stand in a file, where everything is read by one code. */
function asFile(query: MapNode): MapNode {
  const {place} = query;
  const queries: Entry = {
    key: 'queries',
    keyPlace: place,
    value: {kind: 'list', items: [query], place},
  };
  return {kind: 'map', entries: [queries], place};
}

function identified(node: Node | undefined, id: string | undefined): MapNode {
  if (node?.kind !== 'map') {
    const place = node?.place ?? {file: BODY, line: 1, column: 1};
    throw problems['query-not-a-map']({found: nameOf(node)}, {place});
  }
  if (id === undefined) return node;
  const own = entry(node, 'id');
  if (!own || isEmpty(own.value)) {
    const value = scalar(id, node.place, `"${shown(id)}"`);
    const rest = node.entries.filter((one) => one !== own);
    return {...node, entries: [{key: 'id', keyPlace: node.place, value}, ...rest]};
  }
  if (own.value.kind === 'scalar' && own.value.text !== id) {
    const facts = {path: shown(id), body: shown(own.value.text)};
    throw problems['query-id-differs'](facts, {place: own.value.place});
  }
  return node;
}

const isEmpty = (node: Node): boolean => node.kind === 'scalar' && node.empty;

function nameOf(node: Node | undefined): string {
  if (!node || isEmpty(node)) return 'nothing';
  return node.kind === 'list' ? 'a list' : 'a text';
}
