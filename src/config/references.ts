import {nearest} from '../lib/nearest.ts';
import type {Place, Problem} from '../lib/problem.ts';
import {child, itemsAt, type Node, type ScalarNode, textAt} from './node.ts';
import {problems} from './problems.ts';
import {shown} from './shown.ts';
import {componentName} from './subject.ts';

type Report = (problem: Problem) => void;
type Components = 'sources' | 'queries' | 'reactions';

/**
 * Reports what the parts of a file say of each other and is not so: ids given twice, and
 * ids of nothing. It reads the tree and not the typed parts, so that a mistake elsewhere
 * in a part hides none of these.
 */
export function checkReferences(root: Node, report: Report): void {
  const sources = ids(root, 'sources', report);
  const queries = ids(root, 'queries', report);
  ids(root, 'reactions', report);
  checkSources(root, sources, report);
  for (const [index, reaction] of itemsAt(root, 'reactions').entries()) {
    const subject = componentName(root, 'reactions', index);
    const followed = texts(child(reaction, 'queries'));
    for (const id of followed) {
      if (queries.has(id.text)) continue;
      const facts = {subject, ...unknown(id.text, queries)};
      report(problems['unknown-query'](facts, {place: id.place}));
    }
    checkRoutes({reaction, subject, followed: followed.map(({text}) => text), report});
  }
  checkBootstrap(root, report);
}

/** The ids that there are: a Map by them, or a Set of them. */
export interface KnownIds {
  has(id: string): boolean;
  keys(): Iterable<string>;
}

/** Reports the queries that read a source which is none of those known. */
export function checkSources(root: Node, sources: KnownIds, report: Report): void {
  for (const [index, query] of itemsAt(root, 'queries').entries()) {
    const subject = componentName(root, 'queries', index);
    for (const from of itemsAt(query, 'sources')) {
      const id = scalarAt(from, 'sourceId');
      if (!id || sources.has(id.text)) continue;
      const facts = {subject, ...unknown(id.text, sources)};
      report(problems['unknown-source'](facts, {place: id.place}));
    }
    checkPipelines(query, subject, report);
  }
}

/** Reports names that no middleware has, and two that have one. */
function checkPipelines(query: Node, subject: string, report: Report): void {
  const names = new Map<string, Place>();
  for (const middleware of itemsAt(query, 'middleware')) {
    const name = scalarAt(middleware, 'name');
    if (!name) continue;
    const first = names.get(name.text);
    if (first) {
      const facts = {kind: 'middleware', id: shown(name.text), firstLine: first.line};
      report(problems['duplicate-id'](facts, {place: name.place}));
    } else names.set(name.text, name.place);
  }
  for (const source of itemsAt(query, 'sources')) {
    for (const {text, place} of texts(child(source, 'pipeline'))) {
      if (names.has(text)) continue;
      report(problems['unknown-middleware']({subject, ...unknown(text, names)}, {place}));
    }
  }
}

const unknown = (id: string, known: KnownIds) => ({
  id: shown(id),
  nearest: nearest(id, known.keys()),
  known: [...known.keys()].slice(0, 20),
});

/** The ids of one kind of component, each with its place. One given twice is reported. */
function ids(root: Node, list: Components, report: Report): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const component of itemsAt(root, list)) {
    const id = scalarAt(component, 'id');
    if (!id) continue;
    const first = places.get(id.text);
    if (!first) places.set(id.text, id.place);
    else {
      const facts = {kind: list, id: shown(id.text), firstLine: first.line};
      report(problems['duplicate-id'](facts, {place: id.place}));
    }
  }
  return places;
}

/**
 * As in Drasi, a route may also name a query by what stands behind the id's last dot.
 * Where it is not known which queries are followed, nothing is said of routes.
 */
function checkRoutes(of: {
  reaction: Node;
  subject: string;
  followed: readonly string[];
  report: Report;
}): void {
  const routes = child(of.reaction, 'routes');
  if (routes?.kind !== 'map') return;
  if (of.followed.length < itemsAt(of.reaction, 'queries').length) return;
  if (child(of.reaction, 'queries')?.kind !== 'list') return;
  for (const {key, keyPlace} of routes.entries) {
    if (of.followed.some((id) => id === key || id.endsWith(`.${key}`))) continue;
    const facts = {subject: of.subject, id: shown(key), nearest: nearest(key, of.followed)};
    of.report(problems['route-not-followed'](facts, {place: keyPlace}));
  }
}

function checkBootstrap(root: Node, report: Report): void {
  const providers = itemsAt(root, 'bootstrapProviders').map((node) => textAt(node, 'id') ?? '');
  for (const [index, source] of itemsAt(root, 'sources').entries()) {
    const id = scalarAt(source, 'bootstrapProvider');
    if (!id || providers.includes(id.text)) continue;
    const subject = componentName(root, 'sources', index);
    const facts = {subject, id: shown(id.text), nearest: nearest(id.text, providers)};
    report(problems['unknown-bootstrap-provider'](facts, {place: id.place}));
  }
}

/** The text under `key`, where there is one that is known. */
function scalarAt(node: Node, key: string): ScalarNode | undefined {
  const value = child(node, key);
  return value?.kind === 'scalar' && !value.unresolved ? value : undefined;
}

const texts = (node: Node | undefined): readonly ScalarNode[] =>
  (node?.kind === 'list' ? node.items : [])
    .filter((item) => item.kind === 'scalar')
    .filter((item) => !item.unresolved && !item.empty);
