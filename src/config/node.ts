import type {Place} from '../lib/problem.ts';
import type {TextPlace} from './query-place.ts';

/**
 * A part of the configuration file as it was written: what it says, and where. The whole
 * reading works on these, so that whatever is found out late can still be placed.
 */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  /** As written, quotes and escapes resolved; numbers keep their digits. */
  readonly text: string;
  /** Nothing was written: YAML's null. */
  readonly empty: boolean;
  readonly place: Place;
  /** Where the first character of `text` stands: behind the quote, or in the block. */
  readonly textPlace: TextPlace;
  /** What problems may show instead of the text, which came from somewhere else. */
  readonly shownAs?: string;
  /** Its text could not be found out, and that was reported: nothing more is said of it. */
  readonly unresolved?: boolean;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly place: Place;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
  readonly place: Place;
}

export interface Entry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Node;
}

/** The way from the top to a node: keys of maps, places in lists. */
export type Path = readonly PropertyKey[];

/** What stands under `key`; undefined where nothing does, or only null. */
export function child(node: Node | undefined, key: string): Node | undefined {
  const value = entry(node, key)?.value;
  return value?.kind === 'scalar' && value.empty ? undefined : value;
}

export function entry(node: Node | undefined, key: string): Entry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The text under `key`, where it is text. */
export function textAt(node: Node | undefined, key: string): string | undefined {
  const value = child(node, key);
  return value?.kind === 'scalar' ? value.text : undefined;
}

/** The items of the list under `key`; none, where there is no list. */
export function itemsAt(node: Node | undefined, key: string): readonly Node[] {
  const value = child(node, key);
  return value?.kind === 'list' ? value.items : [];
}

/** The node at the end of `path`, and the nearest place on the way to it. */
export function follow(root: Node, path: Path): {node: Node | undefined; place: Place} {
  let node: Node | undefined = root;
  let place = root.place;
  for (const step of path) {
    if (node?.kind === 'list') node = node.items[Number(step)];
    else {
      const found = entry(node, String(step));
      place = found?.keyPlace ?? place;
      node = found?.value;
    }
    if (!node) return {node: undefined, place};
    place = node.place;
  }
  return {node, place};
}

/**
 * Where the last step of `path` is written: a map's key, a list's item. Of what is not there:
 * the last step on the way that is.
 */
export function keyPlace(root: Node, path: Path): Place {
  const last = path.at(-1);
  if (last === undefined) return root.place;
  const {node} = follow(root, path.slice(0, -1));
  const found =
    node?.kind === 'list' ? node.items[Number(last)]?.place : entry(node, String(last))?.keyPlace;
  return found ?? keyPlace(root, path.slice(0, -1));
}

/** Plain values for the schema: text, lists and objects; what is empty counts as not set. */
export function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.empty ? null : node.text;
  if (node.kind === 'list') return node.items.map(plain);
  const object: Record<string, unknown> = Object.create(null);
  for (const {key, value} of node.entries) {
    if (value.kind !== 'scalar' || !value.empty) object[key] = plain(value);
  }
  return object;
}

/** A value that does not stand in the file as it is. */
export function scalar(text: string, place: Place, shownAs: string): ScalarNode {
  return {kind: 'scalar', text, empty: false, place, textPlace: place, shownAs};
}

/** A value that could not be found out. */
export function unresolved(place: Place): ScalarNode {
  return {...scalar('', place, 'what is not known'), unresolved: true};
}
