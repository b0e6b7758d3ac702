import {BOOL} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Join, Plan} from '../../plan.ts';
import type {Expr, Pattern} from '../ast.ts';
import {anyInside, isPatternExpr} from '../walk.ts';
import type {Context} from './context.ts';
import {TRUE} from './convert.ts';
import {siteOf} from './expression.ts';
import {joinGraph} from './graph.ts';
import {nodeOf, pairsOf, type Resolved, relationCondition, withRelationships} from './link.ts';
import {lowerTruth} from './logical.ts';
import {moved} from './move.ts';
import {areNamesNew} from './new-names.ts';
import {conditionsOf, type Graph, type GraphNode, graphsOf, type Link} from './pattern.ts';
import {relationsOf} from './relationship.ts';
import {NO_CLAUSE, projected, type Rows} from './rows.ts';
import {type Binding, EMPTY_SCOPE, type NodeBinding, type Scope, shifted} from './scope.ts';
import {partsOf} from './several.ts';
import {isMomentary} from './time.ts';
import {distinctRelationships} from './unique.ts';
import {needsExpansion} from './variants.ts';

/**
 * Patterns as rows of their own, and how those rows belong to the rows at hand: what
 * OPTIONAL MATCH and patterns in expressions join.
 */
export interface Correlated {
  readonly right: Plan;
  readonly keys: Join['keys'];
  /** Over the columns at hand followed by the right ones. */
  readonly residual: Expression | undefined;
  /** The names at hand and those of the patterns, over both sides' columns. */
  readonly scope: Scope;
}

export interface Question {
  readonly patterns: readonly Pattern[];
  readonly where: Expr | undefined;
}

/** The patterns as one graph; undefined where `beside.ts` has to answer, or nothing can. */
export function plainGraph(context: Context, {scope}: Rows, {patterns, where}: Question) {
  if (needsExpansion(patterns) || !areNamesNew(context, scope, patterns)) return undefined;
  const conditions = conditionsOf(context, patterns);
  if ([...conditions, ...(where ? [where] : [])].some(isInvolved)) return undefined;
  const [graph, ...others] = graphsOf(context, scope, patterns, {must: true}) ?? [];
  if (!graph || others.length > 0) return undefined;
  const several = ({bound}: GraphNode): boolean =>
    bound !== undefined && partsOf(bound.table).length > 1;
  const open = (link: Link): boolean => {
    const {left, right, pattern} = link;
    const relations = relationsOf(context, pattern, left.table, right.table);
    return relations.length > 1 && (isCrossing(link) || pattern.variable !== undefined);
  };
  return graph.nodes.some(several) || graph.links.some(open) ? undefined : graph;
}

/** What a condition can hold that only rows of a MATCH can be asked. */
const isInvolved = (expr: Expr): boolean =>
  anyInside(expr, (inner) => isPatternExpr(inner) || isMomentary(inner));

export function correlated(
  context: Context,
  rows: Rows,
  graph: Graph,
  {patterns, where}: Question,
): Correlated {
  const inner = joinGraph(context, {plan: NO_CLAUSE.plan, scope: EMPTY_SCOPE}, insideOf(graph));
  const links = resolvedLinks(context, graph);
  const both = bothSides(rows.scope, inner.scope);
  const scope = withRelationships(both, links);
  const across = crossing(scope, links, rows.scope.width);
  const site = siteOf(context, scope);
  const conditions = [...conditionsOf(context, patterns), ...(where ? [where] : [])];
  const residual = [
    ...across.residual,
    ...distinctRelationships(scope, links),
    ...conditions.map((expr) => lowerTruth(site, expr)),
  ];
  return {
    right: marked(inner),
    keys: across.keys,
    residual: residual.length > 1 ? {kind: 'and', args: residual, type: BOOL} : residual[0],
    scope,
  };
}

/** The links with their relations: those to nodes at hand have one each. */
function resolvedLinks(context: Context, {links}: Graph): readonly Resolved[] {
  return links.map((link) => {
    const {pattern, left, right} = link;
    return {link, relations: relationsOf(context, pattern, left.table, right.table)};
  });
}

const isCrossing = ({left, right}: Link): boolean => Boolean(left.bound ?? right.bound);

/** The part of the graph that touches none of the nodes at hand. */
function insideOf({nodes, links}: Graph): Graph {
  return {
    nodes: nodes.filter(({bound}) => !bound),
    links: links.filter(({left, right}) => !left.bound && !right.bound),
  };
}

/** The rows with a column that is never null: beside an unmatched row it is. */
function marked({plan, scope}: Rows): Plan {
  const columns = [...plan.columns, {name: 'present', type: BOOL}];
  const values = plan.columns.map(({type}, index): Expression => ({kind: 'column', index, type}));
  if (scope.width !== plan.columns.length) throw new Error('a scope is as wide as its rows');
  return projected(plan, columns, [...values, TRUE]);
}

/** The names of both, beside rows that stay without a partner too. */
export function bothSides(left: Scope, right: Scope): Scope {
  const presence = left.width + right.width;
  const added = [...right.names].map(([name, binding]): [string, Binding] => [
    name,
    withPresence(shifted(binding, left.width), presence),
  ]);
  return {...left, names: new Map([...left.names, ...added]), width: presence + 1};
}

function withPresence(binding: Binding, presence: number): Binding {
  const node = (end: NodeBinding): NodeBinding => ({...end, presence});
  if (binding.kind === 'node') return node(binding);
  if (binding.kind !== 'relationship') return binding;
  return {...binding, from: node(binding.from), to: node(binding.to)};
}

/** What the links between the two sides, and those at hand alone, ask for. */
function crossing(scope: Scope, links: readonly Resolved[], width: number) {
  const keys: {left: Expression; right: Expression}[] = [];
  const residual: Expression[] = [];
  for (const {link, relations} of links) {
    const [relation] = relations;
    if (!relation || !isCrossing(link)) continue;
    const [left, right] = [nodeOf(scope, link.left), nodeOf(scope, link.right)];
    if (link.left.bound && link.right.bound) {
      residual.push(relationCondition(relation, left, right));
      continue;
    }
    for (const [a, b] of pairsOf(relation, left, right)) {
      const [here, there] = link.left.bound ? [a, b] : [b, a];
      keys.push({left: here, right: moved(there, -width)});
    }
  }
  return {keys, residual};
}
