import type {Pattern} from '../ast.ts';
import {refuseWays, WAYS_MAX} from './choice.ts';
import type {Context} from './context.ts';
import {eitherOf} from './either.ts';
import {joinGraph} from './graph.ts';
import {areNamesNew} from './new-names.ts';
import {withPaths} from './path.ts';
import {type Graph, graphsOf, nodeName} from './pattern.ts';
import type {Rows} from './rows.ts';
import {needsExpansion, type PathName, type Variant, variantsOf} from './variants.ts';

/** One way to find patterns: the tables of the nodes, and what paths go along. */
interface Way {
  readonly graph: Graph;
  readonly named: readonly PathName[];
}

/**
 * The rows joined with all that the patterns find, in whatever lengths and tables, before
 * any condition. Undefined where the patterns have no plan, which is reported.
 */
export function joinedWith(
  context: Context,
  rows: Rows,
  patterns: readonly Pattern[],
): Rows | undefined {
  const ways = waysOf(context, rows, patterns);
  if (!ways) return undefined;
  const found = ways.map(({graph, named}) =>
    withPaths(context, joinGraph(context, rows, graph), named),
  );
  const conditioned = patterns
    .flatMap(({nodes}) => nodes)
    .filter(({properties, where}) => properties ?? where);
  return eitherOf(context, found, conditioned.map(nodeName));
}

function waysOf(
  context: Context,
  {scope}: Rows,
  patterns: readonly Pattern[],
): readonly Way[] | undefined {
  if (!areNamesNew(context, scope, patterns)) return undefined;
  const plain = [{patterns, named: []}];
  const variants = needsExpansion(patterns) ? variantsOf(context, patterns) : plain;
  const [first, ...others] = variants;
  if (!first) return undefined;
  const ways: Way[] = [];
  const add = ({patterns: fixed, named}: Variant, {must}: {must: boolean}): boolean => {
    const graphs = graphsOf(context, scope, fixed, {must});
    ways.push(...(graphs ?? []).map((graph) => ({graph, named})));
    return graphs !== undefined;
  };
  const clear = variants.every((variant) => add(variant, {must: others.length === 0}));
  // Lengths that no tables allow find nothing; where that is all of them, the first tells why.
  if (!clear || (ways.length === 0 && !add(first, {must: true}))) return undefined;
  const [pattern] = patterns;
  if (ways.length > WAYS_MAX && pattern) {
    refuseWays(context, pattern.span);
    return undefined;
  }
  return ways.length === 0 ? undefined : ways;
}
