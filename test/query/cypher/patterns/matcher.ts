/**
 * openCypher's patterns by trying everything: the oracle of `lower/`, written without a look
 * at it. A graph is all rows and all pairs of rows with equal keys; a pattern is found in
 * every way to walk it that goes through no relationship twice.
 */
export interface GraphNode {
  readonly table: string;
  readonly row: Readonly<Record<string, number | null>>;
}

export interface Edge {
  readonly type: string;
  readonly from: GraphNode;
  readonly to: GraphNode;
}

export interface NodeStep {
  readonly variable: string | undefined;
  /** The tables it may be of; undefined for any. */
  readonly tables: readonly string[] | undefined;
}

export interface EdgeStep {
  readonly variable: string | undefined;
  readonly types: readonly string[];
  readonly direction: 'right' | 'left' | 'either';
  readonly length: readonly [min: number, max: number] | undefined;
}

export interface Chain {
  readonly path: string | undefined;
  readonly nodes: readonly NodeStep[];
  readonly edges: readonly EdgeStep[];
}

/** What names stand for: a node, the type of a relationship, the length of a path. */
export type Found = ReadonlyMap<string, GraphNode | string | number | null>;

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

interface Walk {
  readonly found: Found;
  readonly used: ReadonlySet<Edge>;
}

/** All ways to find the chains, beside what is found already. */
export function waysThrough(graph: Graph, chains: readonly Chain[], found: Found): Found[] {
  let walks: Walk[] = [{found, used: new Set()}];
  for (const chain of chains) walks = walks.flatMap((walk) => throughChain(graph, chain, walk));
  return walks.map((walk) => walk.found);
}

function throughChain(graph: Graph, chain: Chain, start: Walk): Walk[] {
  const [first] = chain.nodes;
  if (!first) return [];
  let heads = graph.nodes.flatMap((node) => {
    const found = bound(start.found, first, node);
    return found ? [{at: node, steps: 0, walk: {...start, found}}] : [];
  });
  for (const [i, edge] of chain.edges.entries()) {
    const next = chain.nodes[i + 1]!;
    heads = heads.flatMap(({at, steps, walk}) =>
      along(graph, edge, at, walk).flatMap((end) => {
        const found = bound(end.walk.found, next, end.at);
        return found ? [{at: end.at, steps: steps + end.steps, walk: {...end.walk, found}}] : [];
      }),
    );
  }
  return heads.map(({steps, walk}) => ({
    ...walk,
    found: chain.path === undefined ? walk.found : new Map([...walk.found, [chain.path, steps]]),
  }));
}

interface Head {
  readonly at: GraphNode;
  readonly steps: number;
  readonly walk: Walk;
}

function along(graph: Graph, step: EdgeStep, from: GraphNode, walk: Walk): Head[] {
  const [min, max] = step.length ?? [1, 1];
  const reached: Head[] = [];
  let heads: Head[] = [{at: from, steps: 0, walk}];
  for (let steps = 0; steps <= max; steps++) {
    if (steps >= min) reached.push(...heads);
    heads = heads.flatMap((head) => oneStep(graph, step, head));
  }
  return reached;
}

function oneStep({edges}: Graph, {types, direction, variable, length}: EdgeStep, head: Head) {
  return edges.flatMap((edge): Head[] => {
    if (head.walk.used.has(edge)) return [];
    if (types.length > 0 && !types.includes(edge.type)) return [];
    const ends = [
      ...(edge.from === head.at ? [{to: edge.to, way: 'right'}] : []),
      ...(edge.to === head.at && edge.from !== edge.to ? [{to: edge.from, way: 'left'}] : []),
    ];
    // Between two tables only one direction is possible, and the arrow says nothing.
    const free = edge.from.table !== edge.to.table || direction === 'either';
    const loop = edge.from === edge.to;
    return ends
      .filter(({way}) => free || loop || way === direction)
      .map(({to}) => {
        const named = variable !== undefined && !length;
        const found = named
          ? new Map([...head.walk.found, [variable, edge.type]])
          : head.walk.found;
        const used = new Set([...head.walk.used, edge]);
        return {at: to, steps: head.steps + 1, walk: {found, used}};
      });
  });
}

function bound(found: Found, {variable, tables}: NodeStep, node: GraphNode): Found | undefined {
  if (tables && !tables.includes(node.table)) return undefined;
  if (variable === undefined) return found;
  if (found.has(variable)) return found.get(variable) === node ? found : undefined;
  return new Map([...found, [variable, node]]);
}
