import {ANY, BOOL} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Plan} from '../../plan.ts';
import {problems} from '../problems.ts';
import {sameNode} from './access.ts';
import {compare, toNumeric, toPlainFloat} from './comparison.ts';
import type {Context} from './context.ts';
import {isFloat, isText, literal, toAny} from './convert.ts';
import {moved} from './move.ts';
import type {Graph, GraphNode, Link} from './pattern.ts';
import {type Relation, relationsOf} from './relationship.ts';
import {filtered, type Rows} from './rows.ts';
import {column, type NodeBinding, type Scope, withName} from './scope.ts';

/** A link whose nodes stand among the columns of the rows. */
export interface Resolved {
  readonly link: Link;
  readonly relations: readonly Relation[];
}

/** How the columns of two nodes are equal. */
export type Pair = readonly [left: Expression, right: Expression];

/**
 * Joins the nodes of a graph that are not bound yet to the rows: along a link where one
 * leads to rows that stand already, and all with all where none does.
 */
export function joinGraph(context: Context, rows: Rows, graph: Graph): Rows {
  const links = graph.links.map((link) => ({
    link,
    relations: relationsOf(context, link.pattern, link.left.table, link.right.table),
  }));
  let joined = rows;
  const waiting = new Set(graph.nodes.filter(({bound}) => !bound));
  const done = new Set<Resolved>();
  while (waiting.size > 0) {
    const node = nextNode(joined.scope, waiting, links);
    waiting.delete(node);
    const simple = links.filter((link) => leadsTo(joined.scope, link, node));
    for (const link of simple) done.add(link);
    joined = joinNode(joined, node, simple);
  }
  for (const link of links) if (!done.has(link)) joined = chooseRelation(context, joined, link);
  joined = {...joined, scope: withRelationships(joined.scope, links)};
  return filtered(joined, distinctRelationships(joined.scope, links));
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

export function nodeOf(scope: Scope, {name}: GraphNode): NodeBinding {
  const binding = scope.names.get(name);
  if (binding?.kind !== 'node') throw new Error(`node ${name} is not joined`);
  return binding;
}

/** The columns that a relation makes equal, left node first, in types that join. */
export function pairsOf(
  relation: Relation,
  left: NodeBinding,
  right: NodeBinding,
): readonly Pair[] {
  return relation.columns.map(([from, to]) => {
    const [a, b] = relation.forward ? [from, to] : [to, from];
    return comparable(columnOf(left, a), columnOf(right, b));
  });
}

function columnOf({table, offset}: NodeBinding, name: string): Expression {
  const index = table.columns.findIndex((found) => found.name === name);
  const type = table.columns[index]?.type;
  return type ? column(offset + index, type) : literal(null, ANY);
}

/** Two expressions in one type, so that equal values have equal keys. */
function comparable(a: Expression, b: Expression): Pair {
  const [x, y] = [a.type, b.type];
  if (x.kind === y.kind || (isText(x) && isText(y))) return [a, b];
  const whole = ['int2', 'int4', 'int8'];
  if (whole.includes(x.kind) && whole.includes(y.kind)) return [a, b];
  const numbers = [...whole, 'numeric', 'float4', 'float8'];
  if (!numbers.includes(x.kind) || !numbers.includes(y.kind)) return [toAny(a), toAny(b)];
  if (isFloat(x) || isFloat(y)) return [toPlainFloat(a), toPlainFloat(b)];
  return [toNumeric(a), toNumeric(b)];
}

/** The condition under which the relation holds between the nodes. */
export function relationCondition(relation: Relation, left: NodeBinding, right: NodeBinding) {
  const pairs = pairsOf(relation, left, right).map(([a, b]) => compare('=', a, b));
  const [only, ...others] = pairs;
  return only && others.length === 0 ? only : ({kind: 'and', args: pairs, type: BOOL} as const);
}

/** A link between nodes that both stand: one relation filters; of several, each adds rows. */
function chooseRelation(context: Context, rows: Rows, {link, relations}: Resolved): Rows {
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
  if (!only || others.length === 0) return {plan: only ?? rows.plan, scope: rows.scope};
  if (link.pattern.variable) {
    const place = context.place(link.pattern.variable.span);
    const facts = {
      what: 'a variable for a relationship that may be of several kinds',
      hint: 'give the relationship one type and a direction',
    };
    context.report(problems['cypher-not-supported'](facts, {place}));
  }
  const columns = rows.plan.columns;
  return {plan: {kind: 'union', all: true, columns, inputs: branches}, scope: rows.scope};
}

export function withRelationships(scope: Scope, links: readonly Resolved[]): Scope {
  return links.reduce((names, {link, relations: [relation]}) => {
    const {variable} = link.pattern;
    if (!variable || !relation) return names;
    const ends = [nodeOf(scope, link.left), nodeOf(scope, link.right)] as const;
    const [from, to] = relation.forward ? ends : [ends[1], ends[0]];
    return withName(names, variable.name, {kind: 'relationship', type: relation.type, from, to});
  }, scope);
}

/** Within one MATCH no relationship is gone through twice. */
export function distinctRelationships(
  scope: Scope,
  links: readonly Resolved[],
): readonly Expression[] {
  return links.flatMap((a, i) =>
    links.slice(i + 1).flatMap((b) => {
      const shared = a.relations.some(({type}) => b.relations.some((other) => other.type === type));
      return shared ? notBoth(scope, a, b) : [];
    }),
  );
}

function notBoth(scope: Scope, a: Resolved, b: Resolved): readonly Expression[] {
  const [fromA, toA] = ends(scope, a);
  const [fromB, toB] = ends(scope, b);
  const pairs = [sameNode(fromA, fromB), sameNode(toA, toB)];
  const conditions = pairs.flatMap((pair) => (pair ? [pair] : []));
  if (conditions.length < 2) return [];
  const same: Expression = {kind: 'and', args: conditions, type: BOOL};
  return [{kind: 'not', arg: same, type: BOOL}];
}

function ends(
  scope: Scope,
  {link, relations: [relation]}: Resolved,
): readonly [NodeBinding, NodeBinding] {
  const [left, right] = [nodeOf(scope, link.left), nodeOf(scope, link.right)];
  return relation?.forward === false ? [right, left] : [left, right];
}
