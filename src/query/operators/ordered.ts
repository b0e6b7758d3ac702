import {assert} from '../../lib/assert.ts';

/** Items of a leaf and children of a branch: above the limit a node is cut in two. */
const WIDTH = 64;

interface Leaf<T> {
  readonly items: T[];
  readonly children?: undefined;
}

interface Branch<T> {
  readonly children: Node<T>[];
  /** How many items stand below. */
  size: number;
  /** The last of them. */
  last: T;
}

type Node<T> = Leaf<T> | Branch<T>;

/**
 * Items in order, each found, put in, taken out and counted up to in O(log n): a B-tree
 * whose branches know how many items stand below them. Items that compare equal may stand
 * in it more than once; which of them is taken out is not said.
 */
export class Ordered<T> {
  readonly #compare: (a: T, b: T) => number;
  #root: Node<T> = {items: []};

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return sizeOf(this.#root);
  }

  add(item: T): void {
    const right = this.#addTo(this.#root, item);
    if (right) this.#root = branch([this.#root, right]);
  }

  /** Takes out an item equal to this one; there is one. */
  remove(item: T): void {
    this.#removeFrom(this.#root, item);
    while (this.#root.children) {
      const [only, second] = this.#root.children;
      if (second) return;
      this.#root = only ?? {items: []};
    }
  }

  /** How many items stand before this one, which need not be there. */
  rank(item: T): number {
    let node = this.#root;
    let before = 0;
    while (node.children) {
      const at = this.#childFor(node, item);
      for (let i = 0; i < at; i++) before += sizeOf(node.children[i]!);
      node = node.children[at]!;
    }
    return before + this.#position(node.items, item);
  }

  /** The item before which `rank` others stand. */
  at(rank: number): T | undefined {
    if (rank >= this.size) return undefined;
    let node = this.#root;
    let left = rank;
    while (node.children) {
      let next = node.children[0]!;
      for (const child of node.children) {
        next = child;
        if (left < sizeOf(child)) break;
        left -= sizeOf(child);
      }
      node = next;
    }
    return node.items[left];
  }

  get first(): T | undefined {
    let node = this.#root;
    while (node.children) node = node.children[0]!;
    return node.items[0];
  }

  get last(): T | undefined {
    return this.size === 0 ? undefined : lastOf(this.#root);
  }

  /** What `make` makes of each item, in order: faster than to step through them. */
  map<U>(make: (item: T) => U): U[] {
    const made: U[] = [];
    mapInto(this.#root, make, made);
    return made;
  }

  [Symbol.iterator](): Iterator<T> {
    return itemsOf(this.#root);
  }

  /** Puts the item below a node; answers the node's new right neighbour if it was cut. */
  #addTo(node: Node<T>, item: T): Node<T> | undefined {
    if (!node.children) {
      node.items.splice(this.#position(node.items, item), 0, item);
      return node.items.length > WIDTH ? {items: node.items.splice(WIDTH / 2)} : undefined;
    }
    const at = this.#childFor(node, item);
    const cut = this.#addTo(node.children[at]!, item);
    if (cut) node.children.splice(at + 1, 0, cut);
    node.size += 1;
    node.last = lastOf(node.children.at(-1)!);
    if (node.children.length <= WIDTH) return undefined;
    const right = branch(node.children.splice(WIDTH / 2));
    node.size -= right.size;
    node.last = lastOf(node.children.at(-1)!);
    return right;
  }

  #removeFrom(node: Node<T>, item: T): void {
    if (!node.children) {
      const at = this.#position(node.items, item);
      const found = at < node.items.length && this.#compare(node.items[at]!, item) === 0;
      assert(found, 'an item to take out of an order is not in it');
      node.items.splice(at, 1);
      return;
    }
    const at = this.#childFor(node, item);
    this.#removeFrom(node.children[at]!, item);
    node.size -= 1;
    mend(node.children, at);
    if (node.size > 0) node.last = lastOf(node.children.at(-1)!);
  }

  /** The first child that reaches up to the item, or the last one. */
  #childFor({children}: Branch<T>, item: T): number {
    let low = 0;
    let high = children.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(lastOf(children[middle]!), item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The position of the first item that is not before this one. */
  #position(items: readonly T[], item: T): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(items[middle]!, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const sizeOf = <T>(node: Node<T>): number => (node.children ? node.size : node.items.length);

const lastOf = <T>(node: Node<T>): T => (node.children ? node.last : node.items.at(-1)!);

function branch<T>(children: Node<T>[]): Branch<T> {
  let size = 0;
  for (const child of children) size += sizeOf(child);
  return {children, size, last: lastOf(children.at(-1)!)};
}

/** After a removal below the child at a position: drops it empty, joins it when small. */
function mend<T>(children: Node<T>[], at: number): void {
  const child = children[at]!;
  if (sizeOf(child) === 0) {
    children.splice(at, 1);
    return;
  }
  const next = at + 1 < children.length ? at : at - 1;
  const [left, right] = [children[next], children[next + 1]];
  if (!left || !right || widthOf(left) + widthOf(right) > WIDTH / 2) return;
  const joined = left.children
    ? branch([...left.children, ...(right.children ?? [])])
    : {items: [...left.items, ...(right.children ? [] : right.items)]};
  children.splice(next, 2, joined);
}

const widthOf = <T>(node: Node<T>): number =>
  node.children ? node.children.length : node.items.length;

function mapInto<T, U>(node: Node<T>, make: (item: T) => U, made: U[]): void {
  if (node.children) for (const child of node.children) mapInto(child, make, made);
  else for (const item of node.items) made.push(make(item));
}

function* itemsOf<T>(node: Node<T>): Generator<T, undefined> {
  if (!node.children) yield* node.items;
  else for (const child of node.children) yield* itemsOf(child);
}
