import {ANY, BOOL, INT4} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Plan} from '../../plan.ts';
import {boxRelationship, isOneOf, sameNode} from './access.ts';
import type {Context} from './context.ts';
import {literal} from './convert.ts';
import {nodeOf, pairsOf, type Resolved, relationCondition, withRelationships} from './link.ts';
import {moved} from './move.ts';
import type {Graph, GraphNode} from './pattern.ts';
import {type Relation, relationsOf} from './relationship.ts';
import {filtered, projected, type Rows} from './rows.ts';
import {type Binding, column, type NodeBinding, type Scope, withName} from './scope.ts';
import {partsOf} from './several.ts';
import {distinctRelationships} from './unique.ts';

/**
 * Joins the nodes of a graph that are not bound yet to the rows: along a link where one
 * leads to rows that stand already, and all with all where none does.
 */
export function joinGraph(context: Context, rows: Rows, graph: Graph): Rows {
  const links: readonly Resolved[] = graph.links.map((link) => ({
    link,
    relations: relationsOf(context, link.pattern, link.left.table, link.right.table),
  }));
  let joined = filtered(rows, graph.nodes.flatMap(boundConditions));
  const waiting = new Set(graph.nodes.filter(({bound}) => !bound));
  const done = new Set<Resolved>();
  while (waiting.size > 0) {
    const node = nextNode(joined.scope, waiting, links);
    waiting.delete(node);
    const simple = links.filter((link) => leadsTo(joined.scope, link, node));
    for (const link of simple) done.add(link);
    joined = joinNode(joined, node, simple);
  }
  const chosen = links.map((link) => {
    if (done.has(link)) return link;
    const {rows: next, resolved} = chooseRelation(joined, link);
    joined = next;
    return resolved;
  });
  joined = {...joined, scope: withRelationships(joined.scope, chosen)};
  return filtered(joined, distinctRelationships(joined.scope, chosen));
}

/** The first node that a link leads to; else the first of all. */
function nextNode(
  scope: Scope,
  waiting: ReadonlySet<GraphNode>,
  links: readonly Resolved[],
): GraphNode {
  const [first, ...others] = waiting;
  if (!first) throw new Error('a node is waiting');
  const led = (node: GraphNode): boolean => links.some((link) => leadsTo(scope, link, node));
  return [first, ...others].find(led) ?? first;
}

/** Whether the link joins the node, by one relation, to a node that stands already. */
function leadsTo(scope: Scope, {link, relations}: Resolved, node: GraphNode): boolean {
  if (relations.length !== 1 || link.left === link.right) return false;
  const other = link.left === node ? link.right : link.right === node ? link.left : undefined;
  return other !== undefined && scope.names.get(other.name)?.kind === 'node';
}

function joinNode(rows: Rows, node: GraphNode, links: readonly Resolved[]): Rows {
  const {table} = node;
  const scan: Plan = {kind: 'scan', columns: table.columns, table: table.id};
  const {width} = rows.scope;
  const binding: NodeBinding = {kind: 'node', table, offset: width, presence: undefined};
  const names = withName(rows.scope, node.name, binding);
  const scope = {...names, width: width + table.columns.length};
  if (rows.plan.kind === 'values' && width === 0) return {plan: scan, scope};
  const keys = links.flatMap(({link, relations: [relation]}) => {
    if (!relation) return [];
    const pairs = pairsOf(relation, nodeOf(scope, link.left), nodeOf(scope, link.right));
    return pairs.map(([a, b]) => {
      const [left, right] = link.left === node ? [b, a] : [a, b];
      return {left, right: moved(right, -width)};
    });
  });
  const columns = [...rows.plan.columns, ...table.columns];
  const join = {kind: 'join', type: 'inner', columns, residual: undefined} as const;
  return {plan: {...join, left: rows.plan, right: scan, keys}, scope};
}

/** A link between nodes that both stand: one relation filters; of several, each adds rows. */
function chooseRelation(
  rows: Rows,
  resolved: Resolved,
): {readonly rows: Rows; readonly resolved: Resolved} {
  const {link, relations} = resolved;
  const [left, right] = [nodeOf(rows.scope, link.left), nodeOf(rows.scope, link.right)];
  const branches = relations.map((relation, i) => {
    const condition = relationCondition(relation, left, right);
    // A row related to itself is met once, though it can be gone through both ways.
    const same =
      i > 0 && relation.type === relations[i - 1]?.type ? sameNode(left, right) : undefined;
    const once: readonly Expression[] = same ? [{kind: 'not', arg: same, type: BOOL}] : [];
    return filtered(rows, [condition, ...once]).plan;
  });
  const [only, ...others] = branches;
  if (!only || others.length === 0) return {rows: {...rows, plan: only ?? rows.plan}, resolved};
  const {variable} = link.pattern;
  const choice = rows.plan.columns.length;
  const added = [
    {name: 'choice', type: INT4},
    ...(variable ? [{name: variable.name, type: ANY}] : []),
  ];
  const columns = [...rows.plan.columns, ...added];
  const values = rows.plan.columns.map(({type}, i) => column(i, type));
  const inputs = branches.map((branch, i) => {
    const relation = relations[i];
    const value = variable && relation ? [boxRelation(relation, left, right)] : [];
    return projected(branch, columns, [...values, literal(i, INT4), ...value]);
  });
  const scope = {...rows.scope, width: columns.length};
  const plan: Plan = {kind: 'union', all: true, columns, inputs};
  const value: Binding = {kind: 'value', expression: column(choice + 1, ANY)};
  return {
    rows: {plan, scope: variable ? withName(scope, variable.name, value) : scope},
    resolved: {...resolved, choice},
  };
}

function boxRelation({type, forward}: Relation, left: NodeBinding, right: NodeBinding): Expression {
  const [from, to] = forward ? [left, right] : [right, left];
  return boxRelationship({kind: 'relationship', type, from, to});
}

/** Of a node that stands already: that it is there, and of the table that is looked at. */
function boundConditions({bound, table}: GraphNode): readonly Expression[] {
  if (!bound) return [];
  const {presence} = bound;
  const there: readonly Expression[] =
    presence === undefined ? [] : [isThere(column(presence, ANY))];
  const several = partsOf(bound.table).length > 1;
  return several ? [...there, isOneOf(bound, [table])] : there;
}

const isThere = (arg: Expression): Expression => ({
  kind: 'not',
  arg: {kind: 'isNull', arg, type: BOOL},
  type: BOOL,
});
