import {nearest} from '../lib/nearest.ts';
import {own} from '../lib/own.ts';
import type {Place, Problem} from '../lib/problem.ts';
import {type Entry, type MapNode, type Node, type Path, textAt} from './node.ts';
import {problems} from './problems.ts';
import type {Child, Kinds, Shape} from './shapes.ts';
import {shown} from './shown.ts';
import {subject} from './subject.ts';

/** A setting of Drasi that was passed over. */
export interface Ignored {
  readonly name: string;
  readonly place: Place;
}

export interface Dialect {
  /** The same tree, every setting under the one name that the schema has for it. */
  readonly root: Node;
  readonly ignored: readonly Ignored[];
}

/**
 * Brings the names of settings into one spelling: Drasi Server has had snake_case,
 * camelCase and mixtures, and other names besides. Only settings are renamed; what is a
 * name of the user's own (the queries in `routes`) is left as it is.
 *
 * A component of a kind that is not supported keeps its id alone, so that what refers to
 * it still finds it; its kind was reported.
 */
export function inOneDialect(
  root: MapNode,
  shape: Shape,
  report: (problem: Problem) => void,
): Dialect {
  const speller = new Speller(root, report);
  return {root: speller.map(root, shape, []), ignored: speller.ignored};
}

class Speller {
  readonly ignored: Ignored[] = [];
  readonly #root: MapNode;
  readonly #report: (problem: Problem) => void;

  constructor(root: MapNode, report: (problem: Problem) => void) {
    this.#root = root;
    this.#report = report;
  }

  map(node: Node, shape: Shape, path: Path): Node {
    if (node.kind !== 'map') return node;
    const written = new Map<string, Entry>();
    const entries: Entry[] = [];
    for (const entry of node.entries) {
      const key = this.#settingOf(entry, shape, path);
      if (key === undefined) continue;
      const first = written.get(key);
      if (first) this.#reportTwice({key, first, second: entry, path});
      else {
        written.set(key, entry);
        const value = this.#within(entry.value, own(shape.children ?? {}, key), [...path, key]);
        entries.push({...entry, key, value});
      }
    }
    return {...node, entries};
  }

  #within(node: Node, child: Child | undefined, path: Path): Node {
    if (!child) return node;
    const one = (node: Node, path: Path): Node =>
      'kinds' in child.shape
        ? this.#ofKind(node, child.shape, path)
        : this.map(node, child.shape, path);
    if (child.each === 'self') return one(node, path);
    if (child.each === 'item' && node.kind === 'list') {
      return {...node, items: node.items.map((item, index) => one(item, [...path, index]))};
    }
    if (child.each === 'value' && node.kind === 'map') {
      const entries = node.entries.map((entry) => ({
        ...entry,
        value: one(entry.value, [...path, entry.key]),
      }));
      return {...node, entries};
    }
    return node;
  }

  #ofKind(node: Node, {kinds, kindAliases}: Kinds, path: Path): Node {
    if (node.kind !== 'map') return node;
    const entry = node.entries.find(({key}) => ['kind', ...kindAliases].includes(camelCase(key)));
    const kind = entry && textAt(node, entry.key);
    const known = Object.keys(kinds);
    if (kind !== undefined && known.includes(kind)) return this.map(node, kinds[kind]!, path);
    const who = subject(this.#root, path);
    if (kind === undefined) {
      const facts = {subject: who, key: 'kind', expected: known.join(' or ')};
      this.#report(problems['missing-key'](facts, {place: entry?.keyPlace ?? node.place}));
    } else {
      const facts = {subject: who, kind: shown(kind), known, nearest: nearest(kind, known)};
      this.#report(problems['unsupported-kind'](facts, {place: entry!.value.place}));
    }
    return {...node, entries: node.entries.filter(({key}) => key === 'id')};
  }

  /** The setting's one name. undefined: it is no setting of ours, and that has been said. */
  #settingOf({key, keyPlace, value}: Entry, shape: Shape, path: Path): string | undefined {
    const camel = camelCase(key);
    const name = own(shape.aliases ?? {}, camel) ?? camel;
    if (shape.keys.includes(name)) return name;
    if (shape.remarks?.includes(name)) return undefined;
    const who = subject(this.#root, path);
    if (shape.ignored?.includes(name)) {
      this.ignored.push({name: path.length === 0 ? key : `${key} of ${who}`, place: keyPlace});
    } else {
      const near = nearest(name, [...shape.keys, ...Object.keys(shape.aliases ?? {})]);
      const alone = value.kind === 'scalar' && value.empty;
      const facts = {subject: who, key: shown(key), nearest: near, known: shape.keys, alone};
      this.#report(problems['unknown-key'](facts, {place: keyPlace}));
    }
    return undefined;
  }

  #reportTwice(given: {key: string; first: Entry; second: Entry; path: Path}): void {
    const {key, first, second, path} = given;
    const facts = {subject: subject(this.#root, path), key, also: first.key};
    const line = first.keyPlace.line;
    this.#report(problems['key-given-twice']({...facts, line}, {place: second.keyPlace}));
  }
}

/** `slot_name` as `slotName`; what is camelCase already stays as it is. */
const camelCase = (key: string): string =>
  key.replaceAll(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
