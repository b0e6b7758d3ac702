import type {TableId} from '../data/schema.ts';
import type {Problem} from '../lib/problem.ts';
import type {Plan} from '../query/plan.ts';
import {type Router, router} from '../query/routing.ts';
import type {SharedFlow} from '../query/shared-flow.ts';

/** A subplan that runs for the queries and the other subplans that read it. */
export interface SharedNode<Query> {
  readonly text: string;
  /** Under which its rows are told. No two nodes have one, at no time. */
  readonly table: TableId;
  /** Above that of every node that it reads. */
  readonly rank: number;
  readonly plan: Plan;
  readonly flow: SharedFlow;
  readonly queries: Set<Query>;
  readonly nodes: Set<SharedNode<Query>>;
}

/**
 * The shared subplans of a source, counted by who reads them: one that nobody reads any
 * more is dropped, and forgets its rows.
 */
export interface SharedNodes<Query> {
  readonly router: Pick<Router<SharedNode<Query>>, 'route'>;
  readonly size: number;
  byText(text: string): SharedNode<Query> | undefined;
  byTable(table: TableId): SharedNode<Query> | undefined;
  /** Takes a node in. Until a query is said to read it, it stays by grace of `sweep`. */
  add(node: Pick<SharedNode<Query>, 'text' | 'table' | 'plan' | 'flow'>): SharedNode<Query>;
  /** The query reads these, and no others any more. */
  read(query: Query, tables: Iterable<TableId>): void;
  /** Drops nodes that were taken in and that nobody came to read. */
  sweep(): void;
  /** Drops a node with all that read it, and answers which queries do. */
  fail(node: SharedNode<Query>): ReadonlySet<Query>;
  /** How many queries read it, through other nodes too. */
  readers(node: SharedNode<Query>): ReadonlySet<Query>;
}

/** Queries that fail because what they read did. */
export type Failures<Query> = ReadonlyMap<Query, readonly Problem[]>;

export function sharedNodes<Query>(): SharedNodes<Query> {
  type Node = SharedNode<Query>;
  const byText = new Map<string, Node>();
  const byTable = new Map<TableId, Node>();
  const reads = new Map<Query, ReadonlySet<Node>>();
  const routes: Router<Node> = router();
  /** Those that nobody has read yet. */
  const fresh = new Set<Node>();
  let added = 0;

  const inputsOf = ({flow}: Node): Node[] =>
    [...flow.scans].flatMap((table) => byTable.get(table) ?? []);

  function drop(node: Node): void {
    const inputs = inputsOf(node);
    byText.delete(node.text);
    byTable.delete(node.table);
    routes.remove(node);
    fresh.delete(node);
    for (const input of inputs) {
      input.nodes.delete(node);
      dropUnread(input);
    }
  }

  function dropUnread(node: Node): void {
    if (node.queries.size + node.nodes.size === 0) drop(node);
  }

  function readers(node: Node, found = new Set<Query>()): Set<Query> {
    for (const query of node.queries) found.add(query);
    for (const reader of node.nodes) readers(reader, found);
    return found;
  }

  return {
    router: routes,
    get size() {
      return byTable.size;
    },
    byText: (text) => byText.get(text),
    byTable: (table) => byTable.get(table),
    add(made) {
      const node: Node = {...made, rank: ++added, queries: new Set(), nodes: new Set()};
      byText.set(node.text, node);
      byTable.set(node.table, node);
      routes.add(node, node.plan);
      fresh.add(node);
      for (const input of inputsOf(node)) input.nodes.add(node);
      return node;
    },
    read(query, tables) {
      const before = reads.get(query);
      const nodes = new Set([...tables].flatMap((table) => byTable.get(table) ?? []));
      if (nodes.size > 0) reads.set(query, nodes);
      else reads.delete(query);
      for (const node of nodes) node.queries.add(query);
      for (const node of before ?? []) {
        if (nodes.has(node)) continue;
        node.queries.delete(query);
        if (byTable.get(node.table) === node) dropUnread(node);
      }
    },
    sweep() {
      if (fresh.size === 0) return;
      const unread = [...fresh].reverse();
      fresh.clear();
      // What was made last first: it may be what reads the others.
      for (const node of unread) if (byTable.get(node.table) === node) dropUnread(node);
    },
    fail(node) {
      const queries = readers(node);
      const dropped = (one: Node): void => {
        for (const reader of [...one.nodes]) dropped(reader);
        if (byTable.get(one.table) === one) drop(one);
      };
      dropped(node);
      return queries;
    },
    readers: (node) => readers(node),
  };
}
